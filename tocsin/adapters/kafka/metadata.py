"""Asking whether topics are there, before aiokafka would wait for them in silence."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from aiokafka.client import AIOKafkaClient

from tocsin.adapters.kafka.errors import forbidden_topics, missing_topics, unreachable
from tocsin.adapters.kafka.records import Place
from tocsin.core.errors import BrokerRefusedError

ANSWER_TIMEOUT_S = 10.0
# A topic made a moment ago is not known to every broker yet.
MISSING_TOPIC_TRIES = 10
MISSING_TOPIC_PAUSE_S = 0.2


async def require_places(client: AIOKafkaClient, places: Iterable[Place], bootstrap: str) -> None:
    """Returns once the client knows every partition in `places`.

    One request for all topics: asked one by one, 960 new topics cost 40 MB. Raises
    BrokerRefusedError naming what is missing or forbidden, BrokerUnavailableError if nobody
    answers.
    """
    wanted = set(places)
    for attempt in range(MISSING_TOPIC_TRIES):
        missing = [place for place in wanted if not _knows(client, place)]
        if not missing:
            return
        if attempt:
            _refuse_forbidden(client, missing)
            await asyncio.sleep(MISSING_TOPIC_PAUSE_S)
        # set_topics replaces the set: what is tracked already stays in it.
        client.set_topics({topic for topic, _ in wanted} | set(client._topics))  # noqa: SLF001
        if not await _renewed(client):
            raise unreachable("asking for topics", bootstrap, "no broker answers")
    missing = [place for place in wanted if not _knows(client, place)]
    if missing:
        _forget(client, missing)
        raise _refusal(client, missing)


async def _renewed(client: AIOKafkaClient) -> bool:
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):  # a frozen broker answers nothing
            # The first question may meet a connection that the broker ended: it asks for logins anew.
            return await client.force_metadata_update() or bool(await client.force_metadata_update())
    except TimeoutError:
        return False


def _forget(client: AIOKafkaClient, places: list[Place]) -> None:
    """What is not there must not be asked for, and logged, with every later request."""
    client._topics -= {  # noqa: SLF001
        topic for topic, _ in places if client.cluster.partitions_for_topic(topic) is None
    }


def _knows(client: AIOKafkaClient, place: Place) -> bool:
    topic, partition = place
    return partition in (client.cluster.partitions_for_topic(topic) or ())


def _refuse_forbidden(client: AIOKafkaClient, places: list[Place]) -> None:
    forbidden = sorted({topic for topic, _ in places} & set(client.cluster.unauthorized_topics))
    if forbidden:
        raise forbidden_topics(forbidden)


def _refusal(client: AIOKafkaClient, places: list[Place]) -> BrokerRefusedError:
    if absent := [t for t, _ in places if client.cluster.partitions_for_topic(t) is None]:
        return missing_topics(set(absent))
    topic, partition = min(places)
    count = len(client.cluster.partitions_for_topic(topic))
    return BrokerRefusedError(
        f"topic {topic} has {count} partitions, so no partition {partition}: "
        "run `tocsin authority topics apply`"
    )
