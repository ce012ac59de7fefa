"""Who may hold a role, and what counts as signed by whom."""

import json

import pytest
from tuf.api.metadata import Root, Targets, Timestamp

from tests.support.authority import role_key
from tests.support.parties import NOW_S, seed
from tocsin.adapters import tuf_signing as signing
from tocsin.adapters.tuf_holders import HOLDER, STANDBY, read_holder, write_holder
from tocsin.adapters.tuf_signing import Seats
from tocsin.core.errors import MalformedError, SettingsError, UntrustedError
from tocsin.core.primitives import CompositePrivate, Ed25519Private


def person(name):
    return CompositePrivate.from_seeds(seed(name, "dsa"), seed(name, "ed"))


PEOPLE = [signing.tuf_keys(person(name)) for name in ("alice", "bob", "carol")]
OWN = {role: Seats([signing.tuf_keys(role_key(role))]) for role in signing.ROLES}


def first_root(**seats):
    return signing.new_root(OWN | seats, 1, NOW_S)


@pytest.mark.parametrize(
    ("seats", "reason"),
    [
        (Seats(PEOPLE, 0), "cannot be met"),
        (Seats(PEOPLE, 4), "cannot be met"),
        (Seats(PEOPLE, 1), "more than half"),
        (Seats(PEOPLE[:2], 1), "more than half"),
        (Seats([PEOPLE[0], PEOPLE[0], PEOPLE[1]], 2), "held twice"),
    ],
)
def test_seats_that_protect_nothing_are_refused(seats, reason):
    with pytest.raises(SettingsError, match=reason):
        first_root(root=seats)


def test_both_keys_of_each_of_a_quorum_must_sign():
    root = first_root(root=Seats(PEOPLE, 2))
    assert (4, 6) == (root.roles["root"].threshold, len(root.roles["root"].keyids))
    draft = signing.add_signatures(signing.unsigned(root), person("alice"))
    with pytest.raises(UntrustedError, match="2/4"):
        signing.check_root(draft, None)
    assert 1 == signing.check_root(signing.add_signatures(draft, person("bob")), None).version


def test_new_holders_take_the_place_of_those_before_and_both_sign():
    before = first_root(root=Seats(PEOPLE, 2))
    after = signing.read(Root, signing.unsigned(before))
    after.version = 2
    signing.seat(after, "root", Seats([signing.tuf_keys(person("dora"))]))
    assert {key.keyid for key in signing.tuf_keys(person("dora"))} == set(after.roles["root"].keyids)
    signed = signing.sign(after, person("dora"))
    assert 2 == signing.check_root(signed, None).version
    with pytest.raises(UntrustedError, match="0/4"):
        signing.check_root(signed, before)


def test_only_a_first_root_is_pinned():
    root = first_root()
    assert 79 == len(signing.first_root_fingerprint(signing.sign(root, role_key("root"))))
    root.version = 2
    with pytest.raises(UntrustedError, match="this is root 2"):
        signing.first_root_fingerprint(signing.sign(root, role_key("root")))


def test_metadata_of_another_kind_is_refused_though_its_key_signed_it():
    timestamp = signing.sign(signing.new_timestamp(1, 1, NOW_S), role_key("timestamp"))
    with pytest.raises(UntrustedError, match="not TUF's targets"):
        signing.read(Targets, timestamp)
    assert 1 == signing.read_verified(Timestamp, timestamp, first_root()).version


def test_a_holder_has_one_key_of_each_algorithm_and_a_standby_one_that_is_quick():
    holder, standby = person("alice"), Ed25519Private.from_raw(seed("standby"))
    assert 2 == len(read_holder(write_holder("alice", holder)).keys)
    assert 1 == len(read_holder(write_holder("s", standby, STANDBY), STANDBY).keys)
    for data, mark in (
        (write_holder("alice", standby), HOLDER),
        (write_holder("alice", holder, STANDBY), STANDBY),
        (write_holder("alice", holder), STANDBY),
    ):
        with pytest.raises(MalformedError):
            read_holder(data, mark)


def test_a_holders_file_with_other_keys_than_the_two_is_refused():
    alice, bob = (json.loads(write_holder(name, person(name))) for name in ("alice", "bob"))
    (quick,) = [key for key in bob["keys"] if key["keytype"] == "ed25519"]
    (own,) = [key for key in alice["keys"] if key["keytype"] == "ed25519"]
    for changes in ({"keys": [own, quick]}, {"keys": [*alice["keys"], quick]}, {HOLDER: 2}):
        with pytest.raises(MalformedError):
            read_holder(json.dumps(alice | changes).encode())
