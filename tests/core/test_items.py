"""Rungs 17 to 20: each item alone."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.world import (
    COURIER,
    NEIGHBOUR,
    NOW_S,
    ORIGINATOR,
    MemoryReader,
    give_keys,
    note,
    notice,
    small_world,
)
from tocsin.core import wire
from tocsin.core.errors import InvalidReportError
from tocsin.core.ids import audience_id
from tocsin.core.items import item_digest
from tocsin.core.outcomes import AlarmKind, ItemFate, Outcome, Reason, RecordFate, Step
from tocsin.core.primitives import sha256
from tocsin.core.signatures import approve

WORLD = small_world()
SENDER = WORLD.sender()


def read(*items: wire.Item, reader: MemoryReader | None = None) -> RecordFate:
    """The fate of a record of `items` to the focal points."""
    reader = reader or WORLD.reader()
    give_keys(SENDER, reader)
    sent = SENDER.send(*items)
    return reader.read(sent.value, sent.place, NOW_S)


def where(fate: RecordFate | ItemFate) -> tuple[Outcome, Step, Reason]:
    """What a test asks of a fate."""
    return fate.outcome, fate.step, fate.reason


def test_an_items_digest_covers_schema_and_body() -> None:
    assert sha256(note().schema + note().body) == item_digest(note())


@pytest.mark.parametrize(
    "item",
    [note(report_id=bytes(16)), note(version=0), note(version=-1)],
    ids=["id", "zero", "negative"],
)
def test_16_an_item_without_a_uuid7_or_version_is_quarantined(item: wire.Item) -> None:
    assert (Outcome.QUARANTINED, Step.INNER, Reason.OUT_OF_BOUNDS) == where(read(item))


def test_17_a_schema_that_the_directory_does_not_know_is_parked() -> None:
    fate = read(note(schema=b"?" * 32))
    assert (Outcome.PARKED, Step.SCHEMA, Reason.UNKNOWN_SCHEMA) == where(fate)


def test_17_a_schema_that_the_audience_may_not_be_sent_is_quarantined() -> None:
    assert (Outcome.QUARANTINED, Step.SCHEMA, Reason.SCHEMA_NOT_ALLOWED) == where(read(notice()))


def test_17_a_firm_that_writes_to_another_than_its_authority_is_quarantined() -> None:
    sender, reader = WORLD.sender(f"to.{NEIGHBOUR.id.hex()}", COURIER), WORLD.reader()
    give_keys(sender, reader)
    sent = sender.send(note(), stream="inbox")
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.QUARANTINED, Step.SCHEMA, Reason.SCHEMA_NOT_ALLOWED) == where(fate)


def test_17_a_wrong_approval_spoils_an_item_that_needs_none() -> None:
    fate = read(replace(note(), approvals=(wire.Approval(b"?" * 16, bytes(64)),)))
    assert (Outcome.QUARANTINED, Step.SCHEMA, Reason.APPROVALS) == where(fate)


def test_17_an_item_without_its_approvals_is_quarantined() -> None:
    sender, reader = WORLD.pair("couriers")
    sent = sender.send(notice(), stream="alerts")
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.QUARANTINED, Step.SCHEMA, Reason.APPROVALS) == where(fate)


def test_17_an_item_with_its_approvals_is_accepted() -> None:
    sender, reader = WORLD.pair("couriers")
    sent = sender.send(_approved("author", "releaser"), stream="alerts")
    assert Outcome.ACCEPTED is reader.read(sent.value, sent.place, NOW_S).outcome


@pytest.mark.parametrize("body", [b"", note().body + b"\0", b"\xff" * 20])
def test_18_a_body_that_is_not_its_schemas_one_encoding_is_quarantined(body: bytes) -> None:
    fate = read(note(body=body))
    assert (Outcome.QUARANTINED, Step.BODY, Reason.MALFORMED) == where(fate)


def test_19_a_body_that_breaks_a_rule_of_the_domain_is_quarantined() -> None:
    seen = []

    def rule(name: str, body: dict[str, Any]) -> None:
        seen.append((name, body))
        raise InvalidReportError([("text", "is not allowed")])

    fate = read(note("hello"), reader=WORLD.reader(domain_check=rule))
    assert (Outcome.QUARANTINED, Step.DOMAIN, Reason.DOMAIN) == where(fate)
    assert [("tocsin.test.Note", {"text": "hello", "count": None})] == seen


def test_20_a_known_item_is_a_duplicate() -> None:
    reader = WORLD.reader()
    read(note(), reader=reader)
    fate = read(note(), reader=reader)
    assert (Outcome.DUPLICATE, Step.STORE, Reason.KNOWN) == where(fate)


def test_20_the_second_copy_within_one_record_is_a_duplicate() -> None:
    fate = read(note(), note())
    assert [Outcome.ACCEPTED, Outcome.DUPLICATE] == [one.outcome for one in fate.items]


def test_20_other_bytes_under_a_known_version_are_an_alarm_and_the_first_stays() -> None:
    reader = WORLD.reader()
    first = note("first", name="one")
    read(first, reader=reader)
    fate = read(note("second", name="one"), reader=reader)
    assert (Outcome.QUARANTINED, Step.STORE, Reason.OTHER_BYTES) == where(fate)
    assert ([AlarmKind.OTHER_BYTES], [first]) == ([one.kind for one in fate.alarms], reader.accepted)


def test_20_what_was_refused_takes_no_version_from_what_comes_behind_it() -> None:
    fate = read(note("one", name="one", body=b"?"), note("one", name="one"))
    assert [Outcome.QUARANTINED, Outcome.ACCEPTED] == [one.outcome for one in fate.items]


def test_20_another_version_is_another_item() -> None:
    reader = WORLD.reader()
    read(note("first", name="one"), reader=reader)
    assert Outcome.ACCEPTED is read(note("second", name="one", version=2), reader=reader).outcome


def test_20_a_report_that_was_taken_back_is_skipped() -> None:
    reader = WORLD.reader()
    reader.taken_back.add((ORIGINATOR.id, note().report_id))
    assert (Outcome.SKIPPED, Step.STORE, Reason.WITHDRAWN) == where(read(note(), reader=reader))


def test_one_bad_item_spoils_no_other_and_the_record_has_the_best_outcome() -> None:
    fate = read(note("one"), note("bad", body=b"?"), note("three"))
    assert Outcome.ACCEPTED is fate.outcome
    assert [Outcome.ACCEPTED, Outcome.QUARANTINED, Outcome.ACCEPTED] == [one.outcome for one in fate.items]


def test_an_audience_without_a_list_takes_every_schema_of_the_directory() -> None:
    sender = WORLD.sender(f"to.{NEIGHBOUR.id.hex()}")
    reader = WORLD.reader()
    give_keys(sender, reader)
    sent = sender.send(note(), notice(), stream="inbox")
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert [Outcome.ACCEPTED, Outcome.ACCEPTED] == [one.outcome for one in fate.items]


def _approved(*persons: str, **changes: Any) -> wire.Item:
    item = notice()
    approvals = tuple(
        approve(ORIGINATOR.release(one), ORIGINATOR.key("release", one).id, audience_id("couriers"), item)
        for one in persons
    )
    return replace(item, approvals=approvals, **changes)
