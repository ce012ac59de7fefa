"""Law: a field of a JSON object is of the kind asked for, within its bound, or MalformedError names it.

What the fields mean together is left to the readers of participants, audiences and layouts.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from tocsin.core import canonical_json
from tocsin.core.errors import MalformedError

MAX_TARGET_BYTES = 65_536
MAX_TEXT_CHARACTERS = 8_192
MAX_TEXTS = 4_096
MAX_LINE_CHARACTERS = 200
LAST_S = 253_402_300_799  # 9999-12-31T23:59:59Z: what is later has no date that can be shown
LINE = f"one line of 1 to {MAX_LINE_CHARACTERS} printable characters, with no space at either end"


def load_object(data: bytes, kind: str) -> dict[str, Any]:
    """The JSON object of a directory target of at most 64 KiB. Raises MalformedError naming `kind`."""
    if len(data) > MAX_TARGET_BYTES:
        raise MalformedError(f"a {kind} of {len(data)} bytes is over {MAX_TARGET_BYTES}")
    record = canonical_json.load(data)
    if not isinstance(record, dict):
        raise MalformedError(f"a {kind} is a JSON object")
    return record


def text(record: Mapping[str, Any], name: str) -> str:
    """A text of 1 to 8,192 characters."""
    value = record.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT_CHARACTERS:
        raise MalformedError(f"{name} is missing or no text")
    return value


def optional_text(record: Mapping[str, Any], name: str) -> str | None:
    """As `text`; None where the field is missing or null."""
    return None if record.get(name) is None else text(record, name)


def texts(record: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of at most 4,096 texts; empty where the field is missing or null."""
    values = record.get(name)
    if values is None:
        return ()
    if not isinstance(values, list) or len(values) > MAX_TEXTS:
        raise MalformedError(f"{name} is no list of at most {MAX_TEXTS} texts")
    if not all(isinstance(value, str) and len(value) <= MAX_TEXT_CHARACTERS for value in values):
        raise MalformedError(f"{name} holds something else than texts")
    return tuple(values)


def objects(record: Mapping[str, Any], name: str, limit: int) -> list[dict[str, Any]]:
    """A list of at most `limit` objects."""
    values = record.get(name)
    if not isinstance(values, list) or len(values) > limit:
        raise MalformedError(f"{name} is no list of at most {limit}")
    if not all(isinstance(value, dict) for value in values):
        raise MalformedError(f"{name} holds something else than objects")
    return values


def optional_object(record: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """An object; None where the field is missing or null."""
    value = record.get(name)
    if value is not None and not isinstance(value, dict):
        raise MalformedError(f"{name} is no object")
    return value


def number(record: Mapping[str, Any], name: str, most: int = 2**63 - 1) -> int:
    """A whole number from 0 to `most`."""
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise MalformedError(f"{name} is missing or no whole number from 0 to {most}")
    return value


def moment(record: Mapping[str, Any], name: str) -> int:
    """Seconds since 1970, at most the last second of the year 9999, so that it can be shown as a date."""
    return number(record, name, LAST_S)


def line(record: Mapping[str, Any], name: str) -> str:
    """A text that can be shown to people as it is: one line of 1 to 200 printable characters."""
    value = text(record, name)
    if not is_line(value):
        raise MalformedError(f"{name}: {LINE}")
    return value


def optional_line(record: Mapping[str, Any], name: str) -> str | None:
    """As `line`; None where the field is missing or null."""
    return None if record.get(name) is None else line(record, name)


def is_line(value: str) -> bool:
    """Whether `value` is one line of 1 to 200 characters without control, format or direction marks, and
    neither begins nor ends with a space.
    """
    return 0 < len(value) <= MAX_LINE_CHARACTERS and value.isprintable() and value == value.strip()


def base64_bytes(record: Mapping[str, Any], name: str) -> bytes:
    """The bytes of canonical base64."""
    value = text(record, name)
    try:
        data = b64decode(value, validate=True)
    except ValueError as error:
        raise MalformedError(f"{name} is not base64") from error
    if b64encode(data).decode() != value:
        raise MalformedError(f"{name} is not canonical base64")
    return data


def in_json(value: Any) -> Any:
    """`value` with bytes as base64, at every depth."""
    if isinstance(value, dict):
        return {name: in_json(one) for name, one in value.items()}
    if isinstance(value, list):
        return [in_json(one) for one in value]
    return b64encode(value).decode() if isinstance(value, bytes) else value
