"""Which delegations are a regional registrar's, and what of its list is read."""

import pytest
from tuf.api.metadata import DelegatedRole, TargetFile

from tests.support.parties import NOW_S, seed
from tocsin.adapters import tuf_signing as signing
from tocsin.adapters.tuf_regional import (
    REGIONAL_LIFETIME_S,
    REGIONS_FIELD,
    delegate,
    new_list,
    readable,
    registrars_changed,
    registrars_of,
    role_of,
    undelegate,
    verify_list,
)
from tocsin.core.errors import RefusedByRuleError, UntrustedError
from tocsin.core.primitives import CompositePrivate
from tocsin.core.regional import MAX_REGIONAL_ENTRIES, MAX_REGIONAL_ENTRY_BYTES, MAX_REGIONAL_LISTS

KEY = CompositePrivate.from_seeds(seed("north", "dsa"), seed("north", "ed"))
KEYS = signing.tuf_keys(KEY)
ROLE = role_of("north", KEYS)


def top(*roles):
    """A top list that lets each of `roles` change participants of Oceania."""
    found = signing.new_targets(1, {}, NOW_S)
    for role in roles or (ROLE,):
        delegate(found, role, KEYS, ["oceania"])
    return found


def one_role(listed):
    return listed.delegations.roles[ROLE]


def test_a_delegation_that_was_made_is_a_registrars():
    (one,) = registrars_of(top())
    assert ("north", ROLE, ("oceania",)) == (one.name, one.role, one.regions)


@pytest.mark.parametrize(
    "change",
    [
        lambda role: setattr(role, "paths", ["*"]),
        lambda role: setattr(role, "paths", ["participants/*", "audiences/*"]),
        lambda role: setattr(role, "threshold", 1),
        lambda role: (setattr(role, "threshold", 1), role.keyids.pop()),
        lambda role: setattr(role, "name", "region.north"),
        lambda role: setattr(role, "name", f"targets.{ROLE}"),
        lambda role: role.unrecognized_fields.pop(REGIONS_FIELD),
        lambda role: role.unrecognized_fields.update({REGIONS_FIELD: "oceania"}),
        lambda role: role.unrecognized_fields.update({REGIONS_FIELD: [7]}),
    ],
    ids=["all", "more paths", "one signs", "one key", "no key", "another", "no regions", "text", "number"],
)
def test_any_other_delegation_is_nobodys(change):
    listed = top()
    change(one_role(listed))
    assert [] == registrars_of(listed)


def test_there_are_32_registrars_at_most():
    roles = [role_of(f"north-{number}", KEYS) for number in range(MAX_REGIONAL_LISTS + 1)]
    assert roles[:-1] == [one.role for one in registrars_of(top(*roles))]


@pytest.mark.parametrize("name", ["North", "1north", "", "n" * 41, "../north"])
def test_a_name_that_is_none_makes_no_role(name):
    with pytest.raises(RefusedByRuleError):
        role_of(name, KEYS)


def test_a_delegation_to_somebody_who_is_no_registrar_refuses_the_change():
    listed = top()
    listed.delegations.roles["x"] = DelegatedRole("x", [KEYS[0].keyid], 1, terminating=False, paths=["*"])
    with pytest.raises(UntrustedError, match="no regional registrar"):
        registrars_changed(top(), listed)


def test_what_is_taken_away_leaves_no_key_that_nobody_uses():
    listed = top()
    undelegate(listed, ROLE)
    assert listed.delegations is None
    both, south = top(), signing.tuf_keys(CompositePrivate.generate())
    delegate(both, other := role_of("south", south), south, ["europe"])
    undelegate(both, ROLE)
    assert ([other], {key.keyid for key in south}) == ([*both.delegations.roles], {*both.delegations.keys})


def test_a_list_counts_only_with_the_signatures_of_both_keys():
    listed = new_list(1, {}, NOW_S)
    assert 1 == verify_list(signing.sign(listed, KEY), top(), ROLE).version
    other = CompositePrivate.from_seeds(seed("north", "dsa"), seed("another", "ed"))
    with pytest.raises(UntrustedError, match="not signed by the regional registrar"):
        verify_list(signing.sign(listed, other), top(), ROLE)


def test_a_list_is_read_until_the_second_in_which_it_ends():
    listed, end_s = new_list(1, {"participants/a": b"x"}, NOW_S), NOW_S + REGIONAL_LIFETIME_S
    assert {"participants/a"} == set(readable(listed, end_s - 1)[0])
    assert ({}, [""]) == (readable(listed, end_s)[0], [*readable(listed, end_s)[1]])


def test_a_list_with_too_many_entries_is_not_read_and_of_another_the_long_ones_are_left_out():
    file = TargetFile.from_data("participants/a", b"x", ["sha256"])
    long = TargetFile(MAX_REGIONAL_ENTRY_BYTES + 1, {"sha256": "00" * 32}, "participants/long")
    listed = new_list(1, {}, NOW_S)
    listed.targets = {f"participants/{number}": file for number in range(MAX_REGIONAL_ENTRIES + 1)}
    assert {} == readable(listed, NOW_S)[0]
    listed.targets = {"participants/a": file, "participants/long": long}
    kept, left_out = readable(listed, NOW_S)
    assert (["participants/a"], ["participants/long"]) == ([*kept], [*left_out])
