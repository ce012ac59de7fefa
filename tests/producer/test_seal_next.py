"""Sealing: what readers open, in which order, under which keys, and when nothing may leave."""

import json
from dataclasses import replace

import pytest

from services.producer.sealing_pass import MAX_PASS_ITEMS
from tests.support.incidents import INCIDENT, INCIDENTS, incident_directory, incident_targets, layout_target
from tests.support.parties import DAY_S, NOW_S
from tests.support.publishing import Writer, read_all
from tests.support.reading import Reading
from tests.support.world import (
    ANALYST,
    COURIER,
    NEIGHBOUR,
    ORIGINATOR,
    OUTSIDER,
    audience_target,
    directory_of,
    targets,
)
from tocsin.adapters.outbox.status import State
from tocsin.core import canonical_json, wire
from tocsin.core.clock_skew import TOLERANCE_S
from tocsin.core.generations import MAX_AGE_S, Why
from tocsin.core.ids import leaf_of, schema_id
from tocsin.core.streams import GLOBAL, MANIFESTS_TOPIC


def directory(*parties, **audience):
    """The world with the incident schema, the given parties, and changes of the audience."""
    fields = {"roles": ["focal-point", "analyst"]} | audience
    changed = dict([audience_target("focal-points", *INCIDENTS, **fields)])
    return directory_of(targets(*parties) | incident_targets("focal-point", "analyst") | changed)


@pytest.fixture
def writer(tmp_path):
    return Writer(tmp_path)


def headers(writer, topic="tocsin.ion.v1"):
    return [wire.decode_header(wire.decode_envelope(one).header) for one in writer.topics.on(topic)]


def manifests(writer):
    found = [wire.codec("statement").decode_single(one) for one in writer.topics.on(MANIFESTS_TOPIC)]
    return [wire.decode_body(one["body"]) for one in found]


async def test_a_member_opens_what_was_accepted_once_for_all_its_regions(writer, tmp_path):
    accepted = writer.accept("a", "b")
    writer.seal()
    await writer.deliver()
    reading = Reading(tmp_path, writer.directory)
    assert [one.report_id for one in accepted] == read_all(reading, writer.topics)


async def test_who_is_outside_the_audience_opens_nothing(writer, tmp_path):
    writer.accept("a")
    writer.seal()
    await writer.deliver()
    for party in (COURIER, OUTSIDER):
        folder = tmp_path / party.name
        folder.mkdir()
        assert [] == read_all(Reading(folder, writer.directory, party), writer.topics)


async def test_what_waits_together_goes_into_one_record_for_each_region(writer):
    writer.accept(*(f"r{number}" for number in range(20)))
    done = writer.seal()
    assert (40, 2) == (done.items, done.records)


async def test_a_log_counts_from_one_and_names_its_predecessor(writer):
    for name in "abc":
        writer.accept(name)
        writer.seal()
    await writer.deliver()
    values = [wire.decode_envelope(one) for one in writer.topics.on("tocsin.ion.v1")]
    chain = [(wire.decode_header(one.header), leaf_of(one.header, one.ciphertext)) for one in values]
    log = [one for one in chain if one[0].region == "south-america"]
    assert [1, 2, 3] == [header.counter for header, _ in log]
    expected = [bytes(32), *(leaf for _, leaf in log[:-1])]
    assert expected == [header.previous for header, _ in log]


async def test_a_restart_begins_a_greater_session_and_joins_the_chain(tmp_path):
    first = Writer(tmp_path)
    first.accept("a")
    first.seal()
    head = first.outbox.logs.head("ion", "south-america")
    first.close()
    second = Writer(tmp_path)
    second.accept("b")
    second.seal()
    await second.deliver()
    new = [one for one in headers(second) if one.region == "south-america"][-1]
    assert (1, head.leaf) == (new.counter, new.previous)
    assert head.session < new.session


async def test_clocks_that_part_by_five_seconds_begin_a_new_session(writer):
    sessions = []
    for jump_s in (0, 4, 5):
        writer.clock.wall_s += jump_s
        writer.accept(f"jump {jump_s}")
        writer.seal()
        sessions.append(writer.outbox.logs.head("ion", "south-america").session)
    assert sessions[0] == sessions[1] < sessions[2]


