"""Keys in our own entry that we did not make are seen."""

from dataclasses import replace

import pytest

from tests.support.parties import NOW_S
from tests.support.world import ORIGINATOR, small_world
from tocsin.core.own_entry import strange_keys, strange_words

ENTRY = small_world().directory.participants[ORIGINATOR.id]
KEM = next(key for key in ENTRY.keys if key.purpose == "kem")
EVERYTHING = frozenset(key.id for key in ENTRY.keys)
PURPOSES = ("kem", "statement")


def test_keys_that_we_hold_are_nothing_strange() -> None:
    assert () == strange_keys(ENTRY, PURPOSES, EVERYTHING, NOW_S)


def test_a_key_that_we_do_not_hold_is_named_with_what_to_do() -> None:
    (found,) = strange_keys(ENTRY, PURPOSES, EVERYTHING - {KEM.id}, NOW_S)
    assert KEM is found
    assert f"kem key {KEM.id.hex()}" in strange_words(found)


def test_a_key_that_is_only_to_come_is_named_too() -> None:
    assert (KEM,) == strange_keys(ENTRY, PURPOSES, EVERYTHING - {KEM.id}, KEM.not_before_s - 1)


@pytest.mark.parametrize("change", [{"not_after_s": NOW_S - 1}, {"revoked_at_s": NOW_S}, {"final": {}}])
def test_a_key_that_ended_is_nobody_s_trouble(change: dict[str, object]) -> None:
    ended = replace(KEM, **change)  # type: ignore[arg-type]
    assert () == strange_keys(replace(ENTRY, keys=(ended,)), PURPOSES, (), NOW_S)


def test_other_purposes_are_not_asked_about() -> None:
    assert () == strange_keys(ENTRY, ("release",), EVERYTHING, NOW_S)
    assert {"kem"} == {key.purpose for key in strange_keys(ENTRY, ("kem",), (), NOW_S)}
