"""Which files belong to which report: kept over restarts, one row for each file of a report."""

import apsw
import pytest

from tests.support.attachments import text_file
from tests.support.reading import STORAGE_KEY
from tests.support.world import ORIGINATOR, report_id
from tocsin.adapters.outbox.store import open_outbox

REPORT = report_id("report")
FILE = text_file().of_report(REPORT)


def test_the_files_of_a_report_are_there_after_a_restart_in_their_order(tmp_path):
    outbox = open_outbox(tmp_path, STORAGE_KEY, ORIGINATOR.id)
    assert not outbox.attachments.any()
    others = text_file(b"other").of_report(REPORT)
    with outbox.transaction():
        outbox.attachments.add(report_id("z"), FILE)
        outbox.attachments.add(report_id("a"), others)
    outbox.close()
    again = open_outbox(tmp_path, STORAGE_KEY, ORIGINATOR.id)
    assert {report_id("z"): FILE, report_id("a"): others} == again.attachments.of_report(REPORT)
    assert [report_id("z"), report_id("a")] == list(again.attachments.of_report(REPORT))
    assert again.attachments.any()


def test_one_file_of_a_report_has_one_id(tmp_path):
    outbox = open_outbox(tmp_path, STORAGE_KEY, ORIGINATOR.id)
    outbox.attachments.add(report_id("a"), FILE)
    with pytest.raises(apsw.ConstraintError):
        outbox.attachments.add(report_id("b"), FILE)


def test_a_part_that_is_not_there_has_no_number(tmp_path):
    assert open_outbox(tmp_path, STORAGE_KEY, ORIGINATOR.id).attachments.part(report_id("a"), 1) is None
