"""When a generation serves, when it must be replaced, and what it tells whom."""

from dataclasses import replace

import pytest

from tests.support.oracles import low_order_x25519
from tests.support.world import ANALYST, NEIGHBOUR, NOW_S, ORIGINATOR
from tocsin.core import generations as g
from tocsin.core.key_schedule import GenerationId, commitment
from tocsin.core.manifests import check_manifest, open_wrap

MEMBERS = tuple(sorted((NEIGHBOUR.id, ANALYST.id)))
ID = GenerationId(ORIGINATOR.id, b"a" * 16, NOW_S * 1_000)
CURRENT = g.begin(ID, bytes(range(32)), MEMBERS, NOW_S)


def test_a_generation_begins_now_and_lasts_seven_days() -> None:
    assert (1, NOW_S, NOW_S + 7 * 86_400) == (
        CURRENT.revision,
        CURRENT.not_before_s,
        CURRENT.not_after_s,
    )


@pytest.mark.parametrize(
    ("current", "members", "history", "now_s", "why"),
    [
        (None, MEMBERS, "generation", NOW_S, g.Why.FIRST),
        (CURRENT, MEMBERS, "generation", NOW_S, None),
        (CURRENT, MEMBERS[:1], "generation", NOW_S, g.Why.LEAVE),
        (CURRENT, (*MEMBERS[:1], b"\xff" * 16), "generation", NOW_S, g.Why.LEAVE),
        (CURRENT, MEMBERS, "generation", NOW_S + g.MAX_AGE_S, g.Why.AGE),
        (CURRENT, MEMBERS, "generation", NOW_S - 1, g.Why.AGE),
        (replace(CURRENT, records=2**20), MEMBERS, "generation", NOW_S, g.Why.RECORDS),
        (CURRENT, (*MEMBERS, b"\xff" * 16), "none", NOW_S, g.Why.JOIN),
        (CURRENT, (*MEMBERS, b"\xff" * 16), "generation", NOW_S, None),
    ],
    ids=[
        "first",
        "serves",
        "leave",
        "replaced",
        "old",
        "clock back",
        "full",
        "join",
        "join with history",
    ],
)
def test_a_new_generation_has_its_reason(
    current: g.Generation | None,
    members: tuple[bytes, ...],
    history: str,
    now_s: int,
    why: g.Why | None,
) -> None:
    assert why == g.why_new(current, members, history, now_s)


def test_a_generation_that_went_to_a_revoked_key_is_replaced() -> None:
    why = g.why_new(CURRENT, MEMBERS, "generation", NOW_S, revoked=True)
    assert g.Why.REVOKED == why


def test_a_number_is_about_the_time_and_greater_than_any_before() -> None:
    assert 1_000 == g.next_number(7, 1_000, 0)
    assert 1_001 == g.next_number(1_000, 1_000, 0)


def test_random_bits_part_two_copies_of_one_state() -> None:
    assert g.next_number(1_000, 900, 3) != g.next_number(1_000, 900, 4)


@pytest.mark.parametrize(("ahead_s", "number"), [(0, 10_000), (1, 10_001), (5, 15_000), (-3, 7_000)])
def test_how_far_a_number_lies_ahead_is_told_in_begun_seconds(ahead_s, number) -> None:
    assert ahead_s == g.number_ahead_s(number, 10)


def test_a_revision_keeps_the_secret_and_adds_members() -> None:
    joined = (*MEMBERS, b"\xff" * 16)
    assert replace(CURRENT, revision=2, members=joined) == g.revise(CURRENT, joined)


def test_a_manifest_states_commitment_members_and_window() -> None:
    manifest = g.manifest_of(CURRENT, b"k" * 16, 7, g.Why.FIRST)
    check_manifest(manifest)
    assert commitment(CURRENT.secret, ID) == manifest.commitment
    assert (MEMBERS, NOW_S, 7, "first") == (
        manifest.members,
        manifest.not_before,
        manifest.directory_version,
        manifest.reason,
    )


def test_every_members_wrap_opens_to_the_secret() -> None:
    keys = [NEIGHBOUR.key("kem"), ANALYST.key("kem")]
    wraps, failed = g.wraps_for(CURRENT, keys)
    manifest = g.manifest_of(CURRENT, b"k" * 16, 7, g.Why.FIRST)
    opened = [
        open_wrap(wrap, manifest, party.kem)
        for wrap, party in zip(wraps, (NEIGHBOUR, ANALYST), strict=True)
    ]
    assert ([CURRENT.secret] * 2, []) == (opened, failed)


def test_one_bad_key_never_stops_the_wraps_of_the_others() -> None:
    good = ANALYST.key("kem")
    bad = replace(NEIGHBOUR.key("kem"), public=good.public[:1184] + low_order_x25519()[0])
    wraps, failed = g.wraps_for(CURRENT, [bad, good])
    assert ([good.id], [bad.id]) == ([wrap.recipient_key for wrap in wraps], failed)


def test_the_representation_of_a_generation_hides_its_secret() -> None:
    assert repr(CURRENT.secret) not in repr(CURRENT)
    assert CURRENT.secret.hex() not in repr(CURRENT)
