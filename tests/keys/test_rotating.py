"""`tocsin keys rotate` and `destroy` in a home that the directory names."""

import time
from dataclasses import replace

import pytest

from services.keys import rotating
from services.keys.destroying import destroy
from services.keys.making import KeyTerms, make_keys
from services.keys.rotating import finish, open_home, rotate, rotate_stolen
from services.keys.rotating_told import Wish, rotate_told
from services.keys.sponsoring import Sponsorship, sponsor
from services.producer.participant import open_participant
from tests.support.authority import role_key
from tests.support.office import write_passphrase
from tests.support.parties import DAY_S
from tests.support.world import targets
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.inbox.causes import Cause, Wait
from tocsin.adapters.inbox.store import open_inbox
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.adapters.tuf_repository import TufRepository
from tocsin.core.directory import participant_target
from tocsin.core.enrolment import Welcome
from tocsin.core.errors import HeldElsewhereError, RefusedByRuleError, SettingsError
from tocsin.core.key_changes import PLANNED, STOLEN, apply_key_change, read_key_change
from tocsin.core.participants import Participant, write_participant
from tocsin.core.public_keys import PublicKey
from tocsin.core.standing import NO_DAY
from tocsin.core.streams import Place
from tocsin.core.wire import Item

ME = b"m" * 16
ITEM = Item(bytes(32), bytes(16), 1, b"", ())
TERMS = KeyTerms("Focal point", "CO", None, 730)


class Network:
    """A home, the authority's repository, and what passes between them."""

    def __init__(self, folder):
        self.words, self.path = write_passphrase(folder), folder / "home"
        request = make_keys(self.path, TERMS, self.words)
        regions, roles = ("south-america",), ("focal-point",)
        self.entry = Participant(
            ME, "Focal point", "CO", regions, roles, None, None, None, NO_DAY, request.keys
        )
        self.repository = TufRepository(folder / "authority", role_key)
        self.repository.create(targets() | self._target(), int(time.time()))
        self.home = ParticipantHome.open(self.path)
        self.home.accept(Welcome(ME, self.repository.pinned_root()), "Focal point")
        self.refresh()

    def _target(self):
        return {participant_target(ME): write_participant(self.entry)}

    def refresh(self):
        client = DirectoryClient(self.home.directory, self.repository.pinned_root())
        client.refresh(self.repository.files(), int(time.time()))

    def open(self, ahead_s=0):
        return open_home(self.path, self.words, lambda: time.time() + ahead_s)

    def apply(self, data):
        """The authority takes up a change, and the home reads the directory."""
        signed = read_key_change(data)
        self.entry = apply_key_change(signed, self.entry, int(time.time()))
        self.repository.put_targets(self._target(), int(time.time()))
        self.refresh()
        return signed.change

    def files(self):
        return sorted(one.name for one in (self.path / "keys").glob("*.pem"))


@pytest.fixture
def network(tmp_path):
    return Network(tmp_path)


def test_planned_keys_stand_beside_the_old_until_they_are_finished_and_destroyed(network):
    network.apply(rotate(network.open(), rotating.ROTATED, 730))
    assert 8 == len(network.files())
    assert [] == destroy(network.open())
    change = network.apply(finish(network.open(), rotating.ROTATED))
    assert {PLANNED} == {one.reason for one in change.retire}
    gone = destroy(network.open(ahead_s=2))
    assert sorted(rotating.ROTATED) == sorted(one.split()[0] for one in gone)
    assert [] == [name for name in network.files() if name.count(".") == 1]


def test_a_new_release_key_is_the_same_person_s_and_another_s_stays(network):
    (old,) = network.entry.keys_for("release", int(time.time()))
    other = PublicKey(b"o" * 16, "release", b"", old.not_before_s - 1, old.not_after_s, "another")
    (new,) = read_key_change(rotate(network.open(), ["release"], 730)).change.keys
    assert (old.person, "release") == (new.person, new.purpose)
    opened = network.open()
    both = replace(opened, entry=replace(opened.entry, keys=(*opened.entry.keys, other, new)))
    (retired,) = read_key_change(finish(both, ["release"])).change.retire
    assert (old.id, PLANNED, None) == (retired.key, retired.reason, retired.final)


def test_a_stolen_release_key_is_revoked(network):
    (retired,) = read_key_change(rotate_stolen(network.open(), ["release"], 730, 0).change).change.retire
    (old,) = network.entry.keys_for("release", int(time.time()))
    assert (old.id, STOLEN) == (retired.key, retired.reason)