async def test_manifest_and_wraps_are_queued_before_the_first_record(writer):
    writer.accept("a")
    writer.seal()
    await writer.deliver()
    first_call = {one.topic for one in writer.topics.calls[0]}
    assert MANIFESTS_TOPIC in first_call
    assert "tocsin.ion.v1" not in first_call
    (manifest,) = manifests(writer)
    assert tuple(sorted((NEIGHBOUR.id, ANALYST.id))) == manifest.members


async def test_one_generation_serves_until_it_is_seven_days_old(writer):
    for _ in range(2):
        writer.accept(None)
        writer.seal()
    assert 1 == len(writer.outbox.keys.audiences_in_use())
    writer.clock.pass_by(MAX_AGE_S)
    writer.directory = replace(writer.directory, expires_at_s=writer.now_s + DAY_S)
    writer.accept(None)
    writer.seal()
    await writer.deliver()
    assert ["first", "age"] == [one.reason for one in manifests(writer)]


async def test_a_member_that_leaves_never_gets_the_next_secret(tmp_path):
    writer = Writer(tmp_path, directory(ORIGINATOR, NEIGHBOUR, ANALYST))
    writer.accept("before")
    writer.seal()
    writer.directory = directory(ORIGINATOR, NEIGHBOUR)
    writer.accept("after")
    writer.seal()
    await writer.deliver()
    first, second = manifests(writer)
    assert (ANALYST.id in first.members, ANALYST.id in second.members) == (True, False)
    assert first.generation < second.generation
    assert first.commitment != second.commitment


async def test_a_member_that_joins_gets_a_revision_of_the_same_secret(tmp_path):
    writer = Writer(tmp_path, directory(ORIGINATOR, NEIGHBOUR))
    writer.accept("before")
    writer.seal()
    writer.directory = directory(ORIGINATOR, NEIGHBOUR, ANALYST)
    writer.accept("after")
    writer.seal()
    await writer.deliver()
    first, second = manifests(writer)
    assert (first.commitment, 2) == (second.commitment, second.revision)


async def test_an_audience_without_history_gives_who_joins_a_new_secret(tmp_path):
    writer = Writer(tmp_path, directory(ORIGINATOR, NEIGHBOUR, history="none"))
    writer.accept("before")
    writer.seal()
    writer.directory = directory(ORIGINATOR, NEIGHBOUR, ANALYST, history="none")
    writer.accept("after")
    writer.seal()
    await writer.deliver()
    assert ["first", "join"] == [one.reason for one in manifests(writer)]
    assert 2 == len({one.commitment for one in manifests(writer)})


def test_an_expired_directory_seals_nothing_and_goes_on_accepting(writer):
    writer.accept("a")
    writer.directory = replace(writer.directory, expires_at_s=NOW_S)
    done = writer.seal()
    assert "expired" in done.waits["all"]
    assert [2, 0] == [writer.outbox.items.waiting_items, done.items]
    writer.accept("b")
    assert 4 == writer.outbox.items.waiting_items


@pytest.mark.parametrize(("behind_s", "sealed"), [(TOLERANCE_S, True), (TOLERANCE_S + 1, False)])
def test_a_clock_that_the_authority_shows_to_be_behind_seals_nothing(writer, behind_s, sealed):
    writer.accept("a")
    writer.directory = replace(writer.directory, expires_at_s=NOW_S + DAY_S + behind_s)
    done = writer.seal()
    assert sealed is (done.records > 0)
    assert sealed or "clock is behind the authority's" in done.waits["all"]


async def test_after_a_clock_that_was_ahead_nothing_leaves_that_every_reader_would_refuse(writer, tmp_path):
    hours_s = 5 * 3_600
    writer.clock.wall_s += hours_s
    writer.accept("ahead")
    writer.seal()
    writer.clock.wall_s -= hours_s
    waiting = writer.accept("after it was set right")
    done = writer.seal()
    assert "behind the time under which we published last" in done.waits["all"]
    writer.clock.wall_s += hours_s - TOLERANCE_S // 2
    assert 0 < writer.seal().items
    await writer.deliver()
    reading, now_s = Reading(tmp_path, writer.directory), int(writer.clock.wall_s)
    assert waiting[0].report_id in read_all(reading, writer.topics, now_s)


