"""Rungs 11 to 16: may it be read, by us, now; and what is in it?"""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.forging import sealed_plaintext
from tests.support.world import (
    ANALYST,
    COURIER,
    DAY_S,
    NEIGHBOUR,
    NOW_S,
    ORIGINATOR,
    MemoryReader,
    Party,
    directory_of,
    note,
    small_world,
    targets,
)
from tocsin.core import padding
from tocsin.core.key_schedule import GenerationId
from tocsin.core.outcomes import Outcome, Reason, RecordFate, Step

WORLD = small_world()


def where(fate: RecordFate) -> tuple[Outcome, Step, Reason]:
    """What a test asks of a fate."""
    return fate.outcome, fate.step, fate.reason


def send_and_read(read_at_s: int = NOW_S, **changes: Any) -> RecordFate:
    """A reader's fate of a record whose header was falsified before it was sealed."""
    sender, reader = WORLD.pair()
    sent = sender.send(note(), **changes)
    return reader.read(sent.value, sent.place, read_at_s)


@pytest.mark.parametrize("suite", [0, 255])
def test_11_a_suite_that_never_will_be_is_quarantined(suite: int) -> None:
    wanted = (Outcome.QUARANTINED, Step.SUITE, Reason.NO_SUCH_SUITE)
    assert wanted == where(send_and_read(suite=suite))


@pytest.mark.parametrize("suite", [2, 254])
def test_11_a_suite_that_may_come_is_parked(suite: int) -> None:
    assert (Outcome.PARKED, Step.SUITE, Reason.UNKNOWN_SUITE) == where(send_and_read(suite=suite))


def test_12_an_originator_whose_role_does_not_allow_the_stream_is_quarantined() -> None:
    sender = WORLD.sender(party=COURIER)
    sent = sender.send(note())
    fate = WORLD.reader().read(sent.value, sent.place, NOW_S)
    assert (Outcome.QUARANTINED, Step.ROLE, Reason.ROLE) == where(fate)


def test_13_an_expired_record_is_skipped() -> None:
    assert (Outcome.SKIPPED, Step.TIME, Reason.EXPIRED) == where(send_and_read(NOW_S + 31 * DAY_S))


def test_13_a_record_ends_with_the_second_that_it_names() -> None:
    end_s = NOW_S + 3_600
    assert Outcome.ACCEPTED is send_and_read(end_s - 1, expires_at=end_s).outcome
    assert (Outcome.SKIPPED, Step.TIME, Reason.EXPIRED) == where(send_and_read(end_s, expires_at=end_s))


@pytest.mark.parametrize(
    ("ahead_s", "wanted"),
    [
        (300, Outcome.ACCEPTED),
        (301, Outcome.PARKED),
        (DAY_S, Outcome.PARKED),
        (DAY_S + 1, Outcome.QUARANTINED),
    ],
)
def test_13_a_record_dated_ahead_waits_at_most_a_day(ahead_s: int, wanted: Outcome) -> None:
    assert wanted is send_and_read(now_s=NOW_S + ahead_s).outcome


@pytest.mark.parametrize(
    ("age_s", "wanted"),
    [(30 * DAY_S + 3_600, Outcome.ACCEPTED), (30 * DAY_S + 7_200, Outcome.QUARANTINED)],
)
def test_13_a_record_lives_no_longer_than_its_audience_allows(age_s: int, wanted: Outcome) -> None:
    assert wanted is send_and_read(expires_at=NOW_S + age_s).outcome


def test_13_an_audience_that_the_directory_does_not_know_is_parked() -> None:
    fate = send_and_read(audience=b"?" * 16)
    assert (Outcome.PARKED, Step.TIME, Reason.UNKNOWN_AUDIENCE) == where(fate)


def _read_by(party: Party, *, manifest: bool, wrap: bool) -> RecordFate:
    sender, reader = WORLD.sender(), WORLD.reader(party)
    if manifest:
        reader.take_manifest(sender.manifest(), NOW_S)
    if wrap:
        reader.take_wrap(sender.wraps()[party.id])
    sent = sender.send(note())
    return reader.read(sent.value, sent.place, NOW_S)


def test_14_our_own_record_is_skipped() -> None:
    fate = _read_by(ORIGINATOR, manifest=True, wrap=False)
    assert (Outcome.SKIPPED, Step.FOR_ME, Reason.OWN_RECORD) == where(fate)


def test_14_our_own_record_is_not_opened_though_we_could_and_moves_the_head_of_its_log() -> None:
    sender, reader = WORLD.sender(), WORLD.reader(ORIGINATOR)
    sender.generation = replace(sender.generation, members=(ORIGINATOR.id,))
    reader.take_manifest(sender.manifest(), NOW_S)
    reader.secrets = {sender.generation.id: sender.generation.secret}
    sent = sender.send(note())
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.SKIPPED, Step.FOR_ME, Reason.OWN_RECORD) == where(fate)
    assert ([], True) == (reader.accepted, fate.new_head is not None)


