"""Hostile inputs 11, 14 to 17, 26 and 42 against a real inbox: what is kept, told and shown."""

from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.consumer import keys_intake
from services.consumer.assignment import Wanted
from services.consumer.key_requests import KeyRequests
from services.consumer.reading import Identity
from services.consumer.reading import Reading as Reader
from services.consumer.views import Views, row_of
from tests.support.parties import Party, seed
from tests.support.reading import Reading, incoming, no_rules
from tests.support.world import (
    COURIER,
    DAY_S,
    NEIGHBOUR,
    NOW_S,
    ORIGINATOR,
    Sender,
    Sent,
    directory_of,
    note,
    small_world,
    targets,
)
from tocsin.adapters.inbox.causes import Cause
from tocsin.adapters.own_keys import KeyRing
from tocsin.core import canonical_json, wire
from tocsin.core.key_schedule import commitment
from tocsin.core.outcomes import AlarmKind, Outcome, Reason
from tocsin.core.primitives import Ed25519Private
from tocsin.core.public_keys import key_record

WORLD = small_world()


@pytest.fixture
def sender() -> Sender:
    return WORLD.sender()


@pytest.fixture
def reading(tmp_path) -> Reading:
    return Reading(tmp_path, WORLD.directory)


def kinds(reading: Any) -> list[AlarmKind]:
    return [one.alarm.kind for one in reading.inbox.alarms.since(0)]


def after_the_end_of_the_key(reading: Reading, final: Sent, leaf: bytes, **retired: Any) -> Reader:
    """The same inbox, once the directory says that the key's log on `ion` ends at `final`."""
    header = final.header
    head = {"stream": "ion", "region": "south-america", "session": header.session}
    head |= {"counter": header.counter, "leaf": b64encode(leaf).decode()}
    entry = ORIGINATOR.entry(record={"final": [head], **retired})
    entry["keys"].append(key_record(RENEWED.key("record")))
    entries = targets() | {ORIGINATOR.target()[0]: canonical_json.dump(entry)}
    kem = KeyRing({NEIGHBOUR.key("kem").id: NEIGHBOUR.kem})
    identity, wanted = Identity(NEIGHBOUR.id, kem), Wanted(("ion",))
    return Reader(reading.inbox, identity, directory_of(entries, version=8), wanted, no_rules)


def disputed(reader: Any) -> list[bool]:
    views = Views(reader.inbox)
    shown = [views.render(one) for one in reader.inbox.reports.after(0)]
    return [one.get("disputed", False) for one in shown]


def renewed() -> Party:
    """The originator with its next record key."""
    party = Party(ORIGINATOR.name)
    party.__dict__["record"] = Ed25519Private.from_raw(seed("the next record key"))
    return party


RENEWED = renewed()
RETIRED = pytest.mark.parametrize("retired", [{}, {"revoked_at_s": NOW_S}], ids=["planned", "stolen"])


@RETIRED
def test_h11_reports_of_a_log_whose_final_head_does_not_come_are_disputed(reading, sender, retired):
    reading.take_keys(sender)
    first, withheld = sender.send(note("one")), sender.send(note("two"))
    reading.take(first)
    reader = after_the_end_of_the_key(reading, withheld, withheld.sealed.leaf, **retired)
    assert [False] == disputed(reader)
    reader.check_finals(NOW_S)
    assert ([AlarmKind.FINAL_HEAD], [True]) == (kinds(reader), disputed(reader))
    (shown,) = (row_of(Views(reader.inbox).render(one)) for one in reader.inbox.reports.after(0))
    assert "DISPUTED" in shown["what"]


@RETIRED
def test_h11_reports_of_a_log_whose_final_head_is_another_record_are_disputed(reading, sender, retired):
    reading.take_keys(sender)
    first, last = sender.send(note("one")), sender.send(note("two"))
    elsewhere = sender.send(note("three"), region="global")
    reading.take(first, elsewhere)
    reader = after_the_end_of_the_key(reading, last, bytes(32), **retired)
    reader.intake.take([incoming(last)], NOW_S)
    assert ([AlarmKind.FINAL_HEAD], [True, False, True]) == (kinds(reader), disputed(reader))


