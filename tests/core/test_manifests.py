"""The first manifest under each revision stays, and a secret counts only if it matches."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.parties import KEY_ENDS_S
from tests.support.world import (
    COURIER,
    DAY_S,
    NEIGHBOUR,
    NOW_S,
    ORIGINATOR,
    OUTSIDER,
    Sender,
    directory_of,
    small_world,
    targets,
)
from tocsin.core import manifests as m
from tocsin.core import wire
from tocsin.core.errors import CannotOpenError, MalformedError, UntrustedError
from tocsin.core.generations import manifest_of
from tocsin.core.key_schedule import wrap_info
from tocsin.core.outcomes import AlarmKind
from tocsin.core.primitives import seal_to_xwing
from tocsin.core.signatures import sign_statement
from tocsin.core.standing import NO_DAY, Suspension

WORLD = small_world()
SENDER = WORLD.sender()
MANIFEST = manifest_of(SENDER.generation, ORIGINATOR.key("statement").id, 7, SENDER.reason)


def test_an_honest_statement_is_verified_and_keeps_its_exact_bytes() -> None:
    statement = m.verified_statement(SENDER.manifest(), WORLD.directory)
    assert (MANIFEST, wire.encode_body(MANIFEST)) == (statement.body, statement.data)


def test_a_signer_that_the_directory_does_not_know_asks_for_a_refresh() -> None:
    older = directory_of(targets(NEIGHBOUR))
    with pytest.raises(m.UnknownSignerError):
        m.verified_statement(SENDER.manifest(), older)


@pytest.mark.parametrize(
    "changes",
    [
        {"originator": NEIGHBOUR.id},
        {"signing_key": NEIGHBOUR.key("statement").id},
        {"signing_key": ORIGINATOR.key("record").id},
        {"not_before": KEY_ENDS_S + 1},
    ],
    ids=["another originator", "another's key", "another purpose", "after the key's end"],
)
def test_a_statement_under_a_key_that_does_not_fit_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(UntrustedError, match="another's, for another purpose or not valid"):
        m.verified_statement(SENDER.manifest(**changes), WORLD.directory)


def test_h11_a_statement_under_a_revoked_key_is_refused_whatever_its_date() -> None:
    """Whoever stole the key dates what he signs back."""
    name, data = ORIGINATOR.target(statement={"revoked_at_s": NOW_S + 1})
    directory = directory_of(targets(ORIGINATOR, NEIGHBOUR) | {name: data})
    with pytest.raises(UntrustedError, match="revoked"):
        m.verified_statement(SENDER.manifest(), directory)


def test_a_statement_is_dated_by_its_receiver_where_it_wishes() -> None:
    with pytest.raises(UntrustedError):
        m.verified_statement(SENDER.manifest(), WORLD.directory, KEY_ENDS_S + 1)


def checkpoint(time_s: int) -> wire.Checkpoint:
    return wire.Checkpoint(ORIGINATOR.id, ORIGINATOR.key("statement").id, time_s, ())


def test_a_checkpoint_is_dated_by_its_own_time() -> None:
    signed = sign_statement(ORIGINATOR.statement, checkpoint(NOW_S))
    assert checkpoint(NOW_S) == m.verified_statement(signed, WORLD.directory).body
    late = sign_statement(ORIGINATOR.statement, checkpoint(KEY_ENDS_S + 1))
    with pytest.raises(UntrustedError):
        m.verified_statement(late, WORLD.directory)


def test_a_statement_whose_signature_does_not_hold_is_refused() -> None:
    forged = sign_statement(NEIGHBOUR.statement, MANIFEST)
    with pytest.raises(UntrustedError):
        m.verified_statement(forged, WORLD.directory)


@pytest.mark.parametrize(
    "changes", [{}, {"not_before": 0, "not_after": 1}, {"not_after": MANIFEST.not_before + 31 * DAY_S}]
)
def test_an_honest_manifest_passes_its_check(changes: dict[str, Any]) -> None:
    m.check_manifest(replace(MANIFEST, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"members": MANIFEST.members[::-1]},
        {"members": MANIFEST.members[:1] * 2},
        {"suite": 2},
        {"revision": 0},
        {"generation": -1},
        {"not_before": -1, "not_after": 1},
        {"not_after": MANIFEST.not_before},
        {"not_after": MANIFEST.not_before + 31 * DAY_S + 1},
    ],
)
def test_a_manifest_that_no_sender_makes_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        m.check_manifest(replace(MANIFEST, **changes))


GHOST = (AlarmKind.GHOST_READER,)
ONE = replace(MANIFEST, members=MANIFEST.members[:1])
OTHERS = replace(MANIFEST, members=(bytes(15) + b"a", bytes(15) + b"b"))


@pytest.mark.parametrize(
    ("manifest", "held", "wanted"),
    [
        (MANIFEST, None, (True, ())),
        (MANIFEST, MANIFEST, (False, ())),
        (MANIFEST, replace(MANIFEST, revision=2), (False, ())),
        (replace(MANIFEST, reason="age"), MANIFEST, (False, (AlarmKind.MANIFEST_CONFLICT,))),
        (replace(MANIFEST, revision=2), ONE, (True, ())),
        (
            replace(MANIFEST, revision=2, commitment=bytes(32)),
            ONE,
            (False, (AlarmKind.MANIFEST_CONFLICT,)),
        ),
        (
            replace(MANIFEST, revision=2, not_before=MANIFEST.not_before - 1),
            ONE,
            (False, (AlarmKind.MANIFEST_CONFLICT,)),
        ),
        (
            replace(MANIFEST, revision=2, not_after=MANIFEST.not_after - 1),
            ONE,
            (False, (AlarmKind.MANIFEST_CONFLICT,)),
        ),
        (replace(ONE, revision=2), MANIFEST, (False, (AlarmKind.MEMBER_REMOVED,))),
        (replace(OTHERS, revision=2), ONE, (False, (AlarmKind.MEMBER_REMOVED,))),
        (replace(MANIFEST, members=(COURIER.id,)), None, (True, GHOST)),
        (replace(MANIFEST, members=()), None, (True, GHOST)),
        (replace(MANIFEST, audience=b"?" * 16), None, (True, GHOST)),
    ],
    ids=[
        "first",
        "again",
        "older revision",
        "two bodies",
        "later revision",
        "another commitment",
        "another beginning",
        "another end",
        "member removed",
        "member replaced",
        "ghost reader",
        "nobody",
        "unknown audience",
    ],
)
def test_the_first_manifest_under_a_revision_stays(
    manifest: wire.Manifest, held: wire.Manifest | None, wanted: tuple[bool, tuple[AlarmKind, ...]]
) -> None:
    assert wanted == m.judge_manifest(manifest, held, WORLD.directory, NOW_S)


def test_a_manifest_under_which_nothing_can_be_opened_any_more_has_no_ghosts() -> None:
    haunted = replace(MANIFEST, members=(OUTSIDER.id,))
    assert () == m.ghosts(haunted, WORLD.directory, MANIFEST.not_after + 301)


@pytest.mark.parametrize(
    "now_s", [MANIFEST.not_before - 301, MANIFEST.not_before, MANIFEST.not_after + 300]
)
def test_a_manifest_haunts_until_nothing_is_opened_under_it_also_by_a_clock_that_is_behind(
    now_s: int,
) -> None:
    haunted = replace(MANIFEST, members=(OUTSIDER.id,))
    assert GHOST == m.ghosts(haunted, WORLD.directory, now_s)


def test_who_was_suspended_since_the_manifest_is_no_ghost_and_who_was_before_is() -> None:
    member, begin_s = MANIFEST.members[0], MANIFEST.not_before
    people = WORLD.directory.participants
    for from_s, expected in ((begin_s + 1, ()), (begin_s, GHOST)):
        away = replace(people[member], suspensions=(Suspension(from_s, NO_DAY, "inquiry"),))
        directory = replace(WORLD.directory, participants={**people, member: away})
        assert expected == m.ghosts(MANIFEST, directory, begin_s + 60)


def test_who_came_in_since_the_manifest_began_is_no_ghost() -> None:
    member, begin_s = MANIFEST.members[0], MANIFEST.not_before
    people = WORLD.directory.participants
    away = replace(people[member], suspensions=(Suspension(begin_s - 9, begin_s + 9, "inquiry"),))
    directory = replace(WORLD.directory, participants={**people, member: away})
    assert () == m.ghosts(MANIFEST, directory, begin_s + 60)


def test_a_directory_version_that_cannot_be_fetched_is_an_alarm() -> None:
    assert () == m.ghosts_after_refresh(MANIFEST, WORLD.directory, NOW_S)
    ahead = replace(MANIFEST, directory_version=8)
    assert GHOST == m.ghosts_after_refresh(ahead, WORLD.directory, NOW_S)


def test_who_is_named_by_a_newer_directory_than_ours_is_judged_by_that_one() -> None:
    haunted = replace(MANIFEST, members=(OUTSIDER.id,), directory_version=8)
    newer = replace(WORLD.directory, version=8)
    assert (True, ()) == m.judge_manifest(haunted, None, WORLD.directory, NOW_S)
    assert GHOST == m.ghosts_after_refresh(haunted, newer, NOW_S)


def test_a_manifest_that_names_nobody_waits_for_no_directory() -> None:
    nobody = replace(MANIFEST, members=(), directory_version=8)
    assert (True, GHOST) == m.judge_manifest(nobody, None, WORLD.directory, NOW_S)


def test_the_alarm_about_a_manifest_names_originator_audience_and_generation() -> None:
    alarm = m.manifest_alarm(AlarmKind.GHOST_READER, MANIFEST)
    assert (ORIGINATOR.id, "manifests", SENDER.audience.hex(), MANIFEST.generation) == (
        alarm.originator,
        alarm.stream,
        alarm.scope,
        alarm.counter,
    )


def _wrap(sender: Sender) -> wire.Wrap:
    return wire.decode_wrap(sender.wraps()[NEIGHBOUR.id])


def test_a_wrap_opens_to_the_secret_that_the_manifest_commits_to() -> None:
    assert SENDER.generation.secret == m.open_wrap(_wrap(SENDER), MANIFEST, NEIGHBOUR.kem)


def test_a_wrap_of_another_secret_than_the_commitments_is_refused() -> None:
    other = WORLD.sender()
    lie = replace(other.generation, secret=bytes(32))
    manifest = manifest_of(lie, MANIFEST.signing_key, 7, other.reason)
    with pytest.raises(CannotOpenError):
        m.open_wrap(_wrap(other), manifest, NEIGHBOUR.kem)


def test_another_secret_sealed_under_the_right_binding_is_refused() -> None:
    """Whoever seals can bind a wrap to the true commitment and still put another secret inside."""
    wrap = _wrap(SENDER)
    info = wrap_info(wire.SUITE, SENDER.generation.id, wrap.recipient_key, MANIFEST.commitment)
    for secret in (bytes(32), b""):
        sealed = seal_to_xwing(NEIGHBOUR.kem.public, info, secret)
        with pytest.raises(CannotOpenError):
            m.open_wrap(replace(wrap, sealed=sealed), MANIFEST, NEIGHBOUR.kem)


def test_a_secret_of_another_length_is_refused_though_it_matches_the_commitment() -> None:
    """HMAC fills its key with zeros: without its last zero a secret has the same commitment."""
    sender = WORLD.sender()
    zero = replace(sender.generation, secret=bytes([7]) * 31 + b"\0")
    manifest = manifest_of(zero, MANIFEST.signing_key, 7, sender.reason)
    wrap = _wrap(sender)
    info = wrap_info(wire.SUITE, zero.id, wrap.recipient_key, manifest.commitment)
    for secret, whole in ((zero.secret, True), (zero.secret[:31], False)):
        sealed = replace(wrap, sealed=seal_to_xwing(NEIGHBOUR.kem.public, info, secret))
        if whole:
            assert zero.secret == m.open_wrap(sealed, manifest, NEIGHBOUR.kem)
        else:
            with pytest.raises(CannotOpenError):
                m.open_wrap(sealed, manifest, NEIGHBOUR.kem)
