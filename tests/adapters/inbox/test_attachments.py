"""Files that came: whole once all parts are there, in any order; bounded; gone when they end."""

import os
from dataclasses import replace

import pytest

from tests.support.attachments import attachment_directory, parts, text_file
from tests.support.incidents import incident
from tests.support.parties import DAY_S, NOW_S
from tests.support.reading import Reading
from tests.support.world import ANALYST, NEIGHBOUR, ORIGINATOR, Sender, report_id
from tocsin.adapters.inbox.attachments import InboxAttachments
from tocsin.adapters.inbox.causes import Cause
from tocsin.core.attachments import MAX_ATTACHMENT_BYTES, Part
from tocsin.core.errors import MalformedError
from tocsin.core.outcomes import Outcome, Reason
from tocsin.core.report import domain_check

DIRECTORY = attachment_directory()
FILE = text_file(b"kestrel-71-canary " * 40_000)  # 720,000 bytes: three parts


@pytest.fixture
def sender():
    return Sender(ORIGINATOR, DIRECTORY)


@pytest.fixture
def reading(tmp_path, sender):
    reading = Reading(tmp_path, DIRECTORY, rules=domain_check)
    reading.take_keys(sender)
    return reading


def send(sender, items, **changes):
    """Each item as a record of its own."""
    return [sender.send(one, stream="blobs", **changes) for one in items]


def the_file(reading):
    (held,) = reading.inbox.attachments.of_report(report_id("report"))
    return held


def test_a_file_is_whole_once_all_its_parts_are_there_in_any_order(reading, sender):
    first, second, third = send(sender, parts(FILE))
    reading.take(third, first)
    assert (2, False) == (the_file(reading).held, the_file(reading).is_whole)
    with pytest.raises(MalformedError, match="part 2 of 3"):
        reading.inbox.attachments.content(the_file(reading))
    reading.take(second)
    assert the_file(reading).is_whole
    assert FILE.content == reading.inbox.attachments.content(the_file(reading))


def test_a_reader_that_was_killed_between_two_parts_goes_on(reading, sender, tmp_path):
    sent = send(sender, parts(FILE))
    reading.take(sent[0])
    reading.inbox.close()
    again = Reading(tmp_path, DIRECTORY, rules=domain_check)
    again.take(*sent)
    assert FILE.content == again.inbox.attachments.content(the_file(again))
    assert 1 == again.tally.records[Outcome.DUPLICATE]


def test_the_copies_of_other_regions_are_duplicates(reading, sender):
    for region in ("south-america", "western-and-central-europe"):
        reading.take(*send(sender, parts(FILE), region=region))
    assert 3 == reading.tally.items[Outcome.DUPLICATE]
    assert 3 == the_file(reading).held


def test_parts_are_no_reports_and_stand_beside_them(reading, sender):
    reading.take(sender.send(incident("report"), *parts(text_file())))
    assert [report_id("report")] == reading.stored()
    assert the_file(reading).is_whole


def test_a_part_that_contradicts_the_others_is_quarantined_and_the_true_one_still_comes(reading, sender):
    first, second, third = parts(FILE)
    false = parts(text_file(FILE.content[::-1]))[1]
    reading.take(*send(sender, [first, false, second, third]))
    assert [Reason.CONTRADICTS] == [one.reason for one in reading.inbox.quarantine.rows()]
    assert FILE.content == reading.inbox.attachments.content(the_file(reading))


def test_h46_a_file_is_nowhere_readable_in_the_files_of_the_inbox(reading, sender, tmp_path):
    reading.take(*send(sender, parts(FILE)))
    assert the_file(reading).is_whole
    for file in tmp_path.iterdir():
        assert b"kestrel-71-canary" not in file.read_bytes()
    assert "kestrel" not in repr(reading.inbox.attachments.of_report(report_id("report")))
    assert "notes.txt" not in repr(reading.inbox.attachments.of_report(report_id("report")))


