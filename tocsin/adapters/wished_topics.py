"""Which topics the directory asks for, with the settings of the wire format."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.adapters.kafka.topics import TopicWish
from tocsin.core.broker_access import Declaration
from tocsin.core.directory import Directory
from tocsin.core.streams import (
    CHECKPOINTS_TOPIC,
    DIRECTORY_TOPIC,
    MANIFESTS_TOPIC,
    inbox_topic,
    stream_topic,
)

DAY_MS = 86_400_000
MANIFESTS_BEYOND_DAYS = 7
CHECKPOINT_DAYS = 90


def wishes(directory: Directory, declaration: Declaration) -> Iterator[TopicWish]:
    """Every topic: the directory's own, manifests, checkpoints, streams, and each participant's inbox."""
    common, small = declaration.settings(), declaration.settings("small")
    layout = directory.layout
    longest_days = max(stream.retention_days for stream in layout.streams.values())
    keys_days = longest_days + MANIFESTS_BEYOND_DAYS
    yield TopicWish(DIRECTORY_TOPIC, 1, declaration.settings("directory"))
    yield TopicWish(MANIFESTS_TOPIC, 1, common | _kept(keys_days))
    yield TopicWish(CHECKPOINTS_TOPIC, 1, common | _kept(CHECKPOINT_DAYS))
    for stream in layout.streams.values():
        settings = small | _kept(stream.retention_days)
        yield TopicWish(stream_topic(stream.name), layout.partitions(stream.name), settings)
    for participant in directory.participants.values():
        topic = inbox_topic(participant.id, participant.is_firm)
        yield TopicWish(topic, 1, small | _kept(keys_days))


def _kept(days: int) -> dict[str, str]:
    return {"retention.ms": str(days * DAY_MS)}
