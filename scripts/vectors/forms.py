"""How values of the wire stand in a vector: bytes as lower-case hex, integers as JSON integers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tocsin.core import wire

Given = dict[str, Any]


def shown(value: Any) -> Any:
    """A value of the core as JSON: bytes become hex, tuples lists, dataclasses objects."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {name: shown(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [shown(part) for part in value]
    if hasattr(value, "__dataclass_fields__"):
        return shown(asdict(value))
    return value


def item_of(given: Given) -> wire.Item:
    """The item that a vector shows."""
    approvals = tuple(
        wire.Approval(bytes.fromhex(one["signing_key"]), bytes.fromhex(one["signature"]))
        for one in given["approvals"]
    )
    return wire.Item(
        bytes.fromhex(given["schema"]),
        bytes.fromhex(given["report_id"]),
        given["version"],
        bytes.fromhex(given["body"]),
        approvals,
    )


def header_of(given: Given) -> wire.Header:
    """The header that a vector shows."""
    raw = {"originator", "signing_key", "audience", "previous"}
    return wire.Header(
        **{name: bytes.fromhex(part) if name in raw else part for name, part in given.items()}
    )
