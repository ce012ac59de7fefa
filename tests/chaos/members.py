"""Who takes part changes while reports flow: readers come, are suspended, keys are replaced.

All of it is done by the real commands, by the world's clock. What an authority signed is told by when its
timestamp expires: the sender goes by it once its own directory expires no earlier.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tests.chaos.history import Membership
from tests.chaos.processes import ServiceProcess
from tests.chaos.sender import Sender, directory_of
from tests.support.stage import AUTHORITY, admit

if TYPE_CHECKING:
    from tests.chaos.world import World

COUNTRIES = ("fr", "it", "es", "pt", "be", "pl", "se", "fi", "jp", "th", "za", "br", "mx", "ca")
LOOKS_WITHIN_S = 60.0
POLL_S = 0.2


@dataclass
class Guest:
    """A focal point that came while reports flowed."""

    name: str
    service: ServiceProcess
    token: str
    joined: float
    """The directory that names it first."""
    suspended: float | None = None
    """The directory that suspends it first."""
    suspension_asked_s: float | None = None
    """When that was asked for, monotonic."""


class Members:
    """The changes of a round.

    A guest is given the secret that is in force when the sender comes to know it, and so all that was
    sealed under it. `new_secret_s`: moments at which the sender may have begun one for another reason;
    `deleted_s`: when records were last deleted; `pending`: directories that the sender must come to.
    """

    def __init__(self, world: World) -> None:
        self._world, self._count = world, 0
        self.guests: list[Guest] = []
        self.new_secret_s: list[float] = []
        self.deleted_s = 0.0
        self.pending: list[float] = []
        self.sender: Sender | None = None

    def begin(self) -> None:
        """A round begins."""
        self.new_secret_s, self.pending, self.deleted_s = [time.monotonic()], [], 0.0
        self.sender = Sender(self._world.services["producer"].port)
        self.sender.start()

    def finish(self) -> None:
        """A round ends: its guests leave."""
        if self.sender is not None:
            self.sender.finish()
            self.sender = None
        for guest in self.guests:
            self._world.others.remove(guest.service)
            guest.service.stop()
        self.guests = []

    def admit(self) -> Guest:
        """Somebody applies, is admitted, and reads from the beginning of what is there."""
        world, stage = self._world, self._world.stage
        code = COUNTRIES[self._count % len(COUNTRIES)]
        self._count += 1
        name = f"{code}-{self._count}"
        expires_s = self._change(lambda: admit(stage, name, code.upper()))
        self._run(AUTHORITY, "authority", "topics", "apply")
        self._run(AUTHORITY, "authority", "publish")
        token = self._run(name, "consumer", "token", "chaos").strip()
        service = ServiceProcess(stage, "consumer", name, world.build)
        service.clock.world(world.passed_s)
        world.others.append(service)
        service.start()
        guest = Guest(name, service, token, expires_s)
        self.guests.append(guest)
        return guest

    def suspend(self) -> Guest:
        """The guest that came first and is not suspended yet; one is admitted where there is none."""
        guest = next((one for one in self.guests if one.suspended is None), None) or self.admit()
        guest.suspension_asked_s = time.monotonic()
        words = ("authority", "participant", "suspend", self._world.stage.ids[guest.name])
        guest.suspended = self._change(lambda: self._run(AUTHORITY, *words, "--reason", "inquiry"))
        self._run(AUTHORITY, "authority", "publish")
        return guest

    def rotate(self, service: ServiceProcess) -> None:
        """Replace every key of a home: first both serve, then the old ones are retired."""
        expires_s = self._take_up(service.home)
        self._world.killed(service.service)
        service.kill()
        service.start()
        self._await(lambda: directory_of(service.port) >= expires_s, f"{service.home} to read its new keys")
        # It stands still while its old keys are retired, and is started again after that command.
        service.kill()
        self._take_up(service.home, "--finish")

    def publish_killed(self, records: int, *, by_service: bool) -> None:
        """The list is signed anew; what publishes it is killed after so many records."""
        authority = self._world.services["authority"]
        authority.kill()
        # Not by `_run`: nobody starts the service again before the one that is to die.
        self._change(lambda: self._world.stage.tocsin(AUTHORITY, "authority", "renew"))
        self._world.killed("authority's publishing")
        if by_service:
            authority.start(dies_after_records=records)
            authority.wait_to_die(LOOKS_WITHIN_S)
        else:
            stage = self._world.stage
            dying = (*stage.command[:-1], "--die-after", str(records), stage.command[-1])
            stage.run(dying, AUTHORITY, ("authority", "publish"), expect=-signal.SIGKILL)
        authority.start()

    def membership(self, guest: Guest) -> Membership:
        """Since when, and until when, a guest reads; as far as the sender was seen to know."""
        joined_s = self.took_effect_s(guest.joined) or time.monotonic()
        left_s = [self.took_effect_s(one.suspended) for one in self.guests]
        begun_s = [one for one in (*left_s, *self.new_secret_s) if one is not None and one <= joined_s]
        since_s = max(*begun_s, self.deleted_s)
        return Membership(since_s, guest.suspension_asked_s, self.took_effect_s(guest.suspended))

    def took_effect_s(self, expires_s: float | None) -> float | None:
        """When (monotonic) the sender was first seen to go by that directory or a later one."""
        if expires_s is None or self.sender is None:
            return None
        return self.sender.since_s(expires_s)

    def settle(self) -> list[str]:
        """Wait until the sender goes by all that was changed; a sentence where it does not."""
        last = max(self.pending, default=0.0)
        end_s = time.monotonic() + 3 * LOOKS_WITHIN_S
        while last and self.took_effect_s(last) is None:
            if time.monotonic() > end_s:
                return [f"the sender goes by no directory that expires at {last:.0f} or later"]
            self._world.hold(POLL_S)
        return []

    def _take_up(self, home: str, *words: str) -> float:
        """A change of keys, from the participant to the directory; when that expires."""
        folder = self._world.stage.folder
        change, asked, answer = (folder / f"{home}.{one}" for one in ("change", "asked", "answer"))
        self._run(home, "keys", "rotate", *words, "--out", change)
        self._run(AUTHORITY, "authority", "challenge", change, "--out", asked)
        self._run(home, "keys", "answer", asked, "--out", answer)
        taken = ("authority", "participant", "change-keys", change, "--answer", answer)
        expires_s = self._change(lambda: self._run(AUTHORITY, *taken))
        self._run(AUTHORITY, "authority", "publish")
        return expires_s

    def _run(self, home: str, *words: object) -> str:
        """The command's data; whoever was killed meanwhile is started again."""
        said = self._world.stage.tocsin(home, *words)
        self._world.keep_up()
        return said.out

    def _change(self, make: Callable[[], object]) -> float:
        """When the directory that `make` signed expires; no other one of that second has the change."""
        before_s = self._expires_s()
        make()
        expires_s = max(self._expires_s(), before_s + 1)
        self.pending.append(expires_s)
        return expires_s

    def _expires_s(self) -> float:
        newest = self._world.stage.home(AUTHORITY) / "repository" / "timestamp.json"
        said = json.loads(newest.read_bytes())["signed"]["expires"]
        return datetime.fromisoformat(said).timestamp()

    def _await(self, true: Callable[[], bool], what: str, within_s: float = LOOKS_WITHIN_S) -> None:
        end_s = time.monotonic() + within_s
        while not true():
            if time.monotonic() > end_s:
                raise TimeoutError(f"waited {within_s:.0f} s for {what}")
            self._world.hold(POLL_S)
