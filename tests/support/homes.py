"""A reader's home on disk, and a directory on a real topic, dated today: for the commands' tests."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

from tests.support.authority import role_key
from tests.support.incidents import incident_targets
from tests.support.parties import DAY_S, Party
from tests.support.world import EVERYONE
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.kafka.topics import TopicWish, apply, plan
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.passphrase import Passphrase
from tocsin.adapters.tuf_repository import TufRepository
from tocsin.core.directory import Directory, read_directory
from tocsin.core.enrolment import write_request
from tocsin.core.streams import (
    CHECKPOINTS_TOPIC,
    DIRECTORY_TOPIC,
    MANIFESTS_TOPIC,
    inbox_topic,
    stream_topic,
)

PASSPHRASE = "correct horse battery staple"


def living_targets(now_s: int) -> dict[str, bytes]:
    """The small world with the real incident schema; keys and agreements are valid now."""
    valid = {"not_before_s": now_s - DAY_S, "not_after_s": now_s + 300 * DAY_S}
    purposes = dict.fromkeys(("record", "release", "statement", "kem"), valid)
    people = dict(one.target(**purposes) for one in EVERYONE)
    return people | incident_targets("focal-point", "analyst")


class LivingDirectory:
    """A TUF repository of `living_targets`, and its way to the topic."""

    def __init__(self, folder: Path) -> None:
        self.now_s = int(time.time())
        self.targets = living_targets(self.now_s)
        self.repository = TufRepository(folder, role_key)
        self.repository.create(self.targets, self.now_s)

    @property
    def directory(self) -> Directory:
        directory = read_directory(1, self.now_s + DAY_S, self.targets)
        assert directory.refused == {}
        return directory

    async def publish(self, bootstrap: str) -> None:
        """Make all topics and put the directory on its own."""
        settings = {"message.timestamp.type": "LogAppendTime"}
        layout = self.directory.layout
        wishes = [TopicWish(stream_topic(one), layout.partitions(one), settings) for one in layout.streams]
        names = [MANIFESTS_TOPIC, CHECKPOINTS_TOPIC, DIRECTORY_TOPIC]
        names += [inbox_topic(one.id, one.is_firm) for one in self.directory.participants.values()]
        wishes += [TopicWish(one, 1, settings) for one in names]
        await apply(bootstrap, await plan(bootstrap, wishes))
        await publish(bootstrap, DIRECTORY_TOPIC, self.repository.files())


async def publish(bootstrap: str, topic: str, files: Mapping[str, bytes]) -> None:
    """Put files on a topic under their names."""
    records = [OutgoingRecord(topic, 0, name.encode(), data) for name, data in files.items()]
    async with Publisher(bootstrap) as publisher:
        await publisher.publish(records)


def write_home(folder: Path, party: Party, pinned_root: bytes) -> Path:
    """The home of `party`, admitted; returns the file of its passphrase."""
    keys = folder / "keys"
    keys.mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    opened = KeyFolder.create(keys, Passphrase(PASSPHRASE))
    opened.write("kem.pem", party.kem)
    opened.write("statement.pem", party.statement)
    opened.write("record.pem", party.record)
    opened.create_storage_key()
    (folder / "directory").mkdir()
    (folder / "directory" / "1.root.json").write_bytes(pinned_root)
    request = write_request(party.name, party.country, party.keys, party.statement)
    (keys / "request.json").write_bytes(request)
    (keys / "request.json").chmod(0o600)
    (folder / "participant.json").write_text(json.dumps({"id": party.id.hex(), "name": party.name}))
    passphrase_file = folder / "passphrase"
    passphrase_file.write_text(PASSPHRASE)
    passphrase_file.chmod(0o600)
    return passphrase_file
