"""Files in parts: what each part says, and that only all of them together are the file."""

from typing import Any

import pytest

from tests.support.reports import problems_of
from tests.support.world import report_id
from tocsin.core.attachments import (
    MAX_ATTACHMENT_BYTES,
    PART_BYTES,
    Attachment,
    FileToSend,
    bodies,
    joined,
    listed,
    merged,
    part_check,
    part_of,
)
from tocsin.core.errors import MalformedError
from tocsin.core.media_types import JPEG, PDF
from tocsin.core.primitives import sha256
from tocsin.core.wire import Item

CONTENT = bytes(range(256)) * 2_000  # 512,000 bytes: three parts
REPORT = report_id("report")
ATTACHMENT = FileToSend("photo.jpg", JPEG, CONTENT).of_report(REPORT)
PIECES = {number: one["content"] for number, one in enumerate(bodies(ATTACHMENT, CONTENT), 1)}
BODY = next(bodies(ATTACHMENT, CONTENT))


def test_a_file_is_described_by_the_hash_and_size_of_its_bytes() -> None:
    assert Attachment(REPORT, "photo.jpg", JPEG, 512_000, sha256(CONTENT)) == ATTACHMENT


def test_each_part_but_the_last_has_240000_bytes() -> None:
    assert [240_000, 240_000, 32_000] == [len(one) for one in PIECES.values()]
    assert [240_000, 240_000, 32_000] == [ATTACHMENT.part_bytes(number) for number in (1, 2, 3)]


@pytest.mark.parametrize("number", [0, 4, -1])
def test_there_is_no_part_beyond_the_file(number: int) -> None:
    assert 0 == ATTACHMENT.part_bytes(number)


@pytest.mark.parametrize(
    ("size", "parts"), [(1, 1), (PART_BYTES, 1), (PART_BYTES + 1, 2), (MAX_ATTACHMENT_BYTES, 32)]
)
def test_a_file_has_as_many_parts_as_it_needs(size: int, parts: int) -> None:
    assert parts == Attachment(REPORT, "x", PDF, size, bytes(32)).parts


def test_the_parts_in_any_order_are_the_file() -> None:
    assert CONTENT == joined(ATTACHMENT, dict(reversed(PIECES.items())))


def test_a_file_of_which_a_part_is_missing_is_none() -> None:
    with pytest.raises(MalformedError, match="part 2 of 3 is missing"):
        joined(ATTACHMENT, {1: PIECES[1], 3: PIECES[3]})


@pytest.mark.parametrize("last", [b"", PIECES[3][:-1] + b"x", PIECES[3] + b"x"])
def test_parts_that_are_not_the_file_together_are_refused(last: bytes) -> None:
    with pytest.raises(MalformedError, match="not the file"):
        joined(ATTACHMENT, {**PIECES, 3: last})


def test_a_part_is_named_by_its_item() -> None:
    item = Item(bytes(32), report_id("file"), 3, b"")
    part = part_of(item, BODY)
    assert (report_id("file"), 3, ATTACHMENT, PIECES[1]) == (
        part.attachment_id,
        part.number,
        part.attachment,
        part.content,
    )


def test_what_a_part_holds_is_not_in_its_repr() -> None:
    part = part_of(
        Item(bytes(32), report_id("file"), 1, b""), {**BODY, "name": "Quetzal", "content": b"Quetzal"}
    )
    assert "Quetzal" not in repr(part)
    assert "Quetzal" not in repr(FileToSend("Quetzal", JPEG, b"Quetzal"))


def test_a_sound_part_passes_also_with_a_field_that_a_later_version_added() -> None:
    part_check(BODY)
    part_check({**BODY, "caption": "later", "media_type": "image/x-later"})


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("report_id", bytes(15)),
        ("report_id", None),
        ("name", ""),
        ("name", "x" * 121),
        ("name", "two\nlines"),
        ("media_type", "image"),
        ("media_type", "image/jpeg\r\nX: y"),
        ("size_bytes", 0),
        ("size_bytes", MAX_ATTACHMENT_BYTES + 1),
        ("sha256", bytes(31)),
        ("sha256", "text"),
        ("content", b""),
        ("content", bytes(PART_BYTES + 1)),
    ],
)
def test_a_part_out_of_bounds_is_refused_with_its_place(place: str, value: Any) -> None:
    assert [place] == list(problems_of(part_check, {**BODY, place: value}))


def test_a_report_lists_its_files_with_ids_and_hashes_in_hex() -> None:
    assert {
        "attachment_id": report_id("file").hex(),
        "kind": "photograph",
        "name": "photo.jpg",
        "media_type": JPEG,
        "size_bytes": 512_000,
        "sha256": sha256(CONTENT).hex(),
        "caption": None,
    } == listed(report_id("file"), ATTACHMENT)
    assert "document" == listed(bytes(16), Attachment(REPORT, "x.pdf", PDF, 1, bytes(32)))["kind"]


def test_a_file_that_a_report_names_already_is_not_named_twice() -> None:
    named = [{"sha256": "a", "caption": "as typed"}]
    assert [*named, {"sha256": "b"}] == merged(named, [{"sha256": "a"}, {"sha256": "b"}])
