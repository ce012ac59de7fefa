"""What the service says of letters that are overdue: looked at every ten minutes, beside the reading."""

from __future__ import annotations

import asyncio

from services.consumer.letters.alert_rows import alert_rows
from services.consumer.letters.requests import threads_of
from services.consumer.participant import Participant
from services.consumer.threads import in_thread
from tocsin.adapters.correspondence import Correspondence, open_correspondence
from tocsin.core.errors import TocsinError
from tocsin.core.requests import ThreadState
from tocsin.runtime.logs import get_log

PAUSE_S = 600.0
_log = get_log("letters")


class OverdueLetters:
    """`sentences`: one for answers, one for requests, where any is overdue; as of the last look."""

    def __init__(self, participant: Participant) -> None:
        self._participant = participant
        self.sentences: list[str] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop`. What cannot be looked at now is looked at ten minutes later."""
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                try:
                    self.sentences = await in_thread(self.look)
                except TocsinError as error:
                    _log.info("letters.not_looked_at", reason=str(error))
                await asyncio.wait({stopping}, timeout=PAUSE_S)
        finally:
            stopping.cancel()

    def look(self) -> list[str]:
        """What is overdue now. Raises DirectoryStaleError before the first directory, StorageError."""
        with open_correspondence(self._participant.home, self._participant.storage_key) as letters:
            return overdue_sentences(letters, int(self._participant.clock()))


def overdue_sentences(letters: Correspondence, now_s: int) -> list[str]:
    """One for answers to our alerts, one for requests; none where nothing is overdue."""
    rows = [] if letters.me.is_firm else alert_rows(letters, now_s)
    alerts = sum(1 for one in rows if one["late"])
    threads = sum(1 for one in threads_of(letters) if one.state(now_s) is ThreadState.OVERDUE)
    said = [f"answers: overdue ones to {alerts} alerts: tocsin answers --overdue"] if alerts else []
    return said + ([f"requests: {threads} overdue: tocsin request list --overdue"] if threads else [])