def test_h11_what_comes_later_under_the_next_key_is_not_disputed(reading, sender):
    reading.take_keys(sender)
    first, withheld = sender.send(note("one")), sender.send(note("two"))
    reading.take(first)
    reader = after_the_end_of_the_key(reading, withheld, withheld.sealed.leaf)
    reader.check_finals(NOW_S)
    sender.party = RENEWED
    later = sender.send(note("three"), session=sender.session + 1, counter=1)
    reader.intake.take([incoming(later)], NOW_S + 60)
    assert [True, False] == disputed(reader)


@RETIRED
def test_h11_a_record_behind_the_final_head_is_refused_and_the_head_of_its_log_stays(
    reading, sender, retired
):
    reading.take_keys(sender)
    last, behind = sender.send(note("one")), sender.send(note("two"))
    reading.take(last)
    reader = after_the_end_of_the_key(reading, last, last.sealed.leaf, **retired)
    reader.intake.take([incoming(behind)], NOW_S)
    reader.check_finals(NOW_S)
    assert ([], [False], {Reason.RETIRED_KEY: 1}) == (
        kinds(reader),
        disputed(reader),
        reader.inbox.quarantine.counts(),
    )


def test_h14_who_is_not_in_the_audience_asks_for_no_key(reading, tmp_path, sender):
    kem = KeyRing({COURIER.key("kem").id: COURIER.kem})
    reader = Reader(reading.inbox, Identity(COURIER.id, kem), WORLD.directory, Wanted(("ion",)), no_rules)
    reader.intake.take([reading.at("tocsin.manifests.v1", sender.manifest())], NOW_S)
    reader.intake.take([incoming(sender.send(note()))], NOW_S)
    requests = KeyRequests(reader, KeyRing({COURIER.key("statement").id: COURIER.statement}))
    assert {} == requests.due(NOW_S + 7_200)
    assert ([], []) == (kinds(reader), reader.inbox.waiting.summary())


def _another_wrap(sender: Sender) -> tuple[bytes, Reason]:
    """To our key by its name, and sealed to another's."""
    theirs = sender.wraps()[WORLD.members[1].id]
    wrap = wire.decode_wrap(theirs)
    return wire.encode_wrap(replace(wrap, recipient_key=NEIGHBOUR.key("kem").id)), Reason.CANNOT_OPEN


def _wrap_of_another(sender: Sender) -> tuple[bytes, Reason]:
    return sender.wraps()[WORLD.members[1].id], Reason.WRONG_KEY


def _of_another_manifest(sender: Sender) -> tuple[bytes, Reason]:
    """The wrap of the generation before, under the number of this one."""
    old = wire.decode_wrap(sender.wraps()[NEIGHBOUR.id])
    sender.renew()
    generation = sender.generation.id.generation
    return wire.encode_wrap(replace(old, generation=generation)), Reason.CANNOT_OPEN


def _of_length(length: int) -> Any:
    return lambda sender: (sender.wraps()[NEIGHBOUR.id][:-1168] + bytes(length), Reason.MALFORMED)


@pytest.mark.parametrize(
    "made",
    [_another_wrap, _wrap_of_another, _of_another_manifest, *map(_of_length, (1_167, 1_169, 0))],
    ids=["sealed to another", "of another", "of another manifest", "1,167", "1,169", "0 bytes"],
)
def test_h15_h16_a_wrong_wrap_is_refused_with_its_reason_and_the_record_goes_on_waiting(
    reading, sender, made
):
    value, reason = made(sender)
    reading.take_manifest(sender)
    reading.take(sender.send(note()))
    reading.take(reading.at(reading.inbox_topic, value))
    assert ({reason: 1}, []) == (reading.inbox.quarantine.counts(), reading.stored())
    assert [Cause.KEY] == [one.cause for one in reading.inbox.waiting.summary()]
    reading.take_wrap(sender)
    assert 1 == len(reading.stored())


