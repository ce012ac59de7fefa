"""What is wrong with a publisher now, one sentence for each thing."""

from __future__ import annotations

from collections.abc import Callable

from services.producer.clocks import Clocks
from services.producer.own_logs import own_alarms
from services.producer.producing import DirectorySource, Producing
from services.producer.running import Running
from tocsin.adapters.outbox.store import Outbox
from tocsin.core.spans import span

NEARLY_FULL = 0.9
OLD_DIRECTORY_LEFT_S = 3 * 3_600
DAY_S = ALARMS_SHOWN_S = 86_400
LONG_S = 3_600


class Readiness:
    """Answers for `/readyz`; only looks."""

    def __init__(
        self,
        producing: Producing,
        running: Running,
        source: DirectorySource,
        outbox: Outbox,
        clocks: Clocks,
        disk: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._producing, self._running, self._source = producing, running, source
        self._outbox, self._clocks, self._disk = outbox, clocks, disk

    def troubles(self) -> list[str]:
        """Empty when the service is ready."""
        found = [f"{subject}: {text}" for subject, text in self._producing.troubles.items()]
        more = [self._running.trouble(), self._directory(), self._fullness(), self._disk()]
        more.append(self._outbox.database.log_trouble())
        return found + [one for one in more if one is not None] + self._own_alarms()

    def warnings(self) -> list[str]:
        """What somebody should know, though all works: what waits for long, what was refused."""
        now_s, status = self._clocks.now_s(), self._outbox.status
        oldest_s, found = status.oldest_waiting_s(now_s), []
        if oldest_s is not None and now_s > oldest_s + LONG_S:
            found.append(
                f"outbox: the oldest report has waited for {span(now_s - oldest_s)}: tocsin status"
            )
        if refused := status.refused_since(now_s - DAY_S):
            found.append(f"outbox: {refused} of the reports of a day were refused by a rule: tocsin status")
        return found

    def _directory(self) -> str | None:
        directory = self._source.directory
        if directory is None:
            return "directory: none was read yet; reports are accepted and wait"
        left_s = directory.expires_at_s - self._clocks.now_s()
        if left_s > OLD_DIRECTORY_LEFT_S:
            return None
        if left_s <= 0:
            return f"directory: by this machine's clock it expired {span(-left_s)} ago; publishing waits"
        return f"directory: its timestamp expires in {left_s // 60} minutes; then publishing waits"

    def _fullness(self) -> str | None:
        fullness = self._outbox.items.fullness
        if fullness < NEARLY_FULL:
            return None
        return f"outbox: {fullness:.0%} full; at 100% nothing more is accepted"

    def _own_alarms(self) -> list[str]:
        said = own_alarms(self._outbox, self._clocks.now_s() - ALARMS_SHOWN_S)
        return [f"logs: {one}" for one in said]
