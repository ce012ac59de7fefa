"""Rungs 1 to 10: is it a record, from whom, and where does it stand in its log?"""

from base64 import b64encode
from typing import Any

import pytest

from tests.support.forging import envelope_of, resigned, signed
from tests.support.parties import KEY_ENDS_S
from tests.support.world import (
    DAY_S,
    NEIGHBOUR,
    NOW_S,
    ORIGINATOR,
    MemoryReader,
    Sender,
    Sent,
    directory_of,
    give_keys,
    note,
    small_world,
    targets,
)
from tocsin.core import wire
from tocsin.core.outcomes import AlarmKind, KnownLeaf, LogHead, Outcome, Reason, RecordFate, Step
from tocsin.core.streams import Place

WORLD = small_world()


def where(fate: RecordFate) -> tuple[Outcome, Step, Reason]:
    """What a test asks of a fate."""
    return fate.outcome, fate.step, fate.reason


def refused(step: Step, reason: Reason) -> tuple[Outcome, Step, Reason]:
    """The fate of what is quarantined."""
    return Outcome.QUARANTINED, step, reason


def send_and_read(**changes: Any) -> RecordFate:
    """A reader's fate of a record whose header was falsified before it was sealed."""
    sender, reader = WORLD.pair()
    sent = sender.send(note(), **changes)
    return reader.read(sent.value, sent.place, NOW_S)


@pytest.mark.parametrize("value", [None, b""])
def test_1_a_value_that_is_absent_is_quarantined(value: bytes | None) -> None:
    fate = WORLD.reader().read(value, Place("tocsin.ion.v1", 0, 0), NOW_S)
    assert refused(Step.SIZE, Reason.EMPTY) == where(fate)


def test_1_a_value_over_262144_bytes_is_quarantined() -> None:
    fate = WORLD.reader().read(bytes(262_145), Place("tocsin.ion.v1", 0, 0), NOW_S)
    assert refused(Step.SIZE, Reason.TOO_LARGE) == where(fate)


@pytest.mark.parametrize("value", [b"{}", wire.codec("wrap").prefix + bytes(100)])
def test_2_a_value_that_is_no_envelope_is_quarantined(value: bytes) -> None:
    fate = WORLD.reader().read(value, Place("tocsin.ion.v1", 0, 0), NOW_S)
    assert refused(Step.MAGIC, Reason.NOT_OURS) == where(fate)


def test_3_an_envelope_that_does_not_decode_is_quarantined() -> None:
    value = wire.codec("envelope").prefix + b"\x02"
    fate = WORLD.reader().read(value, Place("tocsin.ion.v1", 0, 0), NOW_S)
    assert refused(Step.ENVELOPE, Reason.MALFORMED) == where(fate)


@pytest.mark.parametrize("header", [b"", bytes(513), b"\xff" * 40])
def test_4_a_header_that_does_not_decode_is_quarantined(header: bytes) -> None:
    value = signed(header, bytes(100), ORIGINATOR.record)
    fate = WORLD.reader().read(value, Place("tocsin.ion.v1", 0, 0), NOW_S)
    assert refused(Step.HEADER, Reason.MALFORMED) == where(fate)


@pytest.mark.parametrize(
    "changes",
    [
        {"suite": -1},
        {"suite": 256},
        {"time": -3_600, "expires_at": 0, "generation": 0, "session": 0},
        {"generation": -1},
        {"generation": (NOW_S + 300) * 1_000 + 1},
        {"session": -1},
        {"session": ((NOW_S + 300) * 1_000 << 20) + 1},
        {"counter": 0},
        {"expires_at": NOW_S - 3_600},
        {"expires_at": NOW_S + 3_601},
    ],
    ids=str,
)
def test_4_numbers_that_no_honest_clock_makes_are_quarantined(changes: dict[str, int]) -> None:
    assert refused(Step.HEADER, Reason.OUT_OF_BOUNDS) == where(send_and_read(**changes))


