"""One state of the directory, and the questions that are asked of it."""

from base64 import b64encode
from typing import Any

import pytest

from tests.support.parties import DAY_S, NOW_S, Party
from tests.support.world import (
    ANALYST,
    COURIER,
    NEIGHBOUR,
    NOTE,
    ORIGINATOR,
    OUTSIDER,
    small_world,
    targets,
)
from tocsin.core import canonical_json
from tocsin.core.directory import (
    Directory,
    Freshness,
    nearest_time_s,
    participant_target,
    read_directory,
)
from tocsin.core.errors import MalformedError
from tocsin.core.ids import Algorithm, audience_id, key_id, own_audience, schema_id

FOCAL_POINTS, COURIERS = audience_id("focal-points"), audience_id("couriers")


@pytest.fixture
def directory() -> Directory:
    return small_world().directory


def with_target(name: str, data: bytes) -> Directory:
    return read_directory(1, NOW_S, targets() | {name: data})


def test_members_are_those_whom_the_rule_names_without_the_originator(directory: Directory) -> None:
    expected = tuple(sorted((NEIGHBOUR.id, ANALYST.id)))
    assert expected == directory.members(FOCAL_POINTS, ORIGINATOR.id, NOW_S)


def test_an_unknown_audience_has_no_members(directory: Directory) -> None:
    assert () == directory.members(bytes(16), ORIGINATOR.id, NOW_S)


def test_a_to_audience_is_its_owner_alone(directory: Directory) -> None:
    audience = audience_id(own_audience(COURIER.id))
    assert (COURIER.id,) == directory.members(audience, ORIGINATOR.id, NOW_S)


def test_h39_whose_agreement_ended_is_a_member_no_more(directory: Directory) -> None:
    assert () == directory.members(COURIERS, ORIGINATOR.id, NOW_S + 200 * DAY_S)


@pytest.mark.parametrize("party", [ORIGINATOR, NEIGHBOUR, COURIER, OUTSIDER, Party("Nobody")])
@pytest.mark.parametrize(
    "audience", [FOCAL_POINTS, COURIERS, bytes(16), audience_id(own_audience(COURIER.id))]
)
@pytest.mark.parametrize("time_s", [NOW_S, NOW_S + 200 * DAY_S])
def test_is_member_says_what_members_says(
    directory: Directory, party: Party, audience: bytes, time_s: int
) -> None:
    expected = party.id in directory.members(audience, ORIGINATOR.id, time_s)
    assert expected == directory.is_member(party.id, audience, ORIGINATOR.id, time_s)


@pytest.mark.parametrize(
    ("party", "stream", "allowed"),
    [
        (ORIGINATOR, "ion", True),
        (ANALYST, "ion", False),
        (COURIER, "inbox", True),
        (ORIGINATOR, "weather", False),
        (Party("Nobody"), "ion", False),
    ],
)
def test_a_role_decides_on_the_streams(
    directory: Directory, party: Party, stream: str, allowed: bool
) -> None:
    assert allowed == directory.may_publish(party.id, stream, NOW_S)


def test_whose_agreement_ended_writes_to_no_inbox(directory: Directory) -> None:
    assert not directory.may_publish(COURIER.id, "inbox", NOW_S + 200 * DAY_S)


@pytest.mark.parametrize(
    ("past_end_s", "expected"),
    [(-1, Freshness.FRESH), (0, Freshness.STALE), (72 * 3_600, Freshness.TOO_OLD)],
)
def test_an_expired_timestamp_is_read_on_for_72_hours(
    directory: Directory, past_end_s: int, expected: Freshness
) -> None:
    assert expected is directory.freshness(directory.expires_at_s + past_end_s)


@pytest.mark.parametrize(("behind_s", "expected"), [(3_600, Freshness.FRESH), (3_601, Freshness.AHEAD)])
def test_a_timestamp_over_an_hour_ahead_of_the_clock_is_nothing_to_judge_by(
    directory: Directory, behind_s: int, expected: Freshness
) -> None:
    assert expected is directory.freshness(directory.signed_at_s - behind_s)


