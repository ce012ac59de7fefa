"""The ladder as an operation: what a reader makes of a value, given all that it holds."""

from __future__ import annotations

from typing import Any

from scripts.vectors.forms import Given
from tests.support.memory_reader import MemoryReader
from tests.support.parties import DAY_S
from tests.support.world import EVERYONE
from tocsin.core.directory import Directory, read_directory
from tocsin.core.outcomes import RecordFate
from tocsin.core.streams import Place


def climb(given: Given) -> dict[str, Any]:
    """The fate of the value. What stands in `before` was read first, in order, at the same time."""
    reader = _reader(given)
    for earlier in given.get("before", []):
        reader.read(_value(earlier), _place(earlier), given["now"])
    return _shown(reader.read(_value(given), _place(given), given["now"]))


def _reader(given: Given) -> MemoryReader:
    party = next(one for one in EVERYONE if one.id.hex() == given["me"])
    reader = MemoryReader(party, _directory(given))
    for statement in given["manifests"]:
        reader.take_manifest(bytes.fromhex(statement), given["now"])
    for wrap in given["wraps"]:
        reader.take_wrap(bytes.fromhex(wrap))
    for originator, report in given.get("withdrawn", []):
        reader.taken_back.add((bytes.fromhex(originator), bytes.fromhex(report)))
    return reader


def _directory(given: Given) -> Directory:
    targets = given["directory"] | given.get("directory_changes", {})
    data = {name: text.encode() for name, text in targets.items() if text is not None}
    return read_directory(7, given["now"] + DAY_S, data)


def _value(given: Given) -> bytes | None:
    if given["value"] is None:
        return None
    return bytes.fromhex(given["value"]) + bytes(given.get("zeros", 0))


def _place(given: Given) -> Place:
    return Place(given["topic"], given["partition"], 0)


def _shown(fate: RecordFate) -> dict[str, Any]:
    gives: dict[str, Any] = {
        "outcome": str(fate.outcome),
        "step": int(fate.step),
        "reason": str(fate.reason),
        "head_moves": fate.new_head is not None,
        "alarms": [str(alarm.kind) for alarm in fate.alarms],
    }
    if fate.items:
        gives["items"] = [[str(one.outcome), int(one.step), str(one.reason)] for one in fate.items]
    return gives