def test_two_originators_that_use_one_id_have_a_file_each(reading, sender):
    reading.take(*send(sender, parts(text_file(b"ours"))))
    header = replace(sender.header("blobs", "south-america", NOW_S), originator=ANALYST.id)
    item, attachment = parts(text_file(b"theirs"))[0], text_file(b"theirs").of_report(report_id("report"))
    part = Part(item.report_id, item.version, attachment, b"theirs")
    with reading.inbox.transaction():
        reading.inbox.attachments.add(header, part, bytes(32), NOW_S)
    named = reading.inbox.attachments.named(report_id("file"))
    assert {ORIGINATOR.id: b"ours", ANALYST.id: b"theirs"} == {
        one.originator: reading.inbox.attachments.content(one) for one in named
    }
    assert [] == reading.inbox.attachments.named(report_id("another"))


def test_files_are_listed_a_page_at_a_time_and_each_once(reading, sender):
    names = [f"file {number}" for number in range(501)]
    items = [parts(text_file(name.encode()), name=name)[0] for name in names]
    reading.take(sender.send(*items[:500], stream="blobs"), sender.send(*items[500:], stream="blobs"))
    listed = [one.attachment_id for one in reading.inbox.attachments.all()]
    assert sorted(report_id(name) for name in names) == listed


def test_a_file_goes_when_it_ends_and_its_room_is_free_again(reading, sender):
    reading.take(*send(sender, parts(FILE)))
    reading.inbox.forget_old(NOW_S + 30 * DAY_S - 1)
    assert the_file(reading).is_whole
    reading.inbox.forget_old(NOW_S + 30 * DAY_S)
    assert [] == reading.inbox.attachments.of_report(report_id("report"))
    assert {} == reading.inbox.attachments.pieces(ORIGINATOR.id, report_id("file"))


def test_the_files_of_a_report_that_was_taken_back_are_deleted_and_no_others(reading, sender):
    reading.take(*send(sender, parts(FILE)), *send(sender, parts(text_file(), "other", "other file")))
    with reading.inbox.transaction():
        assert 0 == reading.inbox.attachments.forget_report(NEIGHBOUR.id, report_id("report"))
        assert 1 == reading.inbox.attachments.forget_report(ORIGINATOR.id, report_id("report"))
    assert [report_id("other file")] == [one.attachment_id for one in reading.inbox.attachments.all()]


def test_what_has_no_room_waits_by_its_position_and_is_read_again(reading, sender):
    reading.inbox.attachments = InboxAttachments(reading.inbox.database, max_own_bytes=500_000)
    sent = send(sender, parts(FILE))
    reading.take(*sent)
    assert 2 == the_file(reading).held
    assert 1 == reading.inbox.waiting.positions(Cause.ROOM)
    assert [] == reading.waking.room(NOW_S)
    reading.inbox.attachments = InboxAttachments(reading.inbox.database)
    assert [sent[2].place] == reading.waking.room(NOW_S)
    reading.take(*sent)
    assert FILE.content == reading.inbox.attachments.content(the_file(reading))
    assert 0 == reading.inbox.waiting.positions(Cause.ROOM)


def test_room_is_bounded_in_all_and_for_each_originator(reading, sender):
    reading.take(*send(sender, parts(text_file(os.urandom(100).hex().encode()))))
    for bounds, room in (((400, 300), 100), ((250, 300), 50)):
        attachments = InboxAttachments(reading.inbox.database, *bounds)
        assert attachments.has_room(ORIGINATOR.id, room)
        assert not attachments.has_room(ORIGINATOR.id, room + 1)
    assert attachments.has_room(NEIGHBOUR.id, 50)
    assert not attachments.has_room(NEIGHBOUR.id, 51)


def test_a_rollback_takes_back_the_room_too(reading, sender, monkeypatch):
    def power_cut(*_args):
        raise RuntimeError("power cut")

    monkeypatch.setattr(reading.inbox.offsets, "advance", power_cut)
    reading.inbox.attachments = InboxAttachments(reading.inbox.database, MAX_ATTACHMENT_BYTES)
    with pytest.raises(RuntimeError):
        reading.take(*send(sender, parts(FILE)))
    assert reading.inbox.attachments.has_room(ORIGINATOR.id, MAX_ATTACHMENT_BYTES)
    assert [] == list(reading.inbox.attachments.all())
