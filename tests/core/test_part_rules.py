"""Rungs 19 and 20 for parts of files: each fits the others, and only the true file becomes whole."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.support.attachments import attachment_directory, part_item
from tests.support.parties import NOW_S
from tests.support.world import (
    NEIGHBOUR,
    ORIGINATOR,
    MemoryReader,
    Sender,
    give_keys,
    report_id,
)
from tocsin.core import wire
from tocsin.core.attachments import Attachment, FileToSend, bodies
from tocsin.core.media_types import TEXT
from tocsin.core.outcomes import Outcome, Reason, Step
from tocsin.core.report import domain_check

DIRECTORY = attachment_directory()
CONTENT = b"0123456789" * 60_000  # three parts
ATTACHMENT = FileToSend("notes.txt", TEXT, CONTENT).of_report(report_id("report"))
ACCEPTED = (Outcome.ACCEPTED, Step.STORE, Reason.WHOLE)
CONTRADICTS = (Outcome.QUARANTINED, Step.DOMAIN, Reason.CONTRADICTS)

Send = Callable[..., list[tuple[Outcome, Step, Reason]]]


def item(
    number: int, attachment: Attachment = ATTACHMENT, content: bytes = CONTENT, name: str = "file"
) -> wire.Item:
    """Part `number` of a file as an item."""
    return part_item(number, list(bodies(attachment, content))[number - 1], name)


def changed(number: int, **changes: object) -> wire.Item:
    """A part that says something else than the others."""
    return part_item(number, list(bodies(ATTACHMENT, CONTENT))[number - 1] | changes)


@pytest.fixture
def reader() -> MemoryReader:
    return MemoryReader(NEIGHBOUR, DIRECTORY, domain_check)


@pytest.fixture
def send(reader: MemoryReader) -> Send:
    """Sends items as one record, and tells the fate of each."""
    sender = Sender(ORIGINATOR, DIRECTORY)
    give_keys(sender, reader)

    def run(*items: wire.Item) -> list[tuple[Outcome, Step, Reason]]:
        sent = sender.send(*items)
        fate = reader.read(sent.value, sent.place, NOW_S)
        return [(one.outcome, one.step, one.reason) for one in fate.items]

    return run


def test_19_parts_in_any_order_make_the_file(send: Send, reader: MemoryReader) -> None:
    for number in (3, 1, 2):
        assert [ACCEPTED] == send(item(number))
    assert {1, 2, 3} == reader.pieces(ORIGINATOR.id, report_id("file")).keys()


def test_20_a_part_that_comes_again_is_a_duplicate(send: Send) -> None:
    send(item(1))
    assert [(Outcome.DUPLICATE, Step.STORE, Reason.KNOWN)] == send(item(1))


def test_20_other_bytes_under_a_known_number_are_quarantined(send: Send) -> None:
    send(item(1))
    other = FileToSend("notes.txt", TEXT, b"x" * 600_000).of_report(report_id("report"))
    assert [(Outcome.QUARANTINED, Step.STORE, Reason.OTHER_BYTES)] == send(item(1, other, b"x" * 600_000))


@pytest.mark.parametrize(
    "changes",
    [
        {"report_id": report_id("another")},
        {"name": "other.txt"},
        {"media_type": "text/csv"},
        {"size_bytes": 600_001},
        {"sha256": bytes(32)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_19_a_part_that_says_something_else_of_the_file_is_quarantined(
    send: Send, changes: dict[str, object]
) -> None:
    send(item(1))
    assert [CONTRADICTS] == send(changed(2, **changes))


def test_19_a_contradiction_within_one_record_is_seen(send: Send) -> None:
    small = FileToSend("a.txt", TEXT, b"a").of_report(report_id("report"))
    larger = FileToSend("a.txt", TEXT, b"b" * 240_001).of_report(report_id("report"))
    parts = [item(2, larger, b"b" * 240_001), item(1, small, b"a")]
    assert [ACCEPTED, CONTRADICTS] == send(*parts)


@pytest.mark.parametrize("number", [1, 2], ids=["short", "beyond the end"])
def test_19_a_part_of_another_size_or_number_than_the_file_has_is_quarantined(
    send: Send, number: int
) -> None:
    one = changed(3, content=b"short")
    assert [CONTRADICTS] == send(replace(one, version=number if number == 1 else 4))


def test_19_the_part_that_would_complete_a_false_file_is_quarantined(
    send: Send, reader: MemoryReader
) -> None:
    send(item(1))
    send(item(3))
    false = CONTENT[240_000:479_999] + b"x"
    assert [CONTRADICTS] == send(changed(2, content=false))
    assert [ACCEPTED] == send(item(2))


def test_19_a_file_of_one_part_is_judged_by_its_hash_at_once(send: Send) -> None:
    lying = Attachment(report_id("report"), "a.txt", TEXT, 1, bytes(32))
    assert [CONTRADICTS] == send(item(1, lying, b"a"))


def test_20_parts_of_a_report_that_was_taken_back_are_skipped(send: Send, reader: MemoryReader) -> None:
    reader.taken_back.add((ORIGINATOR.id, report_id("report")))
    assert [(Outcome.SKIPPED, Step.STORE, Reason.WITHDRAWN)] == send(item(1))


def test_20_a_part_without_room_waits_and_comes_when_there_is_some(
    send: Send, reader: MemoryReader
) -> None:
    reader.room_bytes = 300_000
    assert [ACCEPTED] == send(item(1))
    assert [(Outcome.PARKED, Step.STORE, Reason.NO_ROOM)] == send(item(2))
    reader.room_bytes = 1_000_000
    reader.resume_parked(NOW_S)
    assert {1, 2} == reader.pieces(ORIGINATOR.id, report_id("file")).keys()


def test_20_the_room_that_one_record_takes_is_counted_together(send: Send, reader: MemoryReader) -> None:
    files = [FileToSend(name, TEXT, name.encode() * 40).of_report(report_id("report")) for name in "abc"]
    reader.room_bytes = 80
    items = [item(1, one, one.name.encode() * 40, one.name) for one in files]
    assert [Reason.WHOLE, Reason.WHOLE, Reason.NO_ROOM] == [reason for _, _, reason in send(*items)]


def test_19_a_part_out_of_its_bounds_breaks_a_rule_of_the_domain(send: Send) -> None:
    assert [(Outcome.QUARANTINED, Step.DOMAIN, Reason.DOMAIN)] == send(changed(1, name="two\nlines"))
