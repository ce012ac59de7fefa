"""What is read: the streams that were asked for, and the files of reports beside incident reports."""

import pytest

from services.consumer.assignment import Wanted, parse_wanted
from tests.support.attachments import attachment_directory
from tests.support.incidents import incident_directory

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
