"""A publisher takes up the newest key that the directory has; what a theft cut off leaves again."""

from dataclasses import replace

import pytest

from tests.support.parties import NOW_S, Party
from tests.support.publishing import Writer, read_all
from tests.support.reading import Reading
from tests.support.world import ANALYST, NEIGHBOUR, ORIGINATOR
from tocsin.adapters.outbox.cutting import cut_off
from tocsin.core import wire
from tocsin.core.generations import Why
from tocsin.core.ids import own_audience
from tocsin.core.participants import Participant
from tocsin.core.streams import MANIFESTS_TOPIC

NEW = Party("New keys")
RECORD, STATEMENT = (replace(NEW.key(one), not_before_s=NOW_S - 1) for one in ("record", "statement"))


@pytest.fixture
def writer(tmp_path):
    return Writer(tmp_path)


def changed(directory, party, change):
    """`directory` with the entry of `party` changed, one version later."""
    entry: Participant = change(directory.participants[party.id])
    everyone = dict(directory.participants) | {party.id: entry}
    return replace(directory, version=directory.version + 1, participants=everyone)


def with_keys(*keys, **retired):
    """Adds `keys`; `record={...}` changes the fields of the old key of a purpose."""

    def change(entry):
        old = tuple(
            key if key.id == RECORD.id else replace(key, **retired.get(key.purpose, {}))
            for key in entry.keys
        )
        return replace(entry, keys=(*old, *keys))

    return change


def hold_new_keys(writer):
    writer.records._keys[RECORD.id] = NEW.record
    writer.statements._keys[STATEMENT.id] = NEW.statement


def headers(writer, topic="tocsin.ion.v1"):
    return [wire.decode_header(wire.decode_envelope(one).header) for one in writer.topics.on(topic)]


def reasons(writer):
    found = [wire.codec("statement").decode_single(one) for one in writer.topics.on(MANIFESTS_TOPIC)]
    return [wire.decode_body(one["body"]).reason for one in found]


async def publish(writer, *references):
    accepted = writer.accept(*references)
    writer.seal()
    await writer.deliver()
    return [one.report_id for one in accepted]


async def test_a_new_record_key_begins_a_session_and_the_reader_reads_on(writer, tmp_path):
    first = await publish(writer, "a")
    hold_new_keys(writer)
    writer.directory = changed(writer.directory, ORIGINATOR, with_keys(RECORD, STATEMENT))
    second = await publish(writer, "b")
    keys = {header.signing_key: header.session for header in headers(writer)}
    assert {ORIGINATOR.key("record").id, RECORD.id} == set(keys)
    assert keys[ORIGINATOR.key("record").id] < keys[RECORD.id]
    reading = Reading(tmp_path, writer.directory)
    assert first + second == read_all(reading, writer.topics)


async def test_a_key_that_the_directory_has_and_we_do_not_changes_nothing(writer):
    writer.directory = changed(writer.directory, ORIGINATOR, with_keys(RECORD))
    await publish(writer, "a")
    assert {ORIGINATOR.key("record").id} == {header.signing_key for header in headers(writer)}


async def test_a_retired_key_has_the_final_head_of_each_log_that_it_signed(writer, tmp_path):
    first = await publish(writer, "a")
    hold_new_keys(writer)
    writer.directory = changed(writer.directory, ORIGINATOR, with_keys(RECORD))
    final = writer.outbox.logs.finals(ORIGINATOR.key("record").id)
    late = await publish(writer, "b")
    assert final == writer.outbox.logs.finals(ORIGINATOR.key("record").id)
    writer.directory = changed(writer.directory, ORIGINATOR, with_keys(record={"final": final}))
    reading = Reading(tmp_path, writer.directory)
    assert first + late == read_all(reading, writer.topics)


async def test_what_a_theft_cut_off_leaves_again_and_is_read_once(writer, tmp_path):
    early = await publish(writer, "a")
    before = Reading(tmp_path / "before", writer.directory)
    read_all(before, writer.topics)
    writer.clock.pass_by(100)
    late = await publish(writer, "b")
    read_all(before, writer.topics, writer.now_s)
    old = ORIGINATOR.key("record").id
    with writer.outbox.transaction():
        cut = cut_off(writer.outbox, NOW_S + 50, old)
    hold_new_keys(writer)
    stolen = {"final": cut.final, "revoked_at_s": NOW_S + 100}
    writer.directory = changed(writer.directory, ORIGINATOR, with_keys(RECORD, record=stolen))
    assert (2, 0) == (cut.again, cut.lost)
    writer.seal()
    await writer.deliver()
    afresh = Reading(tmp_path / "afresh", writer.directory)
    assert early + late == read_all(afresh, writer.topics, writer.now_s)
    before.reader.directory = writer.directory
    assert early + late == read_all(before, writer.topics, writer.now_s)


