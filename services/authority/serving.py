"""The service that keeps the directory fresh: signs the timestamp hourly and publishes it.

A timestamp that is 3 hours old on the topic is an alarm: after 24 hours every publisher stops. The folder
is held while something is signed only, so that people go on admitting beside the service; what they
change goes out with its next round, or with their own `tocsin authority publish`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

from services.authority.metrics import AuthorityMetrics, Result
from services.authority.office import Office, find_office, hold, hold_publishing
from services.authority.publishing import publish
from services.authority.settings import AuthoritySettings
from tocsin.adapters.kafka.probe import broker_trouble
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.tuf_regional import RENEWED_BEFORE_END_S
from tocsin.adapters.tuf_signing import DAY_S
from tocsin.adapters.tuf_standing import StandbySignedError
from tocsin.core.agreements import Reminder, reminders
from tocsin.core.clock_skew import TOLERANCE_S
from tocsin.core.errors import OutsideFault, RefusedByRuleError
from tocsin.core.pauses import has_passed
from tocsin.core.spans import span
from tocsin.runtime import web
from tocsin.runtime.disk_space import disk_trouble
from tocsin.runtime.lifecycle import run_service, run_together, serve_until
from tocsin.runtime.logs import get_log
from tocsin.runtime.pulse import MAX_TURN_S, Pulse, Watch

ALARM_AGE_S = 3 * 3_600
RETRY_S = 30
MAX_WARNINGS = 20
# What people sign: they are told in time.
WARN_BEFORE_END_S: Mapping[str, int] = {"targets": 7 * DAY_S, "root": 30 * DAY_S}
_log = get_log("authority")


class Signing:
    """Signs and publishes every `every_s`; tries again every 30 s while the broker is away, and at once
    where the clock was set back behind the last signature.
    """

    def __init__(
        self, office: Office, access: KafkaAccess, every_s: int, max_turn_s: float = MAX_TURN_S
    ) -> None:
        self._office, self._access, self._every_s = office, access, every_s
        self.pulse = Pulse("the signing loop", max_turn_s)
        self._turning: asyncio.Future[bool] | None = None
        standing = office.repository.standing()
        # What lies here was published, as far as we know; a restart makes it no younger.
        self._published_s, self._ends_at_s = standing.signed_at_s, standing.ends_at_s
        self._regional_end_at_s = office.repository.regional().ends_at_s()
        self._unsent = False
        self._told: str | None = None
        self._reminders: list[Reminder] = []
        self._reminded: set[str] = set()
        self.registry = CollectorRegistry()
        self._metrics = AuthorityMetrics(self.registry, self.age_s)

    def age_s(self) -> float:
        """Since the newest timestamp that is on the topic was signed, as far as we know."""
        return self._office.now_s() - self._published_s

    def troubles(self) -> list[str]:
        """One line for each thing that is wrong."""
        told = self._told or self.pulse.waits_for
        found = [f"directory: {told}"] if told else []
        if self.age_s() < -TOLERANCE_S:
            found.append(
                f"clock: this machine's clock is {span(int(-self.age_s()))} behind that of the last "
                "signature: compare it with another clock and set it"
            )
        if self.age_s() >= ALARM_AGE_S:
            hours = self.age_s() / 3_600
            found.append(
                f"directory: the timestamp on the topic is {hours:.1f} h old; publishers stop at 24 h"
            )
        for role, before_s in WARN_BEFORE_END_S.items():
            left_s = self._ends_at_s[role] - self._office.now_s()
            if left_s < before_s:
                found.append(
                    f"directory: the {role} metadata ends in {left_s // DAY_S} days: tocsin authority renew"
                )
        for name, ends_at_s in self._regional_end_at_s.items():
            if (left_s := ends_at_s - self._office.now_s()) < RENEWED_BEFORE_END_S:
                found.append(
                    f"directory: the list of the regional registrar {name} ends in {left_s // DAY_S} days: "
                    "its participants drop out then; tocsin authority renew, there, signs it anew"
                )
        return found

    def warnings(self) -> list[str]:
        """One line for each agreement that ends soon or ended lately, as of the last round; at most 20."""
        now_s = self._office.now_s()
        said = [one.to_others(now_s) for one in self._reminders[:MAX_WARNINGS]]
        more = len(self._reminders) - MAX_WARNINGS
        return [*said, f"and {more} more agreements"] if more > 0 else said

    def _remind(self) -> None:
        """Look at agreements, and log once of each that a mark before its end, or its end, has passed."""
        now_s, directory = self._office.now_s(), self._office.directory()
        self._reminders = reminders(directory, directory.participants.values(), now_s)
        for one in self._reminders:
            if one.key not in self._reminded:
                self._reminded.add(one.key)
                _log.warning("agreement.ending", name=one.firm.name, reason=one.to_others(now_s))

    async def run(self, stop: asyncio.Event) -> None:
        """Sign and publish until `stop`. Raises OurFault and bugs."""
        stopping: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
        went_well, pause_s = False, min(RETRY_S, self._every_s)
        try:
            while not stop.is_set():
                # What a wrong clock signed stops everybody: it is signed anew once the clock is right.
                if not went_well or self._is_due(self._published_s):
                    went_well = await self._round_until(stopping)
                self.pulse.beat(pause_s)
                await asyncio.wait({stopping}, timeout=pause_s)
        finally:
            stopping.cancel()

    def _is_due(self, signed_at_s: int) -> bool:
        return has_passed(signed_at_s, self._every_s, self._office.now_s())

    def renew(self) -> None:
        """End a round that hangs; the next one connects anew."""
        if self._turning is not None:
            self._turning.cancel()

    async def _round_until(self, stopping: asyncio.Future[Any]) -> bool:
        # Publishing waits for as long as the broker is away: stopping must not.
        self.pulse.beat()
        self._turning = turn = asyncio.ensure_future(self._round())
        await asyncio.wait({turn, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if turn.cancelled():
            return False
        if turn.done():
            return turn.result()
        turn.cancel()
        with suppress(asyncio.CancelledError):
            await turn
        return False

    async def _round(self) -> bool:
        try:
            with hold_publishing(self._office.home):
                self._remind()
                sent = await self._publish(self._signed())
        except (OutsideFault, RefusedByRuleError) as error:
            self._metrics.rounds.add(Result.FAILED)
            self._told = str(error)
            level = _log.error if self.age_s() >= ALARM_AGE_S else _log.warning
            level("directory.not_published", reason=str(error), age_s=int(self.age_s()))
            return False
        standing = self._office.repository.standing()
        self._told, self._unsent = None, False
        self._published_s, self._ends_at_s = standing.signed_at_s, standing.ends_at_s
        self._regional_end_at_s = self._office.repository.regional().ends_at_s()
        self._metrics.rounds.add(Result.PUBLISHED)
        _log.info("directory.published", count=len(sent), version=standing.versions["timestamp"])
        return True

    async def _publish(self, files: Mapping[str, bytes]) -> list[str]:
        repository, now_s = self._office.repository, self._office.now_s()
        try:
            return await publish(repository, files, self._access, now_s)
        except StandbySignedError as error:
            _log.warning("directory.standby_signed", version=error.version)
            with hold(self._office.home):
                repository.sign_over(error.version, now_s)
                files = repository.files()
            return await publish(repository, files, self._access, now_s)

    def _signed(self) -> dict[str, bytes]:
        """The files to publish. What was signed and could not be sent is not signed again until due."""
        repository, now_s = self._office.repository, self._office.now_s()
        with hold(self._office.home):
            if not self._unsent or self._is_due(repository.standing().signed_at_s):
                repository.refresh_timestamp(now_s)
                self._unsent = True
            return repository.files()


def serve_home(
    home: Path, passphrase_file: Path | None, bootstrap: str | None, every_s: int | None
) -> None:
    """Run the service of a folder until SIGTERM or SIGINT. Raises TocsinError."""
    office = find_office(home, passphrase_file)
    settings = AuthoritySettings.load(office.home.settings("authority"))
    access = office.home.access(bootstrap)
    access.check()
    signing = Signing(office, access, every_s or settings.sign_every_s, settings.max_turn_s)
    watch = Watch(signing.pulse, partial(broker_trouble, access), signing.renew)
    disk = partial(disk_trouble, office.home.path, settings.min_free_bytes)
    run_service(lambda stop: _serve(signing, watch, disk, settings, stop))


async def _serve(
    signing: Signing,
    watch: Watch,
    disk: Callable[[], str | None],
    settings: AuthoritySettings,
    stop: asyncio.Event,
) -> None:
    def troubles() -> list[str]:
        return [*signing.troubles(), *filter(None, [disk()])]

    health = web.Health(signing.pulse.stuck, troubles, signing.warnings)
    app = web.build_app(
        "Tocsin authority",
        "Keeps the directory fresh. It has no content and takes none.",
        health,
        signing.registry,
        settings.limits(),
    )
    await run_together(
        stop,
        serve_until(app, settings.host, settings.port, stop),
        signing.pulse.over(signing.run(stop), stop),
        watch.run(stop),
    )