@pytest.mark.parametrize("manifest", [True, False])
def test_14_a_record_for_an_audience_that_we_are_not_in_is_skipped(manifest: bool) -> None:
    fate = _read_by(COURIER, manifest=manifest, wrap=False)
    assert (Outcome.SKIPPED, Step.FOR_ME, Reason.NOT_A_MEMBER) == where(fate)


def test_14_the_manifest_says_who_is_a_member_and_not_the_directory() -> None:
    """Who joined since is not named; who left since reads what was sealed while it was there."""
    for members, expected in (((ANALYST.id,), Reason.NOT_A_MEMBER), ((NEIGHBOUR.id,), Reason.WHOLE)):
        sender, reader = WORLD.pair()
        (generation,) = reader.manifests
        reader.manifests[generation] = replace(reader.manifests[generation], members=members)
        left = directory_of(targets(ORIGINATOR, ANALYST, replace(NEIGHBOUR, roles=("statistics",))))
        reader.directory = WORLD.directory if expected is Reason.NOT_A_MEMBER else left
        sent = sender.send(note())
        assert expected is reader.read(sent.value, sent.place, NOW_S).reason


@pytest.mark.parametrize("manifest", [True, False])
def test_14_a_member_without_its_manifest_or_wrap_waits_for_the_key(manifest: bool) -> None:
    fate = _read_by(NEIGHBOUR, manifest=manifest, wrap=False)
    assert (Outcome.PARKED, Step.FOR_ME, Reason.NO_KEY) == where(fate)


def test_14_a_secret_without_its_manifest_opens_nothing() -> None:
    sender, reader = WORLD.pair()
    reader.manifests.clear()
    sent = sender.send(note())
    assert Reason.NO_KEY is reader.read(sent.value, sent.place, NOW_S).reason


@pytest.mark.parametrize(
    ("offset_s", "wanted"),
    [(-301, Outcome.QUARANTINED), (-300, Outcome.ACCEPTED), (7 * DAY_S + 300, Outcome.ACCEPTED)],
)
def test_14_a_record_lies_within_its_generations_window(offset_s: int, wanted: Outcome) -> None:
    now_s = NOW_S + offset_s
    small = {"session": 1, "generation": NOW_S * 1_000 - 10**9}
    sender, reader = WORLD.pair()
    sender.generation = replace(
        sender.generation, id=replace(sender.generation.id, generation=small["generation"])
    )
    for memory in (reader.manifests, reader.secrets):
        memory.clear()
    reader.take_manifest(sender.manifest(), NOW_S)
    reader.take_wrap(sender.wraps()[NEIGHBOUR.id])
    sent = sender.send(note(), now_s=now_s, session=1)
    assert wanted is reader.read(sent.value, sent.place, now_s).outcome


def test_14_a_record_after_its_generations_window_is_quarantined() -> None:
    now_s = NOW_S + 7 * DAY_S + 301
    fate = send_and_read(now_s, now_s=now_s)
    assert (Outcome.QUARANTINED, Step.FOR_ME, Reason.OUTSIDE_WINDOW) == where(fate)


def test_15_a_record_under_another_secret_is_quarantined() -> None:
    sender, reader = WORLD.pair()
    reader.secrets = dict.fromkeys(reader.secrets, bytes(32))
    sent = sender.send(note())
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.QUARANTINED, Step.OPEN, Reason.CANNOT_OPEN) == where(fate)


@pytest.mark.parametrize("padded", [b"", bytes(1024), padding.pad(b"junk")])
def test_16_a_plaintext_that_is_no_batch_of_items_is_quarantined(padded: bytes) -> None:
    sender, reader = WORLD.pair()
    sent = sealed_plaintext(sender, padded)
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.QUARANTINED, Step.INNER, Reason.MALFORMED) == where(fate)


def test_membership_is_asked_at_the_time_of_the_record() -> None:
    """A firm whose agreement ended yesterday still waits for the key of what was sent before."""
    former = replace(COURIER, roles=("analyst",), agreement_ends_s=NOW_S - DAY_S)
    directory = directory_of(targets(ORIGINATOR, NEIGHBOUR, former))
    reader, sender = MemoryReader(former, directory), WORLD.sender()
    sent = sender.send(note(), now_s=NOW_S - 2 * DAY_S, session=1, generation=1)
    assert Reason.NO_KEY is reader.read(sent.value, sent.place, NOW_S).reason
    later = sender.send(note("later"), session=1)
    assert Reason.NOT_A_MEMBER is reader.read(later.value, later.place, NOW_S).reason


def test_the_generation_of_a_record_is_its_originators_and_audiences() -> None:
    sender, reader = WORLD.pair()
    assert [GenerationId(ORIGINATOR.id, sender.audience, NOW_S * 1_000)] == list(reader.secrets)
