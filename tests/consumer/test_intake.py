"""Polls through the real inbox: what is stored, what waits, what comes again."""

import pytest

from tests.support.reading import Reading, incoming
from tests.support.world import (
    ANALYST,
    COURIER,
    NEIGHBOUR,
    NOW_S,
    ORIGINATOR,
    Sender,
    directory_of,
    note,
    report_id,
    small_world,
    targets,
)
from tocsin.adapters.inbox.causes import Cause
from tocsin.core.outcomes import AlarmKind, LogId, Outcome, Reason
from tocsin.core.streams import inbox_topic

WORLD = small_world()


@pytest.fixture
def reading(tmp_path):
    return Reading(tmp_path, WORLD.directory)


@pytest.fixture
def sender():
    return WORLD.sender()


def test_a_record_with_its_key_is_stored_once(reading, sender):
    reading.take_keys(sender)
    reading.take(sender.send(note("a"), note("b")))
    assert [report_id("a"), report_id("b")] == reading.stored()


def test_h06_a_replay_is_a_duplicate_at_once_and_after_a_restart(reading, sender, tmp_path):
    reading.take_keys(sender)
    sent = sender.send(note("a"))
    reading.take(sent)
    reading.take(sent)
    reading.inbox.close()
    again = Reading(tmp_path, WORLD.directory)
    again.take(sent)
    assert 1 == reading.tally.records[Outcome.DUPLICATE]
    assert 1 == again.tally.records[Outcome.DUPLICATE]
    assert [report_id("a")] == again.stored()


def test_rung_14_our_own_record_that_comes_back_is_skipped_and_stores_nothing(tmp_path, sender):
    ours = Reading(tmp_path, WORLD.directory, ORIGINATOR)
    ours.take_keys(sender)
    sent = sender.send(note("a"))
    ours.take(sent)
    assert (1, []) == (ours.tally.records[Outcome.SKIPPED], ours.stored())
    assert ([], []) == (ours.inbox.waiting.summary(), list(ours.inbox.alarms.since(0)))
    assert sent.header.counter == ours.reader.head(_log(sent)).counter


def test_one_report_in_two_regions_is_one_row(reading, sender):
    reading.take_keys(sender)
    reading.take(sender.send(note("a"), region="south-america"))
    reading.take(sender.send(note("a"), region="western-and-central-europe"))
    assert [report_id("a")] == reading.stored()
    assert 1 == reading.tally.items[Outcome.DUPLICATE]


def test_h36_other_bytes_under_a_known_version_raise_an_alarm_and_the_first_stays(reading, sender):
    reading.take_keys(sender)
    reading.take(sender.send(note("a", name="same")))
    reading.take(sender.send(note("b", name="same"), region="global"))
    assert [AlarmKind.OTHER_BYTES] == [one.alarm.kind for one in reading.inbox.alarms.since(0)]
    assert 1 == len(reading.stored())


def test_h13_records_wait_for_their_manifest_and_wrap_and_then_come_once_in_order(reading, sender):
    names = ["a", "b", "c"]
    sent = [sender.send(note(name)) for name in names]
    reading.take(*sent)
    assert [] == reading.stored()
    reading.take_manifest(sender)
    assert [] == reading.stored()
    reading.take_wrap(sender)
    assert [report_id(name) for name in names] == reading.stored()
    assert [] == reading.inbox.waiting.summary()
    reading.take(*sent)
    assert 3 == reading.tally.records[Outcome.DUPLICATE]


def test_h13_a_wrap_before_its_manifest_is_read_again_from_its_position(reading, sender):
    reading.take(sender.send(note("a")))
    reading.take_wrap(sender)
    wrap_at = reading._offset
    back = reading.take_manifest(sender)
    assert [(reading.inbox_topic, wrap_at)] == [(one.topic, one.offset) for one in back]
    assert wrap_at == reading.inbox.offsets.all()[reading.inbox_topic, 0]