async def test_a_clock_set_ahead_amid_a_pass_seals_nothing_that_every_reader_would_refuse(writer, tmp_path):
    (accepted,) = writer.accept("a")
    now_s = writer.now_s
    writer.clock.wall_s += 4 * 3_600
    writer.sealer.run(writer.directory, now_s)
    await writer.deliver()
    assert accepted.report_id in read_all(Reading(tmp_path, writer.directory), writer.topics, now_s)


def test_what_was_dated_ahead_is_overtaken_by_nothing_though_its_session_is_not_ahead(writer):
    hour_s, now_s = 3_600, writer.now_s
    writer.accept("begins its session as the clock is set ahead")
    writer.clock.wall_s += hour_s
    writer.sealer.run(writer.directory, now_s)
    writer.accept("dated ahead")
    writer.seal()
    writer.clock.wall_s -= hour_s
    writer.accept("after it was set right")
    assert "behind the time under which we published last" in writer.seal().waits["all"]
    writer.clock.pass_by(hour_s - TOLERANCE_S + 1)
    assert 0 < writer.seal().items


async def test_secrets_that_begin_so_often_that_their_numbers_run_ahead_wait_for_the_clock(
    writer, tmp_path
):
    """Each number is random, up to 66 s after the one before."""
    waits, waiting = {}, []
    while not waits:
        waiting = writer.accept(None)
        waits = writer.seal().waits
        with writer.outbox.transaction():
            writer.outbox.keys.end(None, Why.LEAVE)
    assert "behind the last secret for focal-points" in waits["focal-points"]
    writer.clock.pass_by(120)
    assert 0 < writer.seal().items
    await writer.deliver()
    reading, now_s = Reading(tmp_path, writer.directory), int(writer.clock.wall_s)
    assert waiting[0].report_id in read_all(reading, writer.topics, now_s)


def test_a_participant_that_the_directory_does_not_name_seals_nothing(tmp_path):
    writer = Writer(tmp_path, directory(NEIGHBOUR, ANALYST))
    writer.directory, known = incident_directory(), writer.directory
    writer.accept("a")
    writer.directory = known
    assert "does not name" in writer.seal().waits["all"]


def test_a_record_key_that_ended_seals_nothing(tmp_path):
    ended = ORIGINATOR.entry(record={"not_after_s": NOW_S - 1})
    entries = targets(ORIGINATOR, NEIGHBOUR) | {
        f"participants/{ORIGINATOR.id.hex()}": canonical_json.dump(ended),
        "streams": layout_target(),
    }
    writer = Writer(tmp_path)
    writer.accept("a")
    writer.directory = directory_of(entries)
    assert "record key" in writer.seal().waits["all"]


def test_an_audience_without_members_waits_and_holds_up_nobody_else(tmp_path):
    name, target = audience_target("nobody", INCIDENT, roles=["platform"])
    schema = f"schemas/{schema_id(INCIDENT).hex()}.avsc"
    usual = audience_target("focal-points", INCIDENT, roles=["focal-point", "analyst"])
    entries = targets() | {"streams": layout_target(), schema: INCIDENT, name: target}
    writer = Writer(tmp_path, directory_of(entries | dict([usual])))
    writer.accept("waits", audience="nobody")
    (goes,) = writer.accept("goes")
    assert {"nobody": "audience nobody has no members yet"} == writer.seal().waits
    assert State.SEALED is writer.outbox.status.of_items([goes.item])[0].state


