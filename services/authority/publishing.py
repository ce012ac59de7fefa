"""Brings the repository to the directory's topic: what is not there yet, the timestamp last."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.tuf_repository import TufRepository
from tocsin.adapters.tuf_superseded import superseded
from tocsin.adapters.tuf_topic import DirectoryTopic
from tocsin.core.streams import DIRECTORY_TOPIC

TIMESTAMP = "timestamp.json"


async def publish(
    repository: TufRepository, files: Mapping[str, bytes], access: KafkaAccess, now_s: int
) -> list[str]:
    """Send what the topic lacks of `files`, taken from `repository` while it was held; their names.

    What left the state in force 30 days ago is taken off the topic.
    Raises BrokerUnavailableError, BrokerRefusedError, StandbySignedError where a timestamp must follow that
    of a standby, and RefusedByRuleError where the topic is ahead of this folder: it was restored from a
    backup.
    """
    topic = DirectoryTopic(access)
    await topic.read(anew=True)
    repository.refuse_if_behind(topic.files)
    missing = {name: data for name, data in files.items() if topic.files.get(name) != data}
    # All but the timestamp must be there before it names them.
    first = {name: data for name, data in missing.items() if name != TIMESTAMP}
    last = {name: data for name, data in missing.items() if name == TIMESTAMP}
    gone = dict.fromkeys(superseded(topic.files, topic.stored_at_ms, files, now_s))
    if missing or gone:
        async with Publisher(access) as publisher:
            for some in (first, last, gone):
                await publisher.publish(_records(some))
    return list(missing)


def _records(files: Mapping[str, bytes | None]) -> list[OutgoingRecord]:
    return [OutgoingRecord(DIRECTORY_TOPIC, 0, name.encode(), data) for name, data in files.items()]
