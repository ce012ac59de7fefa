"""What a withdrawal leaves of a report in the inbox: that it was, where it stood, and its receipt."""

import pytest

from tests.support.attachments import attachment_directory, taken_back
from tests.support.incidents import incident
from tests.support.reading import Reading
from tests.support.world import ORIGINATOR, Sender, report_id
from tocsin.adapters.inbox.withdrawals import Withdrawn
from tocsin.core.outcomes import Outcome
from tocsin.core.report import domain_check
from tocsin.core.withdrawals import KIND, receipt_reference

DIRECTORY = attachment_directory()


@pytest.fixture
def sender():
    return Sender(ORIGINATOR, DIRECTORY)


@pytest.fixture
def reading(tmp_path, sender):
    reading = Reading(tmp_path, DIRECTORY, rules=domain_check)
    reading.take_keys(sender)
    return reading


def kinds(reading):
    return [one.kind for one in reading.inbox.reports.after(0)]


def test_the_report_is_gone_from_every_view_and_the_withdrawal_stands_in_its_place(reading, sender):
    reading.take(sender.send(incident("a")))
    reading.take(sender.send(incident("b")))
    reading.take(sender.send(taken_back("a")))
    assert ["seizure", KIND] == kinds(reading)
    assert [2] == [one.version for one in reading.inbox.reports.versions(report_id("a"))]


def test_it_is_told_in_every_region_in_which_the_report_was_looked_at(reading, sender):
    reading.take(sender.send(incident("a"), region="south-america"))
    (before,) = reading.inbox.reports.after(0)
    reading.take(sender.send(taken_back("a"), region="western-and-central-europe"))
    (after,) = reading.inbox.reports.after(0)
    assert (before.region, before.regions) == (after.region, after.regions)


def test_a_version_that_comes_late_or_again_is_not_shown(reading, sender):
    reading.take(sender.send(taken_back("a", version=3)))
    reading.take(sender.send(incident("a")))
    reading.take(sender.send(incident("a", version=4)))
    assert [KIND] == kinds(reading)
    assert 2 == reading.tally.items[Outcome.SKIPPED]


def test_a_withdrawal_that_comes_in_two_regions_is_one(reading, sender):
    for region in ("south-america", "western-and-central-europe"):
        reading.take(sender.send(taken_back("a"), region=region))
    assert [KIND] == kinds(reading)
    assert 1 == len(reading.inbox.withdrawals.unconfirmed(10))


def test_nobody_takes_back_what_another_reported(reading, sender):
    reading.take(sender.send(incident("a")))
    with reading.inbox.transaction():
        reading.inbox.withdrawals.take(Withdrawn(report_id("a"), b"o" * 16, b"r" * 32), 2, 1)
    assert ["seizure"] == kinds(reading)
    assert not reading.inbox.withdrawals.holds(ORIGINATOR.id, report_id("a"))


def test_each_withdrawal_is_confirmed_once(reading, sender):
    item = taken_back("a")
    reading.take(sender.send(item))
    (owed,) = reading.inbox.withdrawals.unconfirmed(10)
    wanted = receipt_reference(reading.party.id, ORIGINATOR.id, item.report_id, item.body)
    assert (item.report_id, ORIGINATOR.id, wanted) == (owed.report_id, owed.originator, owed.reference)
    with reading.inbox.transaction():
        reading.inbox.withdrawals.confirmed(owed, 1)
    assert [] == reading.inbox.withdrawals.unconfirmed(10)


def test_no_word_of_the_report_is_left_in_the_database(reading, sender, tmp_path):
    count = "SELECT count(*) FROM reports WHERE instr(body, CAST('Unmistakable' AS BLOB))"
    reading.take(sender.send(incident("a", place={"country": "CO", "locality": "Unmistakable"})))
    ((held,),) = reading.inbox.database.execute(count)
    reading.take(sender.send(taken_back("a")))
    ((left,),) = reading.inbox.database.execute(count)
    assert (1, 0) == (held, left)
    reading.inbox.withdrawals.settle()
    assert 0 == (tmp_path / "inbox.db-wal").stat().st_size