@pytest.mark.parametrize(
    "changes", [{"generation": 0}, {"session": (NOW_S + 300) * 1_000 << 20}, {"suite": 255}]
)
def test_4_numbers_at_the_bounds_pass(changes: dict[str, int]) -> None:
    assert Step.HEADER < send_and_read(**changes).step


def _at(place: Place) -> RecordFate:
    sender, reader = WORLD.pair()
    return reader.read(sender.send(note()).value, place, NOW_S)


GOOD = WORLD.sender().place()
INBOX = f"tocsin.inbox.gov.{NEIGHBOUR.id.hex()}.v1"


@pytest.mark.parametrize(
    "place",
    [
        Place("tocsin.pics.v1", GOOD.partition, 0),
        Place("tocsin.ion.v1", GOOD.partition ^ 1, 0),
        Place("tocsin.ion.v1", GOOD.partition + 2, 0),
        Place("tocsin.manifests.v1", 0, 0),
        Place("elsewhere", GOOD.partition, 0),
        Place(INBOX, 0, 0),
    ],
    ids=["stream", "lane", "region", "manifests", "no topic of ours", "inbox"],
)
def test_5_a_record_that_lies_where_its_header_does_not_say_is_quarantined(place: Place) -> None:
    assert refused(Step.PLACE, Reason.WRONG_PLACE) == where(_at(place))


@pytest.mark.parametrize("changes", [{"region": "atlantis"}, {"stream": "gossip"}])
def test_5_a_region_or_stream_that_does_not_exist_is_quarantined(changes: dict[str, str]) -> None:
    sender, reader = WORLD.pair()
    sent = sender.send(note())
    value = resigned(sent, ORIGINATOR.record, **changes)
    assert refused(Step.PLACE, Reason.WRONG_PLACE) == where(reader.read(value, sent.place, NOW_S))


def _to_neighbour() -> tuple[Sender, Sent]:
    sender = WORLD.sender(f"to.{NEIGHBOUR.id.hex()}")
    return sender, sender.send(note(), stream="inbox")


def test_5_what_concerns_one_participant_is_read_in_its_inbox() -> None:
    sender, sent = _to_neighbour()
    reader = WORLD.reader()
    give_keys(sender, reader)
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.ACCEPTED, sender.audience.hex()) == (fate.outcome, fate.log and fate.log.scope)


def test_5_what_comes_to_our_inbox_before_the_directory_names_us_is_in_its_place() -> None:
    """Our audience follows from our id: an old directory must not have it quarantined for good."""
    _sender, sent = _to_neighbour()
    reader = WORLD.reader()
    reader.directory = directory_of(targets(ORIGINATOR))
    assert Step.PLACE < reader.read(sent.value, sent.place, NOW_S).step


@pytest.mark.parametrize(
    ("audience", "place", "changes"),
    [
        (f"to.{NEIGHBOUR.id.hex()}", Place(f"tocsin.inbox.gov.{ORIGINATOR.id.hex()}.v1", 0, 0), {}),
        (f"to.{NEIGHBOUR.id.hex()}", Place(INBOX, 0, 0), {"region": "south-america"}),
        (f"to.{NEIGHBOUR.id.hex()}", Place(INBOX, 0, 0), {"stream": "ion"}),
        (f"to.{NEIGHBOUR.id.hex()}", GOOD, {"stream": "ion", "region": "south-america"}),
        (f"to.{ORIGINATOR.id.hex()}", Place(INBOX, 0, 0), {}),
    ],
    ids=["another's inbox", "region", "stream", "on a stream", "audience of another"],
)
def test_5_anything_else_in_an_inbox_is_quarantined(
    audience: str, place: Place, changes: dict[str, str]
) -> None:
    sent = WORLD.sender(audience).send(note(), stream="inbox")
    value = resigned(sent, ORIGINATOR.record, **changes)
    fate = WORLD.reader().read(value, place, NOW_S)
    assert refused(Step.PLACE, Reason.WRONG_PLACE) == where(fate)


