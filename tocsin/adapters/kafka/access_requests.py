"""What aiokafka has no public call for: ACLs, many at once, and SCRAM credentials.

Only the layouts of Kafka's own protocol; what is asked, and each answer, is checked in `access`.
Source: Kafka protocol guide, DescribeAcls, CreateAcls, DeleteAcls (version 1),
DescribeUserScramCredentials, AlterUserScramCredentials (version 0).
"""

from __future__ import annotations

from typing import Any

from aiokafka.errors import IncompatibleBrokerVersion
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    CompactArray,
    CompactBytes,
    CompactString,
    Int8,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)


class Asked(Request[RequestStruct]):  # type: ignore[misc]
    """A request of the one version that `struct` is, with its fields."""

    API_KEY = -1  # the struct has it

    def __init__(self, struct: type[Any], *fields: Any) -> None:
        self._struct, self._fields = struct, fields

    def prepare(self, versions: dict[int, tuple[int, int]]) -> Any:
        """The bytes' owner. Raises IncompatibleBrokerVersion where the broker does not know it."""
        least, most = versions.get(self._struct.API_KEY, (0, -1))
        if not least <= self._struct.API_VERSION <= most:
            raise IncompatibleBrokerVersion(f"{self._struct.__name__}: the broker does not know it")
        return self.build(self._struct)

    def build(self, request_struct_class: type[Any]) -> Any:
        """The same, unasked."""
        return request_struct_class(*self._fields)


_TAGS = ("tags", TaggedFields)


class _DescribeScramResponse(Response):  # type: ignore[misc]
    API_KEY = 50
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("error_code", Int16),
        ("error_message", CompactString("utf-8")),
        (
            "results",
            CompactArray(
                ("user", CompactString("utf-8")),
                ("error_code", Int16),
                ("error_message", CompactString("utf-8")),
                (
                    "credential_infos",
                    CompactArray(("mechanism", Int8), ("iterations", Int32), _TAGS),
                ),
                _TAGS,
            ),
        ),
        _TAGS,
    )


class DescribeScramRequest(RequestStruct):  # type: ignore[misc]
    """Which users, None for all."""

    FLEXIBLE_VERSION = True
    API_KEY = 50
    API_VERSION = 0
    RESPONSE_TYPE = _DescribeScramResponse
    SCHEMA = Schema(("users", CompactArray(("name", CompactString("utf-8")), _TAGS)), _TAGS)


class _AlterScramResponse(Response):  # type: ignore[misc]
    API_KEY = 51
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "results",
            CompactArray(
                ("user", CompactString("utf-8")),
                ("error_code", Int16),
                ("error_message", CompactString("utf-8")),
                _TAGS,
            ),
        ),
        _TAGS,
    )


class AlterScramRequest(RequestStruct):  # type: ignore[misc]
    """What goes and what is set; holds no password, but what can stand for one."""

    FLEXIBLE_VERSION = True
    API_KEY = 51
    API_VERSION = 0
    RESPONSE_TYPE = _AlterScramResponse
    SCHEMA = Schema(
        ("deletions", CompactArray(("name", CompactString("utf-8")), ("mechanism", Int8), _TAGS)),
        (
            "upsertions",
            CompactArray(
                ("name", CompactString("utf-8")),
                ("mechanism", Int8),
                ("iterations", Int32),
                ("salt", CompactBytes),
                ("salted_password", CompactBytes),
                _TAGS,
            ),
        ),
        _TAGS,
    )
