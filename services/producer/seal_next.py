"""Sealing, last: what waits becomes records under today's keys, in one transaction.

Nothing is sealed unless the directory is fresh and knows our keys. Source: wire format, "Sealing
happens last".
"""

from __future__ import annotations

from collections.abc import Collection

from services.producer.gate import Gate
from services.producer.generations_in_use import GenerationsInUse
from services.producer.originator import Originator
from services.producer.sealing_pass import SealedPass, SealingPass
from services.producer.sessions import Sessions
from tocsin.adapters.outbox.store import Outbox
from tocsin.core.directory import Directory


class SealNext:
    """Seals the oldest items that wait, and wraps secrets to keys that came late."""

    def __init__(self, outbox: Outbox, originator: Originator, sessions: Sessions) -> None:
        self._outbox, self._originator, self._sessions = outbox, originator, sessions

    def follow(self, directory: Directory, now_s: int) -> None:
        """Sign with the newest keys that `directory` has in force. Another record key begins a session."""
        if self._originator.follow(directory, now_s):
            self._sessions.renew()

    def closed(self, directory: Directory, now_s: int) -> str | None:
        """Why nothing at all may leave now, None if something may."""
        self.follow(directory, now_s)
        return Gate(self._originator, directory, now_s).closed() or self._sessions.waits(now_s)

    def run(self, directory: Directory, now_s: int, closed_topics: Collection[str] = ()) -> SealedPass:
        """One pass over at most 1,024 items or 4 MiB, all or nothing. Raises StorageError.

        What would go to `closed_topics`, which the broker refuses, waits.
        """
        done = SealedPass()
        if reason := self.closed(directory, now_s):
            done.waits["all"] = reason
            return done
        try:
            with self._outbox.transaction():
                parts = (self._outbox, self._originator, self._sessions)
                SealingPass(*parts, directory, now_s).run(done, closed_topics)
                if done.records:
                    self._sessions.note_sealed(now_s)
        except BaseException:
            # The session may have been taken back with the rest.
            self._sessions.renew()
            raise
        return done

    def wrap_to_new_keys(self, directory: Directory, now_s: int) -> int:
        """Queue wraps of the generations in use for members' new KEM keys; how many."""
        with self._outbox.transaction():
            keys = self._outbox.keys
            generations = GenerationsInUse(keys, self._originator, directory, now_s)
            audiences = map(directory.audience, keys.audiences_in_use())
            return sum(generations.wrap_to_new_keys(one) for one in audiences if one is not None)