def test_6_a_key_that_the_directory_does_not_know_parks_the_position() -> None:
    fate = send_and_read(signing_key=b"?" * 16)
    assert (Outcome.PARKED, Step.SIGNER, Reason.UNKNOWN_KEY) == where(fate)
    assert fate.log is None


@pytest.mark.parametrize(
    "key", [NEIGHBOUR.key("record"), ORIGINATOR.key("release"), ORIGINATOR.key("statement")]
)
def test_6_a_key_of_another_participant_or_purpose_is_quarantined(key: Any) -> None:
    assert refused(Step.SIGNER, Reason.WRONG_KEY) == where(send_and_read(signing_key=key.id))


def test_6_a_record_dated_after_its_keys_end_is_quarantined() -> None:
    sender, reader = WORLD.pair()
    sent = sender.send(note(), now_s=KEY_ENDS_S + 1)
    assert refused(Step.SIGNER, Reason.KEY_NOT_VALID) == where(reader.read(sent.value, sent.place, NOW_S))


def test_7_a_signature_that_does_not_hold_is_quarantined_and_nothing_moves() -> None:
    sender, reader = WORLD.pair()
    sent = sender.send(note())
    fate = reader.read(resigned(sent, counter=2), sent.place, NOW_S)
    assert refused(Step.SIGNATURE, Reason.BAD_SIGNATURE) == where(fate)
    assert ({}, []) == (reader.heads, reader.alarms)


def _twice(again_at_s: int) -> RecordFate:
    sender, reader = WORLD.pair()
    sent = sender.send(note())
    reader.read(sent.value, sent.place, NOW_S)
    return reader.read(sent.value, sent.place, again_at_s)


def test_8_a_known_leaf_is_a_duplicate() -> None:
    assert (Outcome.DUPLICATE, Step.KNOWN, Reason.KNOWN) == where(_twice(NOW_S))


def test_8_a_known_leaf_that_expired_is_skipped() -> None:
    assert (Outcome.SKIPPED, Step.KNOWN, Reason.EXPIRED) == where(_twice(NOW_S + 31 * DAY_S))


def test_8_another_leaf_under_a_known_place_goes_on_with_an_alarm() -> None:
    sender, reader = WORLD.pair()
    first = sender.send(note("first"))
    reader.read(first.value, first.place, NOW_S)
    sender.heads.clear()
    fork = sender.send(note("fork"))
    fate = reader.read(fork.value, fork.place, NOW_S)
    assert (Outcome.ACCEPTED, [AlarmKind.FORK]) == (fate.outcome, [one.kind for one in fate.alarms])
    assert KnownLeaf(first.sealed.leaf[:16], settled=True) == next(iter(reader.leaves.values()))


def _retired(sender: Sender, final: list[dict[str, Any]]) -> MemoryReader:
    """A reader whose directory ended the originator's record key with these final heads."""
    entries = targets() | dict([ORIGINATOR.target(record={"final": final})])
    reader = MemoryReader(NEIGHBOUR, directory_of(entries))
    give_keys(sender, reader)
    return reader


def _final(sent: Sent, leaf: bytes | None = None) -> dict[str, Any]:
    header = sent.header
    return {
        "stream": header.stream,
        "region": header.region,
        "session": header.session,
        "counter": header.counter,
        "leaf": b64encode(leaf or sent.sealed.leaf).decode(),
    }


def test_9_under_a_retired_key_a_log_is_read_up_to_its_final_head() -> None:
    sender = WORLD.sender()
    last, behind = sender.send(note("last")), sender.send(note("behind"))
    reader = _retired(sender, [_final(last)])
    assert Outcome.ACCEPTED is reader.read(last.value, last.place, NOW_S).outcome
    fate = reader.read(behind.value, behind.place, NOW_S)
    assert refused(Step.RETIRED, Reason.RETIRED_KEY) == where(fate)


