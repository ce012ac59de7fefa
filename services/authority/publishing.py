"""Brings the repository to the directory's topic: what is not there yet, the timestamp last."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.tuf_repository import TufRepository
from tocsin.adapters.tuf_topic import DirectoryTopic
from tocsin.core.errors import RefusedByRuleError, UntrustedError
from tocsin.core.streams import DIRECTORY_TOPIC

TIMESTAMP = "timestamp.json"


async def publish(repository: TufRepository, access: KafkaAccess) -> list[str]:
    """The names of the files that were sent. Raises BrokerUnavailableError, BrokerRefusedError, and
    RefusedByRuleError where the topic is ahead of this folder: it was restored from a backup.
    """
    topic = DirectoryTopic(access)
    await topic.read(anew=True)
    _refuse_if_behind(repository, topic.files)
    wanted = repository.files()
    missing = {name: data for name, data in wanted.items() if topic.files.get(name) != data}
    records = [OutgoingRecord(DIRECTORY_TOPIC, 0, name.encode(), data) for name, data in missing.items()]
    if records:
        async with Publisher(access) as publisher:
            # All but the timestamp must be there before it names them.
            await publisher.publish([one for one in records if one.key != TIMESTAMP.encode()])
            await publisher.publish([one for one in records if one.key == TIMESTAMP.encode()])
    return list(missing)


def _refuse_if_behind(repository: TufRepository, found: Mapping[str, bytes]) -> None:
    there = found.get(TIMESTAMP)
    if there is None:
        return
    ours = repository.standing().versions["timestamp"]
    try:
        theirs = repository.timestamp_version_of(there)
    except UntrustedError:
        # Somebody else wrote to the topic; ours takes its place, and clients refuse the other anyway.
        return
    if theirs > ours:
        raise RefusedByRuleError(
            f"the topic holds timestamp {theirs}, this folder {ours}: it was restored from an older copy. "
            "Restore the newest one; publishing would be refused by every participant"
        )
