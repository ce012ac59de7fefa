"""What a cluster shows to one login: its brokers' addresses, topics, and what the login may do to them.

aiokafka asks for metadata in a version that does not name rights; version 8 does, and its two layouts
stand here. Source: Apache Kafka's protocol guide, Metadata.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Int16, Int32, Schema, String

from tocsin.adapters.kafka.closing import close_client
from tocsin.adapters.kafka.connecting import CONNECT_TIMEOUT_S, connect
from tocsin.adapters.kafka.errors import translated
from tocsin.adapters.kafka.security import KafkaAccess, as_access
from tocsin.core.kafka_rights import Right

ANSWER_TIMEOUT_S = 10.0
_NOT_ASKED = -(2**31)
# The bits of AclOperation.
_RIGHTS = {Right.READ: 1 << 3, Right.WRITE: 1 << 4}


class _MetadataResponse(Response):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 8
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            Array(
                ("node_id", Int32),
                ("host", String("utf-8")),
                ("port", Int32),
                ("rack", String("utf-8")),
            ),
        ),
        ("cluster_id", String("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            Array(
                ("error_code", Int16),
                ("topic", String("utf-8")),
                ("is_internal", Boolean),
                (
                    "partitions",
                    Array(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", Array(Int32)),
                        ("isr", Array(Int32)),
                        ("offline_replicas", Array(Int32)),
                    ),
                ),
                ("rights", Int32),
            ),
        ),
        ("cluster_rights", Int32),
    )


class _MetadataRequestStruct(RequestStruct):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 8
    RESPONSE_TYPE = _MetadataResponse
    SCHEMA = Schema(
        ("topics", Array(String("utf-8"))),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_rights", Boolean),
        ("include_topic_rights", Boolean),
    )


class _MetadataRequest(Request[_MetadataRequestStruct]):  # type: ignore[misc]
    API_KEY = 3

    def __init__(self, topics: Sequence[str]) -> None:
        self._topics = list(topics)

    def build(self, request_struct_class: type[_MetadataRequestStruct]) -> _MetadataRequestStruct:
        return request_struct_class(self._topics, False, False, True)


@dataclass(frozen=True, slots=True)
class TopicShown:
    """A topic that the login may see: how many copies each partition has, and its rights."""

    copies: int
    rights: frozenset[Right]


@dataclass(frozen=True, slots=True)
class Cluster:
    """`brokers`: the addresses that they advertise; `topics`: those asked for that the login may see."""

    brokers: tuple[tuple[str, int], ...]
    topics: Mapping[str, TopicShown]


async def inspect(access: KafkaAccess | str, topics: Sequence[str] = ()) -> Cluster:
    """What the cluster shows of itself and of `topics`. Makes nothing.

    Raises BrokerUnavailableError within some 20 s, BrokerRefusedError for a login that is refused.
    """
    where = as_access(access)
    admin = AIOKafkaAdminClient(**where.client_options())
    try:
        await connect(admin.start, "connecting", where.bootstrap, CONNECT_TIMEOUT_S)
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            answer = await admin._send_request(_MetadataRequest(topics))  # noqa: SLF001
    except (KafkaError, OSError, TimeoutError) as error:
        raise translated(error, "asking for topics and rights", where.bootstrap) from error
    finally:
        await close_client(admin._client)  # noqa: SLF001
    return _cluster(answer.to_object())


def _cluster(answer: Mapping[str, Any]) -> Cluster:
    brokers = tuple((one["host"], one["port"]) for one in answer["brokers"])
    shown = {one["topic"]: _shown(one) for one in answer["topics"] if one["error_code"] == 0}
    return Cluster(brokers, shown)


def _shown(topic: Mapping[str, Any]) -> TopicShown:
    copies = min((len(one["replicas"]) for one in topic["partitions"]), default=0)
    bits = topic["rights"]
    rights = frozenset() if bits == _NOT_ASKED else frozenset(r for r, bit in _RIGHTS.items() if bits & bit)
    return TopicShown(copies, rights)