def test_9_a_log_without_a_final_head_is_empty() -> None:
    sender = WORLD.sender()
    sent = sender.send(note())
    fate = _retired(sender, []).read(sent.value, sent.place, NOW_S)
    assert refused(Step.RETIRED, Reason.RETIRED_KEY) == where(fate)


def test_9_another_leaf_than_the_final_heads_is_an_alarm() -> None:
    sender = WORLD.sender()
    sent = sender.send(note())
    reader = _retired(sender, [_final(sent, b"x" * 32)])
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.ACCEPTED, [AlarmKind.FINAL_HEAD]) == (
        fate.outcome,
        [one.kind for one in fate.alarms],
    )


def test_9_in_an_inbox_nothing_new_is_taken_under_a_retired_key() -> None:
    sender, sent = _to_neighbour()
    reader = _retired(sender, [_final(sent)])
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert refused(Step.RETIRED, Reason.RETIRED_KEY) == where(fate)


def test_10_the_first_record_is_the_baseline() -> None:
    fate = send_and_read(counter=40)
    assert (True, ()) == (fate.baseline, fate.alarms)


def test_10_the_next_record_moves_the_head_and_raises_nothing() -> None:
    sender, reader = WORLD.pair()
    for text in ("one", "two"):
        sent = sender.send(note(text))
        fate = reader.read(sent.value, sent.place, NOW_S)
    assert (False, (), LogHead(sender.session, 2, sent.sealed.leaf)) == (
        fate.baseline,
        fate.alarms,
        fate.new_head,
    )


def test_10_a_gap_counts_what_is_missing_and_the_record_is_judged_on_its_own() -> None:
    sender, reader = WORLD.pair()
    sent = [sender.send(note(text)) for text in ("one", "two", "three", "four")]
    reader.read(sent[0].value, sent[0].place, NOW_S)
    fate = reader.read(sent[3].value, sent[3].place, NOW_S)
    assert (Outcome.ACCEPTED, [(AlarmKind.GAP, 2)]) == (
        fate.outcome,
        [(one.kind, one.missing) for one in fate.alarms],
    )


def test_10_the_head_moves_though_a_later_rung_refuses() -> None:
    fate = send_and_read(suite=255)
    assert (Step.SUITE, 1) == (fate.step, fate.new_head and fate.new_head.counter)


def test_10_an_expired_record_behind_the_head_says_nothing_about_the_log() -> None:
    sender, reader = WORLD.pair()
    old, new = sender.send(note("old")), sender.send(note("new"))
    reader.read(new.value, new.place, NOW_S)
    fate = reader.read(old.value, old.place, NOW_S + 31 * DAY_S)
    assert (Outcome.SKIPPED, (), None) == (fate.outcome, fate.alarms, fate.new_head)


def test_10_a_record_that_expires_later_and_lies_behind_the_head_is_an_alarm() -> None:
    sender, reader = WORLD.pair()
    old, new = sender.send(note("old")), sender.send(note("new"))
    reader.read(new.value, new.place, NOW_S)
    fate = reader.read(old.value, old.place, NOW_S)
    assert [AlarmKind.COUNTER_BACK] == [one.kind for one in fate.alarms]


def test_10_an_alarm_names_its_log_and_place() -> None:
    sender, reader = WORLD.pair()
    for counter in (1, 5):
        sent = sender.send(note(str(counter)), counter=counter)
        fate = reader.read(sent.value, sent.place, NOW_S)
    (alarm,) = fate.alarms
    assert (ORIGINATOR.id, "ion", "south-america", sender.session, 5) == (
        alarm.originator,
        alarm.stream,
        alarm.scope,
        alarm.session,
        alarm.counter,
    )


def test_the_forged_envelopes_of_these_tests_are_whole() -> None:
    sent = WORLD.sender().send(note())
    assert sent.value == wire.encode_envelope(envelope_of(sent))
