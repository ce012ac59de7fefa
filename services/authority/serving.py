"""The service that keeps the directory fresh: signs the timestamp hourly and publishes it.

A timestamp that is 3 hours old on the topic is an alarm: after 24 hours every publisher stops.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from prometheus_client import CollectorRegistry

from services.authority.metrics import AuthorityMetrics, Result
from services.authority.office import Office, open_office
from services.authority.publishing import publish
from services.authority.settings import AuthoritySettings
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.core.errors import OutsideFault, RefusedByRuleError
from tocsin.runtime import web
from tocsin.runtime.lifecycle import run_service, run_together, serve_until
from tocsin.runtime.logs import get_log

ALARM_AGE_S = 3 * 3_600
RETRY_S = 30
_log = get_log("authority")


class Signing:
    """Signs and publishes every `every_s`; tries again every 30 s while the broker is away."""

    def __init__(self, office: Office, access: KafkaAccess, every_s: int) -> None:
        self._office, self._access, self._every_s = office, access, every_s
        self._published_at_s: int | None = None
        self._started_at_s = office.now_s()
        self._told: str | None = None
        self.registry = CollectorRegistry()
        self._metrics = AuthorityMetrics(self.registry, self.age_s)

    def age_s(self) -> float:
        """Since the newest timestamp that is on the topic was signed, as far as we know."""
        return self._office.now_s() - (self._published_at_s or self._started_at_s)

    def troubles(self) -> list[str]:
        """One line for each thing that is wrong."""
        found = [self._told] if self._told else []
        if self.age_s() >= ALARM_AGE_S:
            hours = self.age_s() / 3_600
            found.append(f"the timestamp on the topic is {hours:.1f} h old; publishers stop at 24 h")
        return found

    async def run(self, stop: asyncio.Event) -> None:
        """Sign and publish until `stop`."""
        while not stop.is_set():
            pause_s = self._every_s if await self._round() else min(RETRY_S, self._every_s)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause_s)

    async def _round(self) -> bool:
        self._office.repository.refresh_timestamp(self._office.now_s())
        try:
            sent = await publish(self._office.repository, self._access)
        except (OutsideFault, RefusedByRuleError) as error:
            self._metrics.rounds.add(Result.FAILED)
            self._told = str(error)
            level = _log.error if self.age_s() >= ALARM_AGE_S else _log.warning
            level("directory.not_published", reason=str(error), age_s=int(self.age_s()))
            return False
        self._told, self._published_at_s = None, self._office.now_s()
        self._metrics.rounds.add(Result.PUBLISHED)
        version = self._office.repository.standing().versions["timestamp"]
        _log.info("directory.published", count=len(sent), version=version)
        return True


def serve_home(
    home: Path, passphrase_file: Path | None, bootstrap: str | None, every_s: int | None
) -> None:
    """Run the service of a folder until SIGTERM or SIGINT. Raises TocsinError."""
    opened = ParticipantHome.create(home)
    settings = AuthoritySettings.load(opened.settings("authority"))
    access = opened.access(bootstrap)
    with open_office(home, passphrase_file) as office:
        signing = Signing(office, access, every_s or settings.sign_every_s)
        run_service(lambda stop: _serve(signing, settings, stop))


async def _serve(signing: Signing, settings: AuthoritySettings, stop: asyncio.Event) -> None:
    health = web.Health(lambda: None, signing.troubles)
    app = web.build_app(
        "Tocsin authority",
        "Keeps the directory fresh. It has no content and takes none.",
        health,
        signing.registry,
        settings.limits(),
    )
    await run_together(stop, serve_until(app, settings.host, settings.port, stop), signing.run(stop))
