"""What arrives about keys: statements in their places, the first manifest believed, bad wraps refused."""

from dataclasses import replace

import pytest

from services.consumer import keys_intake
from tests.support.reading import Reading
from tests.support.world import ANALYST, NEIGHBOUR, NOW_S, ORIGINATOR, OUTSIDER, small_world
from tocsin.core import wire
from tocsin.core.ids import own_audience
from tocsin.core.outcomes import AlarmKind, Outcome, Reason
from tocsin.core.signatures import sign_statement
from tocsin.core.streams import CHECKPOINTS_TOPIC, MANIFESTS_TOPIC

WORLD = small_world()
SIGNED_BY = ORIGINATOR.key("statement").id
TO_US, TO_ANOTHER = own_audience(NEIGHBOUR.id), own_audience(ANALYST.id)
INBOX = "our inbox"


@pytest.fixture
def reading(tmp_path):
    return Reading(tmp_path, WORLD.directory)


@pytest.fixture
def sender():
    return WORLD.sender()


def taken(reading, value, topic=MANIFESTS_TOPIC):
    """The one outcome of a value, and the reasons for which something was refused so far."""
    before = reading.tally.records.copy()
    reading.take(reading.at(reading.inbox_topic if topic == INBOX else topic, value))
    ((outcome, _count),) = (reading.tally.records - before).items()
    return outcome, set(reading.inbox.quarantine.counts())


def checkpoint():
    return sign_statement(ORIGINATOR.statement, wire.Checkpoint(ORIGINATOR.id, SIGNED_BY, NOW_S, ()))


def key_request(to):
    body = wire.KeyRequest(ORIGINATOR.id, SIGNED_BY, to, b"a" * 16, 1, b"k" * 16, NOW_S)
    return sign_statement(ORIGINATOR.statement, body)


def manifest(audience):
    return WORLD.sender(audience).manifest()


IN_PLACE = [
    (checkpoint(), CHECKPOINTS_TOPIC),
    (checkpoint(), INBOX),
    (key_request(NEIGHBOUR.id), INBOX),
    (manifest("focal-points"), MANIFESTS_TOPIC),
    (manifest(TO_US), INBOX),
]
OUT_OF_PLACE = [
    (checkpoint(), MANIFESTS_TOPIC),
    (key_request(NEIGHBOUR.id), MANIFESTS_TOPIC),
    (key_request(ANALYST.id), INBOX),
    (manifest("focal-points"), CHECKPOINTS_TOPIC),
    (manifest("focal-points"), INBOX),
    (manifest(TO_US), MANIFESTS_TOPIC),
    (manifest(TO_ANOTHER), INBOX),
    (WORLD.sender().wraps()[NEIGHBOUR.id], MANIFESTS_TOPIC),
]


@pytest.mark.parametrize(("value", "topic"), IN_PLACE)
def test_a_statement_in_its_place_is_not_refused(reading, value, topic):
    outcome, reasons = taken(reading, value, topic)
    assert (True, set()) == (outcome in {Outcome.ACCEPTED, Outcome.SKIPPED}, reasons)


@pytest.mark.parametrize(("value", "topic"), OUT_OF_PLACE)
def test_a_statement_or_wrap_out_of_its_place_is_quarantined(reading, value, topic):
    assert (Outcome.QUARANTINED, {Reason.WRONG_PLACE}) == taken(reading, value, topic)


def test_a_manifest_that_no_sender_makes_is_quarantined(reading, sender):
    outcome = taken(reading, sender.manifest(members=sender.generation.members[::-1]))
    assert (Outcome.QUARANTINED, {Reason.MALFORMED}) == outcome
    assert reading.inbox.keys.manifest(sender.generation.id) is None


def test_of_two_manifests_under_one_revision_the_first_stays_and_the_second_is_an_alarm(reading, sender):
    reading.take_keys(sender)
    assert Outcome.QUARANTINED is taken(reading, sender.manifest(reason="age"))[0]
    assert [AlarmKind.MANIFEST_CONFLICT] == [one.alarm.kind for one in reading.inbox.alarms.since(0)]
    assert "age" != reading.inbox.keys.manifest(sender.generation.id).reason
    assert Outcome.DUPLICATE is taken(reading, sender.manifest())[0]


def test_a_second_wrap_of_a_secret_that_we_hold_is_a_duplicate(reading, sender):
    reading.take_keys(sender)
    assert (Outcome.DUPLICATE, set()) == taken(reading, sender.wraps()[NEIGHBOUR.id], INBOX)


@pytest.mark.parametrize(("most", "alarms"), [(1, []), (0, [AlarmKind.GHOST_READER])])
def test_a_manifest_that_rests_ahead_waits_for_its_directory_where_there_is_room(
    reading, sender, monkeypatch, most, alarms
):
    monkeypatch.setattr(keys_intake, "MAX_AHEAD_MANIFESTS", most)
    ahead = sender.manifest(members=(OUTSIDER.id,), directory_version=WORLD.directory.version + 1)
    assert Outcome.ACCEPTED is taken(reading, ahead)[0]
    assert alarms == [one.alarm.kind for one in reading.inbox.alarms.since(0)]
    reading.reader.directory = replace(WORLD.directory, version=WORLD.directory.version + 1)
    reading.keys.judge_ahead(NOW_S)
    assert [AlarmKind.GHOST_READER] == [one.alarm.kind for one in reading.inbox.alarms.since(0)]
