"""The standby's service: looks every five minutes, signs when it must, and alarms while it does."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from pathlib import Path

from prometheus_client import CollectorRegistry

from services.authority.metrics import StandbyMetrics
from services.authority.settings import AuthoritySettings
from services.authority.standby import Standby, hold_standby, open_standby
from tocsin.adapters.kafka.probe import broker_trouble
from tocsin.core.errors import OutsideFault, TheirFault
from tocsin.core.standby import Stamp, Turn
from tocsin.runtime import web
from tocsin.runtime.disk_space import disk_trouble
from tocsin.runtime.lifecycle import run_service, run_together, serve_until
from tocsin.runtime.logs import get_log
from tocsin.runtime.pulse import MAX_TURN_S, Pulse, Watch

LOOK_EVERY_S = 300
RETRY_S = 30
_log = get_log("standby")


class StandingBy:
    """Looks, signs, says what is wrong. `troubles` is not empty for as long as it stands in."""

    def __init__(self, standby: Standby, max_turn_s: float = MAX_TURN_S) -> None:
        self._standby = standby
        self._trouble: str | None = "the topic was not looked at yet"
        self.pulse = Pulse("the standby's loop", max_turn_s)
        self._turning: asyncio.Future[bool] | None = None
        self.registry = CollectorRegistry()
        self._metrics = StandbyMetrics(self.registry)

    def troubles(self) -> list[str]:
        """One line for each thing that is wrong."""
        told = self._trouble or self.pulse.waits_for
        return [told] if told else []

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop`. Raises OurFault and bugs."""
        while not stop.is_set():
            # A look waits for as long as the broker is away: stopping must not.
            self.pulse.beat()
            self._turning = turn = asyncio.ensure_future(self.round())
            stopping = asyncio.ensure_future(stop.wait())
            await asyncio.wait({turn, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not turn.done():
                turn.cancel()
                with suppress(asyncio.CancelledError):
                    await turn
                return
            pause_s = LOOK_EVERY_S if not turn.cancelled() and turn.result() else RETRY_S
            self.pulse.beat(pause_s)
            await asyncio.wait({stopping}, timeout=pause_s)
            stopping.cancel()

    def renew(self) -> None:
        """End a look that hangs; the next one connects anew."""
        if self._turning is not None:
            self._turning.cancel()

    async def round(self) -> bool:
        """One look, and a signature if it is due; whether both went well."""
        try:
            stamp, choice = await self._standby.look()
            if choice.turn is Turn.SIGN:
                await self._sign(stamp)
        except (OutsideFault, TheirFault) as error:
            self._tell(f"the topic cannot be watched: {error}")
            return False
        self._metrics.standing_in.set(choice.turn is Turn.SIGN or (stamp.ours and choice.turn is Turn.WAIT))
        if choice.turn is Turn.REFUSE:
            self._tell(f"nothing is signed: {choice.reason}")
        elif choice.turn is Turn.SIGN or stamp.ours:
            self._tell(f"standing in for the authority, bring it back: {choice.reason}")
        else:
            self._trouble = None
        return True

    async def _sign(self, stamp: Stamp) -> None:
        version = await self._standby.sign(stamp)
        self._metrics.signed.add()
        _log.error("standby.signed", version=version)

    def _tell(self, trouble: str) -> None:
        if trouble != self._trouble:
            _log.error("standby.alarm", reason=trouble)
        self._trouble = trouble


def serve_standby(home: Path, passphrase_file: Path | None, bootstrap: str | None) -> None:
    """Run the service of a standby's folder until SIGTERM or SIGINT. Raises TocsinError."""
    standby = open_standby(home, passphrase_file, bootstrap)
    standby.access.check()
    settings = AuthoritySettings.load(standby.home.settings("authority"))
    standing = StandingBy(standby, settings.max_turn_s)
    watch = Watch(standing.pulse, partial(broker_trouble, standby.access), standing.renew)

    def troubles() -> list[str]:
        disk = disk_trouble(standby.home.path, settings.min_free_bytes)
        return [*standing.troubles(), *filter(None, [disk])]

    async def serve(stop: asyncio.Event) -> None:
        app = web.build_app(
            "Tocsin standby",
            "Keeps the directory fresh while the authority is silent. It has no content and takes none.",
            web.Health(standing.pulse.stuck, troubles),
            standing.registry,
            settings.limits(),
        )
        await run_together(
            stop,
            serve_until(app, settings.host, settings.port, stop),
            standing.pulse.over(standing.run(stop), stop),
            watch.run(stop),
        )

    with hold_standby(standby):
        run_service(serve)
