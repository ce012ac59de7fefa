"""Watch-lists at rest: encrypted, whole, bounded, gone when forgotten."""

import pytest

from tests.support.homes import LivingDirectory, write_home
from tests.support.world import ORIGINATOR
from tocsin.adapters import watch_lists as module
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.watch_lists import has_watch_lists, open_watch_lists, watch_lists_of
from tocsin.core.errors import HeldElsewhereError, KeyUnusableError, RefusedByRuleError
from tocsin.core.watch_lists import Entry

KEY = b"k" * 32
QUARK = Entry("A", "Quarkozine", ("64-17-5",), ("QK-7",), "seen in the north")
OTHER = Entry("B", "Otherine")


@pytest.fixture
def home(tmp_path):
    root = LivingDirectory(tmp_path / "repository").repository.pinned_root()
    write_home(tmp_path / "home", ORIGINATOR, root)
    return ParticipantHome.open(tmp_path / "home")


def load(home, *entries, now_s=1):
    with open_watch_lists(home, KEY) as lists:
        lists.load(entries, now_s)


def kept(home):
    with open_watch_lists(home, KEY) as lists:
        return list(lists.entries()), [(one.name, one.entries, one.loaded_at_s) for one in lists.all()]


def test_what_was_loaded_is_there_after_opening_again(home):
    load(home, QUARK, OTHER)
    assert ([QUARK, OTHER], [("A", 1, 1), ("B", 1, 1)]) == kept(home)


def test_a_list_is_replaced_whole_and_others_stay(home):
    load(home, QUARK, OTHER)
    newer = Entry("A", "Newerine")
    load(home, newer, now_s=2)
    assert ([newer, OTHER], [("A", 1, 2), ("B", 1, 1)]) == kept(home)


def test_the_lists_can_be_asked_without_holding_them(home):
    load(home, QUARK)
    with open_watch_lists(home, KEY):
        assert [QUARK] == [hit.entry for hit in watch_lists_of(home, KEY).hits("qk-7")]


def test_a_home_without_lists_finds_nothing_and_makes_no_file(home):
    assert () == watch_lists_of(home, KEY).hits("quarkozine")
    assert not has_watch_lists(home.path)


def test_nothing_of_a_list_lies_in_the_open(home):
    load(home, QUARK)
    files = [path for path in (home.path / "watchlists").iterdir() if path.is_file()]
    assert files
    assert not any(b"uark" in path.read_bytes() for path in files)
    assert {0o600} == {path.stat().st_mode & 0o777 for path in files}


def test_another_key_opens_nothing(home):
    load(home, QUARK)
    with pytest.raises(KeyUnusableError):
        watch_lists_of(home, b"x" * 32)


@pytest.mark.parametrize(("bound", "value"), [("MAX_LISTS", 1), ("MAX_TEXTS", 3)])
def test_over_the_bound_nothing_is_changed(home, monkeypatch, bound, value):
    load(home, QUARK)
    monkeypatch.setattr(module, bound, value)
    with pytest.raises(RefusedByRuleError, match="Nothing was changed"):
        load(home, OTHER)
    assert [QUARK] == kept(home)[0]


def test_a_list_that_is_forgotten_is_gone_and_one_that_is_not_there_is_said(home):
    load(home, QUARK, OTHER)
    with open_watch_lists(home, KEY) as lists:
        lists.forget("A")
        with pytest.raises(RefusedByRuleError, match="no list of that name"):
            lists.forget("A")
    assert [OTHER] == kept(home)[0]


def test_with_the_last_list_its_file_goes(home):
    load(home, QUARK)
    with open_watch_lists(home, KEY) as lists:
        lists.forget("A")
    assert [] == list((home.path / "watchlists").iterdir())


def test_two_commands_never_change_lists_at_once(home):
    with open_watch_lists(home, KEY), pytest.raises(HeldElsewhereError), open_watch_lists(home, KEY):
        pass
