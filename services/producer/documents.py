"""Reads reports from JSON text: one object, an array, or JSON Lines; each error names its place.

JSON is read strictly: duplicate keys, NaN, infinities and deep nesting are refused. What a report says
is not looked at here, and never quoted.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import BinaryIO

from tocsin.core.errors import InvalidReportError

MAX_DOCUMENT_BYTES = 262_144
MAX_FILE_BYTES = 67_108_864
MAX_DEPTH = 32


@dataclass(frozen=True, slots=True)
class Document:
    """One report's JSON values, or why there are none; `place` is for people: `line 3`, `report 2`.

    `draft`: the name of the draft that it was.
    """

    place: str
    data: object = field(repr=False)
    error: InvalidReportError | None = None
    draft: str | None = None


def parse(text: bytes, max_bytes: int = MAX_DOCUMENT_BYTES) -> object:
    """The JSON values of `text` (UTF-8). Raises InvalidReportError."""
    if len(text) > max_bytes:
        raise _invalid(f"has {len(text)} bytes, over {max_bytes}")
    return _parse(text)


def read_documents(file: BinaryIO) -> Iterator[Document]:
    """The reports of `file`, one by one. JSON Lines may go on for ever; an array or an object over
    several lines is taken whole, at most 64 MiB.
    """
    first = _first_line(file)
    if _is_object(first):
        yield from _lines(chain([first], _rest(file)))
        return
    text = first + file.read(MAX_FILE_BYTES + 1)
    if len(text) > MAX_FILE_BYTES:
        yield _failed("file", _invalid(f"is over {MAX_FILE_BYTES} bytes: use JSON Lines"))
        return
    yield from _whole(text)


def _whole(text: bytes) -> Iterator[Document]:
    try:
        data = _parse(text)
    except InvalidReportError as error:
        lines = text.splitlines(keepends=True)
        if len(lines) > 1 and any(map(_is_object, lines)):
            yield from _lines(lines)
        else:
            yield _failed("file", error)
        return
    if not isinstance(data, list):
        yield Document("report 1", data)
        return
    for number, one in enumerate(data, 1):
        yield Document(f"report {number}", one)


def _lines(lines: Iterator[bytes] | list[bytes]) -> Iterator[Document]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield Document(f"line {number}", parse(line))
        except InvalidReportError as error:
            yield _failed(f"line {number}", error)


def _first_line(file: BinaryIO) -> bytes:
    return file.readline(MAX_FILE_BYTES + 1).removeprefix(b"\xef\xbb\xbf")


def _rest(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(MAX_FILE_BYTES + 1):
        yield line


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(parse(line), dict)
    except InvalidReportError:
        return False


def _parse(text: bytes) -> object:
    try:
        data = json.loads(
            text.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
        )
    except InvalidReportError:
        raise
    except json.JSONDecodeError as error:
        raise _invalid(f"is not JSON: {error.msg}, line {error.lineno} column {error.colno}") from None
    except UnicodeDecodeError as error:
        raise _invalid(f"is not UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise _invalid(f"is nested deeper than {MAX_DEPTH}") from None
    except ValueError:
        raise _invalid("holds a number with too many digits") from None
    if _depth(data) > MAX_DEPTH + 1:
        raise _invalid(f"is nested deeper than {MAX_DEPTH}")
    return data


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _invalid("names a field twice")
    return found


def _constant(_name: str) -> object:
    raise _invalid("holds NaN or an infinity")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _invalid("holds a number that is too large")
    return value


def _depth(data: object) -> int:
    level, depth = [data], 0
    while level and depth <= MAX_DEPTH + 1:
        depth += 1
        level = [child for one in level for child in _children(one)]
    return depth


def _children(data: object) -> list[object]:
    if isinstance(data, dict):
        return [one for one in data.values() if isinstance(one, dict | list)]
    if isinstance(data, list):
        return [one for one in data if isinstance(one, dict | list)]
    return []


def _invalid(sentence: str) -> InvalidReportError:
    return InvalidReportError([("report", sentence)])


def _failed(place: str, error: InvalidReportError) -> Document:
    return Document(place, None, error)
