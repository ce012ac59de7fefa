"""Hostile inputs 29 and 33 to 36: bodies that claim too much, lax encodings, items among items.

Numbers 30 to 32 are schemas: see test_h30_to_h32_schemas.
"""

import json
import subprocess
import sys

import pytest

from tests.support.source import ROOT
from tests.support.starved import field
from tests.support.world import (
    COURIER,
    NEIGHBOUR,
    NOTE,
    NOW_S,
    MemoryReader,
    directory_of,
    give_keys,
    note,
    notice,
    small_world,
    targets,
)
from tocsin.core.errors import MalformedError
from tocsin.core.ids import schema_id
from tocsin.core.outcomes import AlarmKind, Outcome, Reason

WORLD = small_world()
GROWTH_LIMIT_KIB = 8 * 1_024


def test_h29_lengths_that_lie_are_refused_with_memory_flat() -> None:
    command = [sys.executable, "-m", "tests.support.starved"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    taken, outcomes, grown_kib = json.loads(done.stdout)
    assert (0, ["quarantined"]) == (taken, outcomes)
    assert grown_kib < GROWTH_LIMIT_KIB


@pytest.mark.parametrize(
    ("field_type", "data"),
    [
        ({"type": "enum", "name": "E", "symbols": ["A", "B"]}, b"\x01"),
        (["null", "int"], b"\x01"),
        ("int", b"\x82\x00"),
        ("int", b"\x80\x80\x80\x80\x10"),
        ("boolean", b"\x02"),
        ("double", b"\0\0\0\0\0\0\xf8\x7f"),
        ("double", b"\0\0\0\0\0\0\xf0\x7f"),
        ("string", b"\x04\xc3\x28"),
        ({"type": "array", "items": "int"}, b"\x01\x02\x02\x00"),
    ],
    ids=[
        "enum",
        "union",
        "overlong",
        "over 31 bits",
        "bool 2",
        "NaN",
        "infinity",
        "UTF-8",
        "sized block",
    ],
)
def test_h33_an_encoding_that_only_a_lax_reader_takes_is_refused(field_type: object, data: bytes) -> None:
    with pytest.raises(MalformedError):
        field(field_type).decode(data)


@pytest.mark.parametrize(
    "body", [b"\x02a\x01", b"\x82\x00a\x00", b"\x02\xff\x00", b"\x02a\x02\x80\x80\x80\x80\x10"]
)
def test_h33_such_a_body_is_quarantined(body: bytes) -> None:
    sender, reader = WORLD.pair()
    sent = sender.send(note(body=body))
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.QUARANTINED, Reason.MALFORMED) == (fate.outcome, fate.reason)


def test_h34_a_schema_that_is_published_later_is_parked_and_then_accepted() -> None:
    sender = WORLD.sender()
    entries = targets()
    file = entries.pop(f"schemas/{schema_id(NOTE).hex()}.avsc")
    reader = MemoryReader(NEIGHBOUR, directory_of(entries))
    give_keys(sender, reader)
    sent = sender.send(note())
    assert Outcome.PARKED is reader.read(sent.value, sent.place, NOW_S).outcome
    reader.directory = directory_of(entries | {f"schemas/{schema_id(NOTE).hex()}.avsc": file})
    assert [Outcome.ACCEPTED] == [fate.outcome for fate in reader.resume_parked(NOW_S)]


def test_h34_an_incident_to_couriers_is_quarantined() -> None:
    sender, reader = WORLD.pair("couriers")
    sent = sender.send(note(), stream="alerts")
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (COURIER.id, Outcome.QUARANTINED, Reason.SCHEMA_NOT_ALLOWED) == (
        reader.me,
        fate.outcome,
        fate.reason,
    )


@pytest.mark.parametrize(
    "bad",
    [
        note("bad", body=b"?"),
        note("bad", version=0),
        note("bad", report_id=bytes(16)),
        notice("bad"),
    ],
    ids=["body", "version 0", "no UUIDv7", "schema"],
)
def test_h35_one_bad_item_among_63_good_ones_is_quarantined_alone(bad) -> None:
    sender, reader = WORLD.pair()
    good = [note(str(number)) for number in range(63)]
    sent = sender.send(*good[:31], bad, *good[31:])
    fate = reader.read(sent.value, sent.place, NOW_S)
    outcomes = [one.outcome for one in fate.items]
    assert (31, 63, good) == (
        outcomes.index(Outcome.QUARANTINED),
        outcomes.count(Outcome.ACCEPTED),
        reader.accepted,
    )


def test_h36_other_bytes_under_a_known_version_are_an_alarm_and_the_first_stays() -> None:
    sender, reader = WORLD.pair()
    for text in ("first", "second"):
        sent = sender.send(note(text, name="one"))
        fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.QUARANTINED, [AlarmKind.OTHER_BYTES], [note("first", name="one")]) == (
        fate.outcome,
        [one.kind for one in fate.alarms],
        reader.accepted,
    )


def test_h36_two_regions_copies_that_differ_are_an_alarm() -> None:
    sender, reader = WORLD.pair()
    for text, region in (("here", "south-america"), ("there", "global")):
        sent = sender.send(note(text, name="one"), region=region)
        reader.read(sent.value, sent.place, NOW_S)
    assert [(AlarmKind.OTHER_BYTES, "global")] == [(one.kind, one.scope) for one in reader.alarms]


def test_h36_two_regions_copies_that_agree_are_one_report() -> None:
    sender, reader = WORLD.pair()
    for region in ("south-america", "global"):
        sent = sender.send(note(), region=region)
        fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.DUPLICATE, [], [note()]) == (fate.outcome, reader.alarms, reader.accepted)
