"""Law: JSON with one form: sorted keys, no spaces, UTF-8, no duplicate keys, no floats, bounded depth.
What loads can be written again: no text holds half a surrogate, which UTF-8 has no bytes for.

What the values mean is left to the caller.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from tocsin.core.errors import MalformedError

MAX_DEPTH = 32
_HALF_A_SURROGATE = re.compile("[\ud800-\udfff]")


def dump(value: Any) -> bytes:
    """The canonical bytes of `value`."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def load(data: bytes) -> Any:
    """The value of JSON bytes. Raises MalformedError for duplicates, floats, depth, bad text."""
    try:
        value = json.loads(
            data.decode(), object_pairs_hook=_unique, parse_float=_float, parse_constant=_float
        )
    except (ValueError, RecursionError) as error:
        raise MalformedError("not JSON") from error
    _check(value, MAX_DEPTH)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise MalformedError("a JSON object names one key twice")
    return record


def _float(_text: str) -> NoReturn:
    raise MalformedError("a number here is whole")


def _check(value: Any, depth_left: int) -> None:
    if depth_left == 0:
        raise MalformedError(f"JSON deeper than {MAX_DEPTH}")
    if isinstance(value, str) and _HALF_A_SURROGATE.search(value):
        raise MalformedError("a text in JSON holds half a surrogate")
    if isinstance(value, dict | list):
        for child in (*value, *value.values()) if isinstance(value, dict) else value:
            _check(child, depth_left - 1)
