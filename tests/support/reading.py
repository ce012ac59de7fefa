"""A consumer's inner half for tests: a real inbox, the ladder, the keys, and no Kafka."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from services.consumer.checkpoint_watch import CheckpointWatch
from services.consumer.harvest import Harvest
from services.consumer.intake import Intake, Tally
from services.consumer.keys_intake import KeysIntake
from services.consumer.waking import Waking
from tests.support.parties import NOW_S, Party
from tests.support.sender import Sender, Sent
from tests.support.world import NEIGHBOUR
from tocsin.adapters.inbox.reader import InboxReader
from tocsin.adapters.inbox.store import open_inbox
from tocsin.adapters.kafka.records import IncomingRecord
from tocsin.adapters.own_keys import KeyRing
from tocsin.core.directory import Directory
from tocsin.core.streams import MANIFESTS_TOPIC, Place, inbox_topic

STORAGE_KEY = b"storage key of a test, 32 bytes."


def no_rules(_name: str, _body: dict[str, Any]) -> None:
    """A domain check that lets everything pass."""


class Reading:
    """A reader of `party` whose inbox lies in `folder`; open it twice to restart it."""

    def __init__(
        self, folder: Path, directory: Directory, party: Party = NEIGHBOUR, rules: Any = no_rules
    ) -> None:
        self.party = party
        self.inbox = open_inbox(folder, STORAGE_KEY)
        self.reader = InboxReader(self.inbox, party.id, directory)
        watch = CheckpointWatch(self.inbox, lambda log: log.stream != "inbox")
        self.keys = KeysIntake(self.inbox, self.reader, KeyRing({party.key("kem").id: party.kem}), watch)
        self.tally = Tally()
        self.intake = Intake(self.inbox, self.reader, self.keys, Harvest(rules, party.id), self.tally)
        self.waking = Waking(self.inbox, self.reader, self.intake)
        self._offset = 0

    @property
    def inbox_topic(self) -> str:
        return inbox_topic(self.party.id, self.reader.directory.participants[self.party.id].is_firm)

    def take(self, *sent: Sent | IncomingRecord, now_s: int = NOW_S) -> list[Place]:
        """Take records as one poll, and end the waits that they end."""
        return self.waking.take([incoming(one) for one in sent], now_s)

    def take_manifest(self, sender: Sender, **changes: Any) -> list[Place]:
        return self.take(self.at(MANIFESTS_TOPIC, sender.manifest(**changes)))

    def take_wrap(self, sender: Sender) -> list[Place]:
        wrap = sender.wraps().get(self.party.id)
        return [] if wrap is None else self.take(self.at(self.inbox_topic, wrap))

    def take_keys(self, sender: Sender) -> list[Place]:
        return self.take_manifest(sender) + self.take_wrap(sender)

    def at(self, topic: str, value: bytes | None, partition: int = 0) -> IncomingRecord:
        """A value at the next offset of a topic."""
        self._offset += 1
        return IncomingRecord(topic, partition, self._offset, None, value, 0)

    def stored(self) -> list[bytes]:
        """The ids of the stored reports, in order."""
        return [one.report_id for one in self.inbox.reports.after(0)]


def incoming(sent: Sent | IncomingRecord) -> IncomingRecord:
    """A sealed record as Kafka would give it."""
    if isinstance(sent, IncomingRecord):
        return sent
    place = sent.place
    return IncomingRecord(place.topic, place.partition, place.offset, None, sent.value, 0)
