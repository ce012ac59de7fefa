"""The four requests about topics, each answer checked: aiokafka raises for few of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from tocsin.adapters.kafka.admin import answer as answered
from tocsin.adapters.kafka.admin import require
from tocsin.core.errors import BrokerUnavailableError

ANSWER_TIMEOUT_S = 60.0
LEADER_PAUSE_S = 0.1
MOST_COPIES = 3
_NO_ERROR, _UNKNOWN_TOPIC, _ALREADY_THERE = 0, 3, 36
_SET_ON_TOPIC = 1  # config_source DYNAMIC_TOPIC_CONFIG


@dataclass
class TopicState:
    """A topic as the broker has it: all effective settings, and those set on itself."""

    partitions: int
    settings: dict[str, str] = field(default_factory=dict)
    own_settings: dict[str, str] = field(default_factory=dict)


async def describe(
    admin: AIOKafkaAdminClient, bootstrap: str, names: Sequence[str]
) -> dict[str, TopicState]:
    """Those of `names` that exist. Raises BrokerRefusedError, BrokerUnavailableError."""
    listed = await _answer(admin.describe_topics(list(names)), bootstrap)
    found = {}
    for topic in listed:
        if topic["error_code"] == _UNKNOWN_TOPIC:
            continue
        require(topic["error_code"], None, f"topic {topic['topic']}")
        found[topic["topic"]] = TopicState(len(topic["partitions"]))
    if found:
        await _add_settings(admin, bootstrap, found)
    return found


async def create(
    admin: AIOKafkaAdminClient,
    bootstrap: str,
    wanted: Sequence[tuple[str, int, Mapping[str, str]]],
    replication: int | None,
) -> None:
    """Make topics (name, partitions, settings); one that is there meanwhile is no fault."""
    if replication is None:
        cluster = await _answer(admin.describe_cluster(), bootstrap)
        replication = min(MOST_COPIES, len(cluster["brokers"]))
    topics = [
        NewTopic(name, partitions, replication, topic_configs=dict(settings))
        for name, partitions, settings in wanted
    ]
    answer = await _answer(admin.create_topics(topics), bootstrap)
    for name, code, *message in answer.topic_errors:
        if code != _ALREADY_THERE:
            require(code, message[0] if message else None, f"topic {name}")


async def await_leaders(admin: AIOKafkaAdminClient, bootstrap: str, names: Sequence[str]) -> None:
    """Returns when each partition of these topics has a leader.

    Kafka answers a creation before that: some seconds before, for thousands of topics.
    Raises BrokerUnavailableError after 60 s.
    """
    waiting = set(names)
    for _ in range(round(ANSWER_TIMEOUT_S / LEADER_PAUSE_S)):
        topics = await _answer(admin.describe_topics(sorted(waiting)), bootstrap)
        waiting -= {topic["topic"] for topic in topics if _is_led(topic)}
        if not waiting:
            return
        await asyncio.sleep(LEADER_PAUSE_S)
    raise BrokerUnavailableError(f"{len(waiting)} new topics have no leader: {min(waiting)}")


async def more_partitions(admin: AIOKafkaAdminClient, bootstrap: str, counts: Mapping[str, int]) -> None:
    """Widen each topic to the number of partitions given."""
    wanted = {name: NewPartitions(count) for name, count in counts.items()}
    await _answer(admin.create_partitions(wanted), bootstrap)


async def alter_settings(
    admin: AIOKafkaAdminClient, bootstrap: str, settings: Mapping[str, Mapping[str, str]]
) -> None:
    """Set all settings of each topic. The request replaces: give also those that stay."""
    resources = [
        ConfigResource(ConfigResourceType.TOPIC, name, dict(values)) for name, values in settings.items()
    ]
    for answer in await _answer(admin.alter_configs(resources), bootstrap):
        for code, message, _, name in answer.resources:
            require(code, message, f"topic {name}")


def _is_led(topic: Mapping[str, Any]) -> bool:
    partitions = topic["partitions"]
    return topic["error_code"] == _NO_ERROR and all(each["leader"] >= 0 for each in partitions)


async def _add_settings(admin: AIOKafkaAdminClient, bootstrap: str, found: dict[str, TopicState]) -> None:
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in found]
    for answer in await _answer(admin.describe_configs(resources), bootstrap):
        for code, message, _, topic, entries in answer.resources:
            require(code, message, f"topic {topic}")
            for name, value, _, source, *_ in entries:
                found[topic].settings[name] = value
                if source == _SET_ON_TOPIC:
                    found[topic].own_settings[name] = value


async def _answer(question: Awaitable[Any], bootstrap: str) -> Any:
    return await answered(question, bootstrap, "asking about topics")