def test_h15_a_secret_that_is_not_the_committed_one_is_refused_and_the_record_goes_on_waiting(
    reading, sender
):
    reading.take_manifest(sender, commitment=commitment(bytes(32), sender.generation.id))
    reading.take(sender.send(note()))
    reading.take_wrap(sender)
    assert ({Reason.CANNOT_OPEN: 1}, []) == (reading.inbox.quarantine.counts(), reading.stored())
    assert [Cause.KEY] == [one.cause for one in reading.inbox.waiting.summary()]


def test_h17_a_manifest_that_names_nobody_is_an_alarm(reading, sender):
    reading.take_manifest(sender, members=())
    assert [AlarmKind.GHOST_READER] == kinds(reading)


def judged_later(reading: Reading, folder: Path, version: int) -> list[AlarmKind]:
    """The alarms of the same inbox after a restart, once that version of the directory was fetched."""
    assert ([], True) == (kinds(reading), reading.keys.wants_directory)
    reading.inbox.close()
    again = Reading(folder, replace(WORLD.directory, version=version))
    with again.inbox.transaction():
        again.keys.judge_ahead(NOW_S)
        again.keys.judge_ahead(NOW_S)
    return kinds(again)


def test_h17_a_manifest_that_rests_on_a_directory_that_cannot_be_fetched_is_an_alarm(
    reading, sender, tmp_path
):
    reading.take_manifest(sender, directory_version=99)
    assert [AlarmKind.GHOST_READER] == judged_later(reading, tmp_path, 98)


@pytest.mark.parametrize(("member", "expected"), [(NEIGHBOUR, []), (COURIER, [AlarmKind.GHOST_READER])])
def test_h17_whom_a_newer_directory_than_ours_names_is_judged_by_that_one(
    reading, sender, tmp_path, member, expected
):
    reading.take_manifest(sender, directory_version=8, members=(member.id,))
    assert expected == judged_later(reading, tmp_path, 8)


def test_h17_where_too_many_manifests_wait_for_a_directory_the_next_is_judged_at_once(
    reading, sender, monkeypatch
):
    monkeypatch.setattr(keys_intake, "MAX_AHEAD_MANIFESTS", 0)
    reading.take_manifest(sender, directory_version=8)
    assert [AlarmKind.GHOST_READER] == kinds(reading)


def test_h17_a_revision_that_removes_a_member_is_an_alarm_and_the_first_stays(reading, sender):
    reading.take_manifest(sender)
    held = reading.reader.manifest(sender.generation.id)
    reading.take_manifest(sender, revision=2, members=held.members[:1])
    assert ([AlarmKind.MEMBER_REMOVED], held) == (
        kinds(reading),
        reading.reader.manifest(sender.generation.id),
    )


def test_h26_what_waits_for_a_suite_waits_for_30_days_at_most(reading, sender):
    reading.take(sender.send(note(), suite=2, expires_at=NOW_S + 200 * DAY_S - (NOW_S % 3_600)))
    assert 0 == reading.inbox.forget_old(NOW_S + 30 * DAY_S - 1)
    assert 1 == reading.inbox.forget_old(NOW_S + 30 * DAY_S)
    assert [] == reading.inbox.waiting.summary()


@pytest.mark.parametrize(
    "beside",
    [{"key": b"another originator"}, {"broker_time_ms": 0}, {"broker_time_ms": 2**62}],
    ids=["key", "1970", "the far future"],
)
def test_h42_a_key_or_a_time_of_kafkas_that_contradicts_the_header_changes_nothing(reading, sender, beside):
    reading.take_keys(sender)
    record = replace(incoming(sender.send(note())), **beside)
    reading.take(record)
    assert (1, [], 1) == (len(reading.stored()), kinds(reading), reading.tally.items[Outcome.ACCEPTED])
    (stored,) = reading.inbox.reports.after(0)
    assert NOW_S == stored.time_s
