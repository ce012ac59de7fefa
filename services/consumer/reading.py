"""A reader's parts, put together over one inbox, and how a newer directory is believed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.consumer.assignment import Wanted
from services.consumer.checkpoint_watch import CheckpointWatch
from services.consumer.harvest import Harvest
from services.consumer.intake import Intake, Tally
from services.consumer.keys_intake import KeysIntake
from services.consumer.waking import Waking
from tocsin.adapters.inbox.reader import InboxReader
from tocsin.adapters.inbox.store import Inbox
from tocsin.adapters.own_keys import KeyRing
from tocsin.core.agreements import own_authority
from tocsin.core.checkpoints import unreached_finals
from tocsin.core.directory import Directory
from tocsin.core.ids import audience_id, own_audience
from tocsin.core.outcomes import LogHead, LogId
from tocsin.core.primitives import XWingPrivate
from tocsin.core.reader import DomainCheck
from tocsin.core.streams import INBOX, Place


@dataclass(frozen=True)
class Identity:
    """Who reads: participant id, and its KEM keys (never shown)."""

    me: bytes
    kem_keys: KeyRing[XWingPrivate]


class Reading:
    """Intake, keys, checkpoints and waking of one reader. Not for two threads at once."""

    def __init__(
        self,
        inbox: Inbox,
        identity: Identity,
        directory: Directory,
        wanted: Wanted,
        rules: DomainCheck,
    ) -> None:
        self.inbox, self.identity, self.wanted = inbox, identity, wanted
        self.tally = Tally()
        self.reader = InboxReader(inbox, identity.me, directory)
        self.checkpoints = CheckpointWatch(inbox, self._reads)
        self.keys = KeysIntake(inbox, self.reader, identity.kem_keys, self.checkpoints)
        self.intake = Intake(inbox, self.reader, self.keys, Harvest(rules, identity.me), self.tally)
        self.waking = Waking(inbox, self.reader, self.intake)
        self._keep_directory(directory)

    def use_tally(self, tally: Tally) -> None:
        """Count in `tally`, which outlives this reading."""
        self.tally = tally
        self.intake.tally = tally

    def _reads(self, log: LogId) -> bool:
        """Whether we read a log: what is wanted, and always what is sent to us alone."""
        if log.stream == INBOX:
            return log.scope == audience_id(own_audience(self.identity.me)).hex()
        # Whoever states logs of regions that are not there must not fill what is waited for.
        return self.wanted.reads(log) and log.scope in self.reader.directory.layout.regions

    def believe(self, directory: Directory, now_s: int) -> list[Place]:
        """Take a newer directory; the places to go back to. The same version changes nothing."""
        changed = directory.version != self.reader.directory.version
        self.reader.directory = directory
        if not changed:
            return []
        self._keep_directory(directory)
        return self.waking.newer_directory(now_s)

    def note_beginnings(self, places: Iterable[Place]) -> None:
        """Remember that partitions are read from `places` on."""
        with self.inbox.transaction():
            for place in places:
                self.inbox.offsets.advance(place.topic, place.partition, place.offset)

    def note_gap(self, place: Place, found: int, now_s: int) -> None:
        """Remember that offsets from `place` up to `found` were gone."""
        with self.inbox.transaction():
            self.inbox.offsets.note_gap(place, found, now_s)

    def note_withheld(self, now_s: int) -> None:
        """Alarms for what checkpoints stated and did not come in time, and for keys that do not come."""
        with self.inbox.transaction():
            self.checkpoints.late(now_s)
            self.keys.missing.note(now_s)

    def judge_ahead(self, now_s: int) -> None:
        """Alarms for manifests that waited for the directory that was fetched just now."""
        with self.inbox.transaction():
            self.keys.judge_ahead(now_s)

    def check_finals(self, now_s: int) -> None:
        """Alarms for logs that a retired key ended beyond what came, once they were read to the end."""
        everyone = self.reader.directory.participants.values()
        retired = [(one.id, key) for one in everyone for key in one.keys if key.final]
        with self.inbox.transaction():
            for originator, key in retired:
                for alarm in unreached_finals(originator, key, self._head):
                    self.inbox.alarms.note(alarm, now_s)

    def _head(self, log: LogId) -> LogHead | None:
        """For `unreached_finals`: of a log of which nothing came, retention may have taken all."""
        return self.reader.head(log) if self._reads(log) else None

    def take_wish_for_directory(self) -> bool:
        """Whether something came that a newer directory may explain; asked once."""
        wish = self.keys.wants_directory or self.intake.wants_directory
        self.keys.wants_directory = self.intake.wants_directory = False
        return wish

    def _keep_directory(self, directory: Directory) -> None:
        with self.inbox.transaction():
            self.inbox.known.keep(directory)
            self.inbox.known.keep_authority(own_authority(directory, self.identity.me))