def test_h14_what_was_skipped_is_read_again_when_a_revision_adds_us(tmp_path):
    before = directory_of(targets(ORIGINATOR, ANALYST, COURIER))
    sender = Sender(ORIGINATOR, before)
    reading = Reading(tmp_path, WORLD.directory)
    reading.take_manifest(sender)
    sent = [sender.send(note("a")), sender.send(note("b"))]
    reading.take(*sent)
    assert 2 == reading.tally.records[Outcome.SKIPPED]
    assert [] == reading.inbox.waiting.summary()
    assert reading.reader.head(sent[0].sealed and _log(sent[0])) is not None
    sender.directory = WORLD.directory
    sender.revise()
    back = reading.take_manifest(sender) + reading.take_wrap(sender)
    assert [sent[0].place] == back
    assert sent[0].place.offset == reading.inbox.offsets.all()[sent[0].place.topic, sent[0].place.partition]
    reading.take(*sent)
    assert [report_id("a"), report_id("b")] == reading.stored()
    assert [] == [one.alarm.kind for one in reading.inbox.alarms.since(0)]


def _log(sent):
    return LogId(sent.header.originator, sent.header.stream, sent.header.region)


def test_a_poll_is_stored_whole_or_not_at_all(reading, sender, monkeypatch):
    reading.take_keys(sender)
    first, second = sender.send(note("a")), sender.send(note("b"))
    add, calls = reading.inbox.reports.add, []

    def fail_at_the_second(new):
        calls.append(new)
        if len(calls) == 2:
            raise RuntimeError("power cut")
        add(new)

    monkeypatch.setattr(reading.inbox.reports, "add", fail_at_the_second)
    with pytest.raises(RuntimeError):
        reading.take(first, second)
    assert [] == reading.stored()
    assert (first.place.topic, first.place.partition) not in reading.inbox.offsets.all()
    monkeypatch.undo()
    reading.take(first, second)
    assert [report_id("a"), report_id("b")] == reading.stored()
    assert [] == reading.inbox.alarms.since(0)


def test_h35_one_bad_item_spoils_no_other(reading, sender):
    reading.take_keys(sender)
    bad = note("bad", body=b"\xff\xff")
    reading.take(sender.send(*[note(f"n{i}") for i in range(63)], bad))
    assert 63 == len(reading.stored())
    assert [Reason.MALFORMED] == [one.reason for one in reading.inbox.quarantine.rows()]


def test_h34_an_unknown_schema_waits_and_then_comes(tmp_path, sender):
    entries = {name: data for name, data in targets().items() if "schemas/" not in name}
    reading = Reading(tmp_path, directory_of(entries))
    reading.take_keys(sender)
    reading.take(sender.send(note("a")))
    assert [Cause.DIRECTORY] == [one.cause for one in reading.inbox.waiting.summary()]
    reading.reader.directory = WORLD.directory
    reading.waking.newer_directory(NOW_S)
    assert [report_id("a")] == reading.stored()


def test_h10_an_unknown_signer_leaves_a_position_and_is_read_again_when_known(tmp_path, sender):
    reading = Reading(tmp_path, directory_of(targets(NEIGHBOUR, ANALYST)))
    sent = sender.send(note("a"))
    reading.take(sent)
    assert 1 == reading.inbox.waiting.positions(Cause.SIGNER)
    assert reading.intake.wants_directory
    reading.reader.directory = WORLD.directory
    assert [sent.place] == reading.waking.newer_directory(NOW_S)


def test_h43_junk_is_counted_and_the_good_ones_still_come(reading, sender):
    reading.take_keys(sender)
    junk = [reading.at("tocsin.ion.v1", b"junk %d" % i) for i in range(150)]
    reading.take(*junk, reading.at("tocsin.ion.v1", None))
    reading.take(sender.send(note("a")))
    rows = reading.inbox.quarantine.rows()
    assert 101 == len(rows)
    assert {Reason.NOT_OURS: 150, Reason.EMPTY: 1} == reading.inbox.quarantine.counts()
    assert [report_id("a")] == reading.stored()


def test_h15_a_false_wrap_is_refused_and_the_true_one_still_opens(reading, sender):
    reading.take(sender.send(note("a")))
    reading.take_manifest(sender)
    false = WORLD.sender().wraps()[reading.party.id]
    mine = sender.wraps()[reading.party.id]
    spoiled = mine[:-1] + bytes([mine[-1] ^ 1])
    reading.take(*[reading.at(reading.inbox_topic, one) for one in (spoiled, false, mine[:-1])])
    assert [] == reading.stored()
    reading.take(reading.at(reading.inbox_topic, mine))
    assert [report_id("a")] == reading.stored()