async def test_what_was_sealed_in_the_very_second_of_the_theft_is_cut_off(writer):
    await publish(writer, "a")
    head = writer.outbox.logs.head("ion", "south-america")
    writer.clock.pass_by(100)
    await publish(writer, "b")
    with writer.outbox.transaction():
        cut = cut_off(writer.outbox, NOW_S + 100, ORIGINATOR.key("record").id)
    assert (head.session, head.counter, head.leaf) == cut.final["ion", "south-america"]
    assert (2, 0, head) == (cut.again, cut.lost, writer.outbox.logs.head("ion", "south-america"))


async def test_a_log_that_began_after_the_theft_begins_anew(writer):
    writer.clock.pass_by(100)
    await publish(writer, "a")
    with writer.outbox.transaction():
        cut = cut_off(writer.outbox, NOW_S + 50, ORIGINATOR.key("record").id)
    assert ({}, None) == (cut.final, writer.outbox.logs.head("ion", "south-america"))


async def test_the_log_of_an_inbox_has_no_final_head_and_goes_on_after_a_theft(writer):
    writer.accept("a", audience=own_audience(NEIGHBOUR.id))
    writer.seal()
    ((_topic, stream, scope),) = writer.outbox.database.execute("SELECT topic, stream, scope FROM logs")
    head = writer.outbox.logs.head(stream, scope)
    with writer.outbox.transaction():
        cut = cut_off(writer.outbox, NOW_S, ORIGINATOR.key("record").id)
    assert ("inbox", {}, 1) == (stream, cut.final, cut.again)
    assert head == writer.outbox.logs.head(stream, scope)


async def test_sealed_records_that_never_left_are_not_sent_after_a_theft(writer):
    writer.accept("a")
    writer.seal()
    with writer.outbox.transaction():
        cut_off(writer.outbox, NOW_S, ORIGINATOR.key("record").id)
    assert 0 == writer.outbox.records.unsent_count()
    assert 2 == writer.outbox.items.waiting_items


async def test_what_is_too_old_to_leave_again_is_counted(writer):
    await publish(writer, "a")
    writer.outbox.forget_old(NOW_S + 1, 0)
    with writer.outbox.transaction():
        cut = cut_off(writer.outbox, NOW_S, ORIGINATOR.key("record").id)
    assert (0, 2) == (cut.again, cut.lost)


async def test_a_stolen_kem_key_of_a_member_makes_a_new_generation(writer):
    await publish(writer, "a")
    stolen = with_keys(kem={"revoked_at_s": NOW_S})
    writer.directory = changed(writer.directory, NEIGHBOUR, stolen)
    await publish(writer, "b")
    await publish(writer, "c")
    assert [Why.FIRST, Why.REVOKED] == reasons(writer)


async def test_a_replaced_kem_key_gets_a_wrap_and_no_new_generation(writer):
    await publish(writer, "a")
    kem = replace(NEW.key("kem"), not_before_s=NOW_S - 1)
    writer.directory = changed(writer.directory, ANALYST, with_keys(kem))
    assert 1 == writer.sealer.wrap_to_new_keys(writer.directory, NOW_S)
    await publish(writer, "b")
    assert [Why.FIRST] == reasons(writer)


async def test_generations_that_were_ended_from_outside_say_why_in_the_next_manifest(writer):
    await publish(writer, "a")
    with writer.outbox.transaction():
        writer.outbox.keys.end(None, Why.COMPROMISE)
    await publish(writer, "b")
    assert [Why.FIRST, Why.COMPROMISE] == reasons(writer)


def test_without_a_statement_key_in_force_nothing_leaves_and_that_is_said(writer):
    ended = with_keys(statement={"not_after_s": NOW_S - 1})
    writer.directory = changed(writer.directory, ORIGINATOR, ended)
    writer.accept("a")
    assert "no statement key of ours" in writer.seal().waits["all"]
    with pytest.raises(LookupError):
        str(writer.originator.statement_id)


def test_an_originator_shows_no_key(writer):
    assert f"Originator({ORIGINATOR.id.hex()})" == repr(writer.originator)
