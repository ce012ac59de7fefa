"""Accounts of people: an administrator adds them, the authority is told of release keys."""

from dataclasses import replace

import pytest

from services.keys.backing_up import back_up
from services.keys.people import (
    Administrator,
    NewPerson,
    add_person,
    change_for_authority,
    disable_person,
    everybody,
)
from services.keys.restoring import restore
from services.keys.rotating import OpenHome
from tests.support.unit import build_unit
from tests.support.world import ORIGINATOR
from tocsin.adapters.custodians import Rule
from tocsin.adapters.desk.store import open_desk
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.own_keys import own_keys
from tocsin.adapters.passphrase import Passphrase
from tocsin.adapters.person_keys import open_person_key, public_key
from tocsin.core.errors import KeyUnusableError, NotThisPersonError, RefusedByRuleError
from tocsin.core.key_changes import PLANNED, STOLEN, apply_key_change, read_key_change


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build_unit(tmp_path_factory.mktemp("unit"), ("ana", "ben", "eve"))


@pytest.fixture
def unit(built, tmp_path):
    return built.copy(tmp_path / "unit")


def by(unit, handle="ana"):
    return Administrator(handle, None if handle is None else unit.folder / f"{handle}.words")


def add(unit, handle="dora", roles=("officer",), administrator="ana"):
    words = unit.folder / f"{handle}.words"
    words.touch(mode=0o600)
    words.write_text(f"the very own words of {handle}")
    new = NewPerson(handle, handle.title(), roles, 30, words)
    home, key = unit.participant.home, unit.participant.storage_key
    return add_person(home, key, by(unit, administrator), new)


def people(unit):
    return {one.handle: one for one in everybody(unit.participant.home, unit.participant.storage_key)}


def test_the_first_account_is_an_administrators(tmp_path, built):
    unit = built.copy(tmp_path / "fresh")
    for file in (unit.home / "desk").iterdir():
        file.unlink()
    with pytest.raises(RefusedByRuleError, match="must be an administrator's"):
        add(unit, administrator=None)
    assert "dora" == add(unit, roles=("administrator",), administrator=None).handle


@pytest.mark.parametrize(
    ("administrator", "error", "words"),
    [
        (None, RefusedByRuleError, "name the administrator"),
        ("ben", NotThisPersonError, "ben may not manage people"),
        ("eve", NotThisPersonError, "eve may not manage people"),
    ],
)
def test_later_accounts_are_added_by_an_administrator(unit, administrator, error, words):
    with pytest.raises(error, match=words):
        add(unit, administrator=administrator)
    assert {"ana", "ben", "eve"} == set(people(unit))
    assert not (unit.home / "people" / "dora").exists()


def test_an_administrator_is_there_in_person(unit):
    (unit.folder / "ana.words").write_text("the words of somebody else")
    with pytest.raises(KeyUnusableError, match="not the passphrase of ana"):
        add(unit)


def test_a_handle_is_never_used_twice_also_after_its_person_left(unit):
    disable_person(unit.participant.home, unit.participant.storage_key, by(unit), "ben", "left the unit")
    with pytest.raises(RefusedByRuleError, match="is taken"):
        add(unit, "ben")


def test_a_passphrase_that_is_too_short_adds_nobody(unit):
    words = unit.folder / "dora.words"
    words.touch(mode=0o600)
    words.write_text("short")
    new = NewPerson("dora", "Dora", ("officer",), 30, words)
    with pytest.raises(KeyUnusableError, match="at least 12"):
        add_person(unit.participant.home, unit.participant.storage_key, by(unit), new)
    assert "dora" not in people(unit)


def test_the_last_administrator_stays(unit):
    with pytest.raises(RefusedByRuleError, match="the last administrator"):
        disable_person(unit.participant.home, unit.participant.storage_key, by(unit), "ana", "left")


def opened(unit):
    folder = KeyFolder.open(unit.home / "keys", Passphrase(unit.passphrase.read_text()))
    entry = unit.directory.participants[ORIGINATOR.id]
    home = unit.participant.home
    return OpenHome(home, folder, own_keys(folder), unit.directory, entry, int(home.clock()))


def change(unit, stolen=frozenset()):
    data = change_for_authority(opened(unit), people(unit).values(), stolen)
    return None if data is None else read_key_change(data)


def without_people(unit):
    entry = unit.directory.participants[ORIGINATOR.id]
    opaque = {one.opaque for one in people(unit).values()}
    unit.change(replace(entry, keys=tuple(key for key in entry.keys if key.person not in opaque)))


def test_the_authority_is_told_of_new_release_keys_and_the_homes_own_is_retired(unit):
    without_people(unit)
    found = change(unit)
    assert {people(unit)[one].opaque for one in ("ana", "ben")} == {key.person for key in found.change.keys}
    entry = unit.directory.participants[ORIGINATOR.id]
    theirs = [key.id for key in entry.keys if key.purpose == "release"]
    assert [(id_, PLANNED) for id_ in theirs] == [(one.key, one.reason) for one in found.change.retire]
    changed = apply_key_change(found, entry, opened(unit).now_s)
    assert 2 == len(changed.keys_for("release", opened(unit).now_s + 1))


def test_what_the_directory_knows_is_not_told_again(unit):
    unit.change(
        apply_key_change(change(unit), unit.directory.participants[ORIGINATOR.id], opened(unit).now_s)
    )
    assert change(unit) is None


@pytest.mark.parametrize(("stolen", "reason"), [((), PLANNED), (("ben",), STOLEN)])
def test_the_key_of_who_left_is_retired_and_a_stolen_one_revoked(unit, stolen, reason):
    home, key = unit.participant.home, unit.participant.storage_key
    disable_person(home, key, by(unit), "ben", "left the unit")
    ben = public_key(home, people(unit)["ben"])
    assert (ben.id, reason) in {
        (one.key, one.reason) for one in change(unit, frozenset(stolen)).change.retire
    }


def test_a_backup_holds_people_and_their_log_and_restores_them(unit, tmp_path):
    shares = []
    for number, text in enumerate(back_up(unit.home, tmp_path / "backup", Rule(2, 2), unit.passphrase)):
        shares.append(tmp_path / f"share-{number}")
        shares[-1].write_text(text)
    restored = tmp_path / "restored"
    restore(tmp_path / "backup", shares, restored, unit.passphrase)
    home = ParticipantHome.open(restored)
    storage_key = KeyFolder.open(home.keys, Passphrase(unit.passphrase.read_text())).storage_key()
    with open_desk(home, storage_key) as desk:
        assert 3 == desk.audit.verify().number
        assert open_person_key(home, desk.people.get("ben"), Passphrase("the very own words of ben"))
