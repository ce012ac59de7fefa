"""Taking a report back: what had left is followed, what had not stays, and nothing of it is kept."""

import pytest

from services.producer.accept import Submission
from services.producer.importing.run_import import Fate
from services.producer.withdrawing import take_receipt, withdraw
from tests.support.attachments import attachment_directory, text_file
from tests.support.publishing import Writer, read_all
from tests.support.reading import Reading
from tests.support.reports import smallest_alert
from tests.support.world import NEIGHBOUR, ORIGINATOR
from tocsin.adapters.outbox.status import State
from tocsin.adapters.outbox.withdrawals import UNSENT
from tocsin.core import wire
from tocsin.core.errors import InvalidReportError, RefusedByRuleError
from tocsin.core.report import domain_check
from tocsin.core.withdrawals import KIND

DIRECTORY = attachment_directory()


@pytest.fixture
def writer(tmp_path):
    return Writer(tmp_path, DIRECTORY)


async def published(writer):
    while not writer.seal().did_nothing:
        await writer.deliver()


def taken_back(writer, name="XX-1", reason="error"):
    return withdraw(writer.outbox, writer.clock.clocks, name, reason)


def bodies(writer, *families):
    sql = "SELECT count(*) FROM items WHERE body IS NOT NULL AND family = ?"
    return [writer.outbox.database.execute(sql, (family,))[0][0] for family in families]


def reader_of(writer, folder):
    reading = Reading(folder, writer.directory, rules=domain_check)
    with reading.inbox.transaction():
        reading.inbox.known.keep(writer.directory)
    return reading


async def test_a_withdrawal_follows_its_report_into_every_region_under_its_own_id(writer):
    (first,) = writer.accept("XX-1")
    await published(writer)
    answer = taken_back(writer)
    assert (Fate.ACCEPTED, first.report_id, 2) == (answer.fate, answer.report_id, answer.version)
    before, after = (writer.outbox.status.of_items([one.item])[0] for one in (first, answer))
    assert {(one.stream, one.region) for one in before.destinations} == {
        (one.stream, one.region) for one in after.destinations
    }
    await published(writer)
    assert State.PUBLISHED is writer.outbox.status.of_items([answer.item])[0].state


async def test_nothing_of_the_report_or_its_files_is_kept(writer):
    writer.accept("XX-1", files=(text_file(b"x" * 300_000),))
    await published(writer)
    assert [1, 2] == bodies(writer, "incident", "attachment")
    taken_back(writer)
    assert [0, 0, 1] == bodies(writer, "incident", "attachment", "withdrawal")


def test_what_had_not_left_never_leaves_and_nobody_is_told(writer):
    (first,) = writer.accept("XX-1", files=(text_file(),))
    answer = taken_back(writer)
    (status,) = writer.outbox.status.of_items([first.item])
    assert {(State.REFUSED, UNSENT)} == {(one.state, one.reason) for one in status.destinations}
    assert (0, ()) == (
        writer.outbox.items.waiting_items,
        writer.outbox.status.of_items([answer.item])[0].destinations,
    )
    assert writer.seal().did_nothing
    assert State.PUBLISHED is writer.outbox.status.of_items([answer.item])[0].state


async def test_what_left_in_an_earlier_version_alone_is_followed_there(writer):
    writer.accept("XX-1")
    await published(writer)
    writer.accept("XX-1", update=True, route=[{"country": "JP", "role": "origin"}])
    answer = taken_back(writer)
    regions = {one.region for one in writer.outbox.status.of_items([answer.item])[0].destinations}
    assert {"south-america", "western-and-central-europe"} == regions


async def test_withdrawing_again_is_the_same_withdrawal(writer):
    writer.accept("XX-1")
    first, again = taken_back(writer), taken_back(writer, reason="court-order")
    assert (Fate.KNOWN, first.item, first.version) == (again.fate, again.item, again.version)


def test_a_withdrawn_reference_is_used_up(writer):
    writer.accept("XX-1")
    taken_back(writer)
    same, changed = writer.accept("XX-1", "XX-1", update=True)
    assert [Fate.WITHDRAWN] * 2 == [same.fate, changed.fate]
    assert [0] == bodies(writer, "incident")


def test_what_cannot_be_withdrawn_is_said_and_nothing_changes(writer):
    writer.accept("XX-1")
    with pytest.raises(RefusedByRuleError, match="holds no incident report under XX-2"):
        taken_back(writer, "XX-2")
    with pytest.raises(InvalidReportError, match="reason"):
        taken_back(writer, reason="whim")
    assert [1, 0] == bodies(writer, "incident", "withdrawal")


def test_a_report_without_a_reference_is_withdrawn_by_its_id(writer):
    (first,) = writer.accept(None)
    assert first.report_id == taken_back(writer, first.report_id.hex()).report_id


async def test_a_reader_sees_neither_the_report_nor_its_files_and_a_replay_shows_nothing(writer, tmp_path):
    writer.accept("XX-1", files=(text_file(),))
    await published(writer)
    reading = reader_of(writer, tmp_path / "reader")
    read_all(reading, writer.topics)
    assert ["seizure"] == [one.kind for one in reading.inbox.reports.after(0)]
    taken_back(writer)
    await published(writer)
    read_all(reading, writer.topics)
    assert [KIND] == [one.kind for one in reading.inbox.reports.after(0)]
    assert [] == list(reading.inbox.attachments.all())
    anew = reader_of(writer, tmp_path / "anew")
    read_all(anew, writer.topics)
    assert [KIND] == [one.kind for one in anew.inbox.reports.after(0)]


async def test_a_receipt_counts_once_and_only_for_its_withdrawal(writer, tmp_path):
    writer.accept("XX-1")
    await published(writer)
    answer = taken_back(writer)
    await published(writer)
    reading = reader_of(writer, tmp_path / "reader")
    read_all(reading, writer.topics)
    (owed,) = reading.inbox.withdrawals.unconfirmed(10)
    receipt = wire.Receipt(NEIGHBOUR.id, b"k" * 16, ORIGINATOR.id, owed.reference, writer.now_s)
    wrong = wire.Receipt(NEIGHBOUR.id, b"k" * 16, ORIGINATOR.id, b"w" * 32, writer.now_s)
    elsewhere = wire.Receipt(NEIGHBOUR.id, b"k" * 16, NEIGHBOUR.id, owed.reference, writer.now_s)
    with writer.outbox.transaction():
        taken = [
            take_receipt(writer.outbox, ORIGINATOR.id, one, writer.now_s)
            for one in (wrong, elsewhere, receipt, receipt)
        ]
    assert [False, False, True, False] == taken
    assert {NEIGHBOUR.id: writer.now_s} == writer.outbox.withdrawals.confirmations(answer.report_id)


def test_an_alert_is_not_withdrawn(writer):
    alert = writer.acceptance.check(
        "alert", smallest_alert(issued=writer.now_s, valid_until=writer.now_s + 60)
    )

    writer.acceptance.accept([Submission("alert", alert, f"to.{NEIGHBOUR.id.hex()}")])
    with pytest.raises(RefusedByRuleError, match="an alert is recalled"):
        taken_back(writer, alert.reference)
