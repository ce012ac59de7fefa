"""What is read: the streams that were asked for, and the files of reports beside incident reports."""

import re

import pytest

from services.consumer.assignment import Wanted, parse_wanted, whom_to_ask
from tests.support.attachments import attachment_directory
from tests.support.incidents import incident_directory
from tests.support.parties import Party
from tests.support.world import ANALYST, COURIER, ORIGINATOR, small_world

LAYOUT = attachment_directory().layout


@pytest.mark.parametrize(
    ("streams", "read"),
    [
        ("ion", ("ion", "blobs")),
        ("pics,alerts", ("pics", "alerts", "blobs")),
        ("alerts", ("alerts",)),
        ("all", ("alerts", "blobs", "ion", "pics")),
    ],
)
def test_who_reads_incident_reports_reads_their_files(streams, read):
    assert read == parse_wanted(streams, (), LAYOUT).with_attachments(LAYOUT).streams


def test_a_network_without_files_is_read_as_it_is():
    layout = incident_directory().layout
    assert ("ion",) == parse_wanted("ion", (), layout).with_attachments(layout).streams


def test_files_come_from_the_regions_that_are_read():
    wanted = parse_wanted("ion", ("oceania",), LAYOUT).with_attachments(LAYOUT)
    assert ("oceania",) == wanted.regions


def test_files_can_be_left():
    assert ("alerts", "ion", "pics") == parse_wanted("all", (), LAYOUT).without_attachments().streams
    assert Wanted(("blobs",)) == Wanted(("blobs",)).without_attachments()


def test_all_that_a_firm_reads_are_alerts():
    firm = small_world().directory.participants[COURIER.id]
    assert ("alerts",) == parse_wanted("all", (), LAYOUT, firm).streams


def test_all_that_a_government_reads_is_everything():
    government = small_world().directory.participants[ORIGINATOR.id]
    assert set(LAYOUT.streams) == set(parse_wanted("all", (), LAYOUT, government).streams)


@pytest.mark.parametrize(
    ("party", "words"),
    [
        (COURIER, "we are a firm.*ask Originator \\(CO\\)$"),
        (ANALYST, "our roles are analyst: ask the authority"),
        (Party("Nobody"), "does not name us"),
    ],
)
def test_whom_to_ask_for_a_topic_that_is_closed(party, words):
    assert re.search(words, whom_to_ask(party.id, small_world().directory))