def test_more_that_waits_in_vain_than_a_pass_holds_hides_nothing_behind_it(writer):
    for _ in range(3):
        batch = [writer.submission(None) for _ in range(MAX_PASS_ITEMS // 4)]
        with writer.outbox.transaction():
            for one in batch:
                prepared = writer.acceptance.prepare(one)
                unknown = replace(prepared.address, audience="unknown")
                writer.acceptance.store(replace(prepared, address=unknown))
    writer.accept("behind")
    done = writer.seal()
    assert (2, {"unknown": "the directory has no such audience"}) == (done.items, done.waits)


def test_a_schema_that_the_audience_may_not_be_sent_is_refused_for_good(tmp_path):
    writer = Writer(tmp_path)
    (accepted,) = writer.accept("a")
    writer.directory = directory(schemas=[])
    assert 2 == writer.seal().refused
    (status,) = writer.outbox.status.of_items([accepted.item])
    assert State.REFUSED is status.state
    assert "may not be sent" in status.destinations[0].reason
    assert 0 == writer.outbox.items.waiting_items


@pytest.mark.parametrize(
    ("gone", "reason"),
    [("schemas", "its schema is not in the directory"), ("regions", "the directory has no region")],
)
def test_what_the_directory_of_today_has_no_more_is_refused_for_good(writer, gone, reason):
    (accepted,) = writer.accept("a")
    before = writer.directory
    without = {"schemas": {}} if gone == "schemas" else {"layout": replace(before.layout, regions=())}
    writer.directory = replace(before, **without)
    assert 2 == writer.seal().refused
    (status,) = writer.outbox.status.of_items([accepted.item])
    assert all(one.reason.startswith(reason) for one in status.destinations)


def test_a_stream_that_our_role_does_not_allow_waits(writer):
    writer.accept("a")
    layout = writer.directory.layout
    closed = {name: replace(one, publish_roles=frozenset()) for name, one in layout.streams.items()}
    writer.directory = replace(writer.directory, layout=replace(layout, streams=closed))
    assert {"ion": "the directory does not allow us to publish to ion"} == writer.seal().waits


def test_what_would_go_to_a_topic_that_is_refused_waits_unsealed(writer):
    writer.accept("a")
    done = writer.sealer.run(writer.directory, writer.now_s, {"tocsin.ion.v1"})
    assert ({"ion": "the broker refuses its topic"}, 0) == (done.waits, done.records)


async def test_an_item_for_one_participant_goes_to_its_inbox_alone(writer, tmp_path):
    (accepted,) = writer.accept("a", audience=f"to.{NEIGHBOUR.id.hex()}")
    writer.seal()
    await writer.deliver()
    assert [] == writer.topics.on("tocsin.ion.v1") + writer.topics.on(MANIFESTS_TOPIC)
    assert {f"tocsin.inbox.gov.{NEIGHBOUR.id.hex()}.v1"} == {topic for topic, _ in writer.topics.values}
    reading = Reading(tmp_path, writer.directory)
    assert [accepted.report_id] == read_all(reading, writer.topics)


def test_an_inbox_lies_in_no_region_and_needs_none_of_the_directory(writer):
    writer.accept("a", audience=f"to.{NEIGHBOUR.id.hex()}")
    layout = writer.directory.layout
    regions = tuple(one for one in layout.regions if one != GLOBAL)
    writer.directory = replace(writer.directory, layout=replace(layout, regions=regions))
    done = writer.seal()
    assert (1, 0) == (done.records, done.refused)


def test_a_pass_that_fails_leaves_everything_as_it_was(writer, monkeypatch):
    writer.accept("a")
    monkeypatch.setattr(writer.outbox.keys, "count_records", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        writer.seal()
    monkeypatch.undo()
    assert (2, 0, 0) == (
        writer.outbox.items.waiting_items,
        writer.outbox.records.unsent_count(),
        writer.outbox.keys.queued_count(),
    )
    assert 2 == writer.seal().items


async def test_versions_of_a_report_leave_in_their_order(writer, tmp_path):
    writer.accept("a")
    writer.accept("a", update=True, narrative={"government": "confirmed"})
    writer.seal()
    await writer.deliver()
    reading = Reading(tmp_path, writer.directory)
    read_all(reading, writer.topics)
    assert [1, 2] == [one.version for one in reading.inbox.reports.after(0)]


async def test_a_new_kem_key_of_a_member_gets_a_wrap_of_the_generation_in_use(writer):
    writer.accept("a")
    writer.seal()
    await writer.deliver()
    new = json.loads(json.dumps(NEIGHBOUR.entry()))
    (old,) = [key for key in new["keys"] if key["purpose"] == "kem"]
    (other,) = [key for key in OUTSIDER.entry()["keys"] if key["purpose"] == "kem"]
    new["keys"][new["keys"].index(old)] = other
    entries = targets(ORIGINATOR, NEIGHBOUR, ANALYST) | {
        f"participants/{NEIGHBOUR.id.hex()}": canonical_json.dump(new),
        "streams": layout_target(),
    }
    changed = directory_of(entries)
    assert 1 == writer.sealer.wrap_to_new_keys(changed, writer.now_s)
    assert 0 == writer.sealer.wrap_to_new_keys(changed, writer.now_s)