@pytest.mark.parametrize(
    ("later_s", "nearest_s"),
    [(-3_601, -3_600), (-3_600, -3_600), (0, 0), (345_599, 345_599), (345_600, 345_599)],
)
def test_a_time_too_far_from_the_timestamp_is_not_borne_out_and_the_nearest_one_is(
    directory: Directory, later_s: int, nearest_s: int
) -> None:
    signed_at_s = directory.signed_at_s
    assert signed_at_s + nearest_s == nearest_time_s(directory.expires_at_s, signed_at_s + later_s)
    assert (later_s == nearest_s) is directory.is_near(signed_at_s + later_s)


def test_an_audience_is_found_by_its_name(directory: Directory) -> None:
    found = directory.audience_named("couriers")
    assert found is not None
    assert "couriers" == found.name


def test_a_to_audience_lives_30_days_and_takes_any_schema(directory: Directory) -> None:
    found = directory.audience_named(own_audience(COURIER.id))
    assert found is not None
    assert (30 * DAY_S, None) == (found.max_age_s, found.schemas)


def test_a_key_is_found_with_its_owner(directory: Directory) -> None:
    participant, key = directory.keys[ORIGINATOR.key("record").id]
    assert (ORIGINATOR.id, "record") == (participant.id, key.purpose)


def test_kem_keys_that_somebody_else_may_have_are_named() -> None:
    directory = with_target(*NEIGHBOUR.target(kem={"revoked_at_s": 1}, record={"revoked_at_s": 1}))
    assert {NEIGHBOUR.key("kem").id} == directory.revoked_kem_keys


def test_h39_a_key_that_two_participants_claim_is_nobodys() -> None:
    thief = Party("Thief", changes={"keys": ORIGINATOR.entry()["keys"]})
    found = with_target(*thief.target())
    assert ORIGINATOR.key("record").id not in found.keys


def test_without_streams_there_is_no_directory() -> None:
    with pytest.raises(MalformedError):
        read_directory(1, NOW_S, {})


def _entry(party: Party, **changes: Any) -> bytes:
    return canonical_json.dump(party.entry() | changes)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (participant_target(bytes(16)), _entry(Party("Moved"))),
        ("participants/x", b"{"),
        (participant_target(Party("Atlantis").id), _entry(Party("Atlantis"), regions=["atlantis"])),
        ("audiences/x", b"[]"),
        (f"schemas/{schema_id(NOTE).hex()}.txt", NOTE),
        (f"schemas/{schema_id(b'{}').hex()}.avsc", b"{}"),
    ],
)
def test_h39_a_bad_entry_refuses_itself_and_no_other(name: str, data: bytes) -> None:
    found = with_target(name, data)
    assert ([name], set(small_world().directory.participants)) == (
        list(found.refused),
        set(found.participants),
    )


def test_h39_an_audience_under_another_s_name_refuses_itself(directory: Directory) -> None:
    named = next(data for name, data in targets().items() if name.startswith("audiences/"))
    found = with_target("audiences/another", named)
    assert (["audiences/another"], set(directory.audiences)) == (list(found.refused), set(found.audiences))


def test_h23_a_small_order_key_refuses_its_participant() -> None:
    weak = (1).to_bytes(32, "little")
    party = Party("Weak")
    keys = party.entry()["keys"]
    keys[0] |= {"public": b64encode(weak).decode(), "id": key_id(Algorithm.ED25519, weak).hex()}
    found = with_target(party.target()[0], _entry(party, keys=keys))
    assert [party.target()[0]] == list(found.refused)


def test_targets_of_other_kinds_are_passed_over() -> None:
    assert {} == with_target("notes/readme", b"?").refused


def test_a_timestamp_was_signed_a_day_before_it_ends() -> None:
    directory = small_world().directory
    assert directory.expires_at_s - 86_400 == directory.signed_at_s
