"""People and proposals of a desk: encrypted, bounded, held by one process at a time."""

from dataclasses import replace

import pytest

from tocsin.adapters.desk import proposals as bounds
from tocsin.adapters.desk.store import is_there, open_desk
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.passphrase import Passphrase
from tocsin.adapters.person_keys import make_person_key, open_person_key, public_key
from tocsin.core.errors import HeldElsewhereError, KeyUnusableError, RefusedByRuleError
from tocsin.core.people import Person, Role
from tocsin.core.proposals import LIFETIME_S, Proposal, State

STORAGE_KEY = b"storage key of a test, 32 bytes."
NOW_S = 1_795_564_800
WORDS = Passphrase("words that only she knows")


@pytest.fixture
def home(tmp_path):
    tmp_path.chmod(0o700)
    return ParticipantHome(tmp_path, lambda: NOW_S)


def person(handle="ana", *roles):
    chosen = frozenset(roles or [Role.RELEASE_OFFICER])
    return Person(handle, f"CANARY {handle}", chosen, f"person-{handle}", NOW_S)


def proposal(name="ALERT-1", **changes):
    body = {"alert_id": "0" * 32, "version": 1, "title": "CANARY"}
    one = Proposal(name, b"r" * 16, ("couriers",), ("ana",), body, NOW_S)
    return replace(one, **changes)


def test_people_are_kept_and_never_taken_away(home):
    assert not is_there(home)
    with open_desk(home, STORAGE_KEY) as desk, desk.upkeep():
        desk.people.add(person())
        desk.people.disable("ana", NOW_S + 1)
        desk.people.disable("ana", NOW_S + 2)
    with open_desk(home, STORAGE_KEY) as desk:
        assert [replace(person(), disabled_at_s=NOW_S + 1)] == desk.people.all()
        assert "ana" == desk.people.get("ana").handle
        with pytest.raises(RefusedByRuleError, match="nobody called ben"):
            desk.people.get("ben")
        with pytest.raises(RefusedByRuleError, match="is taken"):
            desk.people.add(person())
    assert is_there(home)


def test_proposals_are_found_by_name_state_and_alert(home):
    with open_desk(home, STORAGE_KEY) as desk:
        with desk.upkeep():
            desk.proposals.keep(proposal())
            desk.proposals.keep(proposal("ALERT-2", state=State.RELEASING, changed_at_s=NOW_S + 1))
        assert "ALERT-1" == desk.proposals.get("ALERT-1").name
        assert ["ALERT-2", "ALERT-1"] == [one.name for one in desk.proposals.all()]
        assert ["ALERT-2"] == [one.name for one in desk.proposals.in_state(State.RELEASING)]
        assert 2 == len(desk.proposals.versions("0" * 32))
        with pytest.raises(RefusedByRuleError, match="no proposal ALERT-3"):
            desk.proposals.get("ALERT-3")


def test_proposals_are_bounded_in_number_size_and_age(home, monkeypatch):
    monkeypatch.setattr(bounds, "MAX_WAITING", 1)
    with open_desk(home, STORAGE_KEY) as desk, desk.upkeep():
        assert desk.proposals.new_name(NOW_S).startswith("ALERT-20261125-")
        desk.proposals.keep(proposal())
        for later_s in (0, LIFETIME_S - 1):
            with pytest.raises(RefusedByRuleError, match="1 proposals wait"):
                desk.proposals.new_name(NOW_S + later_s)
        assert desk.proposals.new_name(NOW_S + LIFETIME_S)  # what has expired takes no room
        with pytest.raises(RefusedByRuleError, match="shorten it"):
            desk.proposals.keep(proposal(body=proposal().body | {"advice": "x" * bounds.MAX_RECORD_BYTES}))
        desk.proposals.keep(proposal("ALERT-2", state=State.RELEASED))
        desk.proposals.keep(proposal("ALERT-3", state=State.RELEASING))
        desk.proposals.forget_old(NOW_S + bounds.KEEP_FINISHED_S + 1)
        assert ["ALERT-3"] == [one.name for one in desk.proposals.all()]


def test_the_desk_is_encrypted_and_held_by_one_process(home):
    with open_desk(home, STORAGE_KEY) as desk:
        with desk.upkeep():
            desk.people.add(person())
            desk.proposals.keep(proposal())
        with pytest.raises(HeldElsewhereError), open_desk(home, STORAGE_KEY):
            pass
    files = [one for one in home.path.rglob("*") if one.is_file()]
    assert [] == [one for one in files if b"CANARY" in one.read_bytes()]
    with pytest.raises(KeyUnusableError), open_desk(home, bytes(32)):
        pass


def test_a_persons_key_opens_with_that_persons_words_alone(home):
    make_person_key(home, person(), WORDS, NOW_S, 30)
    assert public_key(home, person()).public == open_person_key(home, person(), WORDS).public
    with pytest.raises(KeyUnusableError, match="not the passphrase of ana"):
        open_person_key(home, person(), Passphrase("the words of somebody else"))


def test_the_directory_is_told_an_opaque_handle_and_nothing_else(home):
    make_person_key(home, person(), WORDS, NOW_S, 30)
    key = public_key(home, person())
    assert ("release", "person-ana") == (key.purpose, key.person)
    assert (NOW_S - NOW_S % 3_600 + 30 * 86_400) == key.not_after_s


def test_who_releases_nothing_has_a_key_that_the_directory_is_not_told(home):
    officer = person("eve", Role.OFFICER)
    make_person_key(home, officer, WORDS, NOW_S, 30)
    assert public_key(home, officer) is None
    assert open_person_key(home, officer, WORDS)


def test_a_try_that_was_cut_off_is_made_anew(home):
    (home.path / "people" / "ana").mkdir(parents=True, mode=0o700)
    (home.path / "people").chmod(0o700)
    make_person_key(home, person(), WORDS, NOW_S, 30)
    assert open_person_key(home, person(), WORDS)


def test_a_public_half_that_was_changed_is_refused(home):
    make_person_key(home, person(), WORDS, NOW_S, 30)
    file = home.path / "people" / "ana" / "public.json"
    file.write_bytes(
        file.read_bytes().replace(b"person-ana", b"person-ana", 1).replace(b'"id": "', b'"id": "0')
    )
    with pytest.raises(KeyUnusableError, match="is damaged"):
        public_key(home, person())