def test_a_home_without_a_release_key_makes_none(network):
    (network.path / "keys" / "release.pem").unlink()
    assert ("record", "statement", "kem") == network.open().purposes()
    with pytest.raises(RefusedByRuleError, match="holds no release key"):
        rotate(network.open(), ["release"], 730)


def test_a_publisher_approves_with_the_newest_release_key_that_the_directory_has(network):
    def signer():
        opened = open_participant(network.path, network.words)
        directory = opened.directory_client().load()
        return opened.release_key(directory, int(time.time()))(bytes(16), ITEM).signing_key

    (old,) = network.entry.keys_for("release", int(time.time()))
    assert old.id == signer()
    data = rotate(network.open(), ["release"], 730)
    assert old.id == signer()
    (new,) = network.apply(data).keys
    assert new.id == signer()
    (network.path / "keys" / f"release.{new.id.hex()}.pem").unlink()
    (network.path / "keys" / "release.pem").unlink()
    with pytest.raises(RefusedByRuleError, match="--purpose release"):
        signer()


def test_before_a_directory_was_read_the_only_release_key_approves(network):
    opened = open_participant(network.path, network.words)
    (old,) = network.entry.keys_for("release", int(time.time()))
    assert old.id == opened.release_key(None, 0)(bytes(16), ITEM).signing_key


def test_a_second_try_takes_up_the_key_that_never_reached_the_directory(network):
    first = read_key_change(rotate(network.open(), ["kem"], 730)).change.keys
    assert first == read_key_change(rotate(network.open(), ["kem"], 730)).change.keys
    assert 5 == len(network.files())


def test_a_stolen_record_key_is_destroyed_with_the_change_that_revokes_it(network):
    done = rotate_stolen(network.open(), ["record"], 730, int(time.time()))
    (retired,) = read_key_change(done.change).change.retire
    assert (STOLEN, {}) == (retired.reason, retired.final)
    assert "record.pem" not in network.files()
    again = read_key_change(rotate_stolen(network.open(), ["record"], 730, 0).change).change
    assert (retired.key, 1) == (again.retire[0].key, len(again.keys))


def test_while_the_producer_runs_no_key_is_retired(network):
    network.apply(rotate(network.open(), ["record"], 730))
    with network.home.hold("outbox"):
        for retire in (
            lambda: finish(network.open(), ["record"]),
            lambda: rotate_stolen(network.open(), ["record"], 730, 0),
        ):
            with pytest.raises(HeldElsewhereError):
                retire()


def test_nothing_to_finish_is_said_with_what_to_do(network):
    with pytest.raises(RefusedByRuleError, match="tocsin send or subscribe reads its directory"):
        finish(network.open(), rotating.ROTATED)


def test_a_kem_key_stays_while_records_wait_for_a_key(network):
    network.apply(rotate(network.open(), ["kem"], 730))
    network.apply(finish(network.open(), ["kem"]))
    opened = network.open(ahead_s=2)
    inbox = open_inbox(network.home.inbox, opened.folder.storage_key())
    with inbox.transaction():
        header = type("H", (), {"originator": ME, "expires_at": 2**40})()
        inbox.waiting.park(b"record", Place("t", 0, 1), header, Wait(Cause.KEY, b"g" * 40), 1)
    inbox.close()
    with pytest.raises(RefusedByRuleError, match="1 records wait for a key"):
        destroy(opened)
    assert "kem.pem" in network.files()


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (Wish(("soul",), "planned", False, 730), "use record, release, statement, kem"),
        (Wish((), "bored", False, 730), "use planned or stolen"),
        (Wish((), "stolen", False, 730, "tomorrow"), "use a time such as"),
        (Wish((), "stolen", False, 730, "2999-01-01"), "still to come"),
    ],
)
def test_a_wish_that_makes_no_sense_makes_no_key(network, wish, reason):
    before = network.files()
    with pytest.raises(SettingsError, match=reason):
        rotate_told(network.path, network.words, wish, None)
    assert before == network.files()


def test_a_home_that_has_read_no_directory_rotates_nothing(tmp_path):
    words = write_passphrase(tmp_path)
    make_keys(tmp_path / "home", TERMS, words)
    ParticipantHome.open(tmp_path / "home").accept(Welcome(ME, b"root"), "x")
    with pytest.raises(SettingsError, match="tocsin send"):
        open_home(tmp_path / "home", words)


def test_a_sponsor_consents_only_to_what_has_not_ended(network):
    request = network.home.request()[1]
    with pytest.raises(RefusedByRuleError, match="has ended already"):
        sponsor(network.open(), request, Sponsorship("courier", "MOU-7", 1))
    assert sponsor(network.open(), request, Sponsorship("courier", "MOU-7", NO_DAY - DAY_S))