def test_a_courier_learns_nothing_of_a_report_by_cryptography_alone(tmp_path, sender):
    reading = Reading(tmp_path, WORLD.directory, COURIER)
    reading.take_manifest(sender)
    reading.take(sender.send(note("secret")))
    assert [] == reading.stored()
    assert 1 == reading.tally.records[Outcome.SKIPPED]


def test_h12_a_record_dated_ahead_waits_for_its_time(reading, sender):
    reading.take_keys(sender)
    reading.take(sender.send(note("a"), time=NOW_S + 360))
    assert [Cause.TIME] == [one.cause for one in reading.inbox.waiting.summary()]
    reading.waking.passed_time(NOW_S + 30)
    assert [] == reading.stored()
    reading.waking.passed_time(NOW_S + 61)
    assert [report_id("a")] == reading.stored()


def test_what_comes_behind_a_key_in_one_poll_does_not_overtake_what_waited_for_it(reading, sender):
    first, second, third = (sender.send(note(name)) for name in "abc")
    reading.take(first)
    manifest = reading.at("tocsin.manifests.v1", sender.manifest())
    wrap = reading.at(reading.inbox_topic, sender.wraps()[NEIGHBOUR.id])
    reading.take(second, manifest, wrap, third)
    assert [report_id("a"), report_id("b"), report_id("c")] == reading.stored()


def test_what_comes_behind_in_a_partition_that_is_read_again_is_left_for_that(reading, sender):
    others = tuple(one for one in sender.members() if one != NEIGHBOUR.id)
    reading.take_manifest(sender, members=others)
    first, second = sender.send(note("a")), sender.send(note("b"))
    reading.take(first)
    joined = reading.at("tocsin.manifests.v1", sender.manifest(revision=2))
    wrap = reading.at(reading.inbox_topic, sender.wraps()[NEIGHBOUR.id])
    assert [first.place] == reading.take(joined, wrap, second)
    assert [] == reading.stored()
    reading.take(first, second)
    assert [report_id("a"), report_id("b")] == reading.stored()


def test_what_waited_while_we_were_away_comes_at_the_start(reading, sender, tmp_path):
    reading.take(sender.send(note("a")))
    reading.intake.take([reading.at("tocsin.manifests.v1", sender.manifest())], NOW_S)
    reading.intake.take([reading.at(reading.inbox_topic, sender.wraps()[NEIGHBOUR.id])], NOW_S)
    reading.inbox.close()
    again = Reading(tmp_path, WORLD.directory)
    again.waking.all(NOW_S)
    assert [report_id("a")] == again.stored()


def test_a_gap_is_an_alarm_with_the_number_of_missing_records(reading, sender):
    reading.take_keys(sender)
    first, _lost, third = (sender.send(note(name)) for name in "abc")
    reading.take(incoming(first), incoming(third))
    raised = reading.inbox.alarms.since(0)
    assert [(AlarmKind.GAP, 1, 1)] == [(one.alarm.kind, one.alarm.missing, one.times) for one in raised]


def test_h17_a_manifest_that_names_an_outsider_is_an_alarm(reading, sender):
    members = tuple(sorted((*sender.members(), WORLD.outsider.id)))
    reading.take_manifest(sender, members=members)
    assert [AlarmKind.GHOST_READER] == [one.alarm.kind for one in reading.inbox.alarms.since(0)]


def test_h17_a_second_body_under_one_revision_is_an_alarm_and_changes_nothing(reading, sender):
    reading.take_manifest(sender)
    reading.take_manifest(sender, reason="other")
    assert [AlarmKind.MANIFEST_CONFLICT] == [one.alarm.kind for one in reading.inbox.alarms.since(0)]
    assert sender.reason == reading.reader.manifest(sender.generation.id).reason


def test_a_manifest_to_us_alone_is_kept_before_the_directory_names_us(tmp_path):
    reading = Reading(tmp_path, directory_of(targets(ORIGINATOR)))
    sender = WORLD.sender(f"to.{NEIGHBOUR.id.hex()}")
    topic = inbox_topic(NEIGHBOUR.id, firm=False)
    reading.take(reading.at(topic, sender.manifest()))
    assert reading.inbox.keys.manifest(sender.generation.id) is not None
