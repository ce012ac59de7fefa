"""The service's part in a release: what people signed while it held the outbox, it takes in.

It holds no person's key and can add no signature. While somebody works at the desk it looks again later.
"""

from __future__ import annotations

from services.producer.accept import Acceptance
from services.producer.alerts.handing_over import hand_over
from services.producer.participant import Participant
from services.producer.producing import DirectorySource
from tocsin.adapters.desk.store import is_there, open_desk
from tocsin.adapters.outbox.store import Outbox
from tocsin.core.errors import HeldElsewhereError, UntrustedError
from tocsin.runtime.logs import get_log

_log = get_log("producer")


class Releases:
    """Looks at the desk after each round."""

    def __init__(
        self,
        participant: Participant,
        outbox: Outbox,
        acceptance: Acceptance,
        source: DirectorySource,
    ) -> None:
        self._participant, self._outbox, self._acceptance = participant, outbox, acceptance
        self._source = source
        self._told: str | None = None

    def take(self) -> bool:
        """Take in what is being released; whether there was any. Raises StorageError, KeyUnusableError."""
        directory = self._source.directory
        if directory is None or not is_there(self._participant.home):
            return False
        try:
            with open_desk(self._participant.home, self._participant.storage_key) as desk:
                taken = hand_over(desk, self._outbox, self._acceptance, directory)
        except HeldElsewhereError:
            return False
        except UntrustedError as error:
            self._tell(str(error))
            return False
        self._told = None
        if taken:
            _log.info("alerts.taken_in", count=len(taken))
        return bool(taken)

    def _tell(self, reason: str) -> None:
        """A log that was tampered with stops releases, and is said once."""
        if reason != self._told:
            _log.warning("alerts.held", reason=reason)
        self._told = reason
