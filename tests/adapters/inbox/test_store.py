"""The inbox as a whole: encrypted, one alarm an hour, readable beside its writer."""

import pytest

from tests.support.incidents import incident, incident_directory
from tests.support.reading import STORAGE_KEY, Reading
from tests.support.world import NOW_S, ORIGINATOR, Sender
from tocsin.adapters.inbox.store import FILE_NAME, open_inbox
from tocsin.core.errors import KeyUnusableError, StorageError
from tocsin.core.outcomes import Alarm, AlarmKind

CANARY = "kestrel-71-canary"


def test_h46_a_report_is_nowhere_readable_in_the_files_of_the_inbox(tmp_path):
    reading = Reading(tmp_path, incident_directory())
    sender = Sender(ORIGINATOR, incident_directory())
    reading.take_keys(sender)
    reading.take(sender.send(incident("a", place={"country": "CO", "locality": CANARY})))
    assert 1 == len(reading.stored())
    for file in tmp_path.iterdir():
        assert CANARY.encode() not in file.read_bytes()
    assert CANARY not in repr(reading.inbox.reports.after(0))


def test_another_storage_key_opens_nothing(tmp_path):
    open_inbox(tmp_path, STORAGE_KEY).close()
    with pytest.raises(KeyUnusableError):
        open_inbox(tmp_path, b"another storage key of 32 bytes.")


def test_reading_beside_the_writer_sees_what_was_committed(tmp_path):
    writer = open_inbox(tmp_path, STORAGE_KEY)
    with writer.transaction():
        writer.known.keep(incident_directory())
    reader = open_inbox(tmp_path, STORAGE_KEY, read_only=True)
    assert "Originator" == reader.known.name(ORIGINATOR.id)


def test_an_inbox_that_is_not_there_cannot_be_opened_to_read(tmp_path):
    with pytest.raises(StorageError, match=FILE_NAME):
        open_inbox(tmp_path / "none", STORAGE_KEY, read_only=True)


def test_an_alarm_is_one_row_an_hour_and_then_a_count(tmp_path):
    inbox = open_inbox(tmp_path, STORAGE_KEY)
    alarm = Alarm(AlarmKind.GAP, ORIGINATOR.id, "ion", "global", 1, 5, missing=2)
    with inbox.transaction():
        for at_s in (NOW_S, NOW_S + 10, NOW_S + 3_600):
            inbox.alarms.note(alarm, at_s)
    assert [(2, 4), (1, 2)] == [(one.times, one.alarm.missing) for one in inbox.alarms.since(0)]
