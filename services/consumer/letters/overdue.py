"""What the service says of letters that are overdue: looked at every ten minutes, beside the reading."""

from __future__ import annotations

import asyncio

from services.consumer.letters.alert_rows import alert_rows
from services.consumer.letters.requests import threads_of
from services.consumer.participant import Participant
from services.consumer.threads import in_thread
from tocsin.adapters.correspondence import open_correspondence
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
        now_s = int(self._participant.clock())
        with open_correspondence(self._participant.home, self._participant.storage_key) as letters:
            is_firm = letters.me.is_firm
            late_alerts = 0 if is_firm else sum(1 for one in alert_rows(letters, now_s) if one["late"])
            states = [one.state(now_s) for one in threads_of(letters)]
        late_threads = states.count(ThreadState.OVERDUE)
        said = []
        if late_alerts:
            said.append(f"answers: {late_alerts} alerts have overdue answers: tocsin answers --overdue")
        if late_threads:
            said.append(f"requests: {late_threads} are overdue: tocsin request list --overdue")
        return said
