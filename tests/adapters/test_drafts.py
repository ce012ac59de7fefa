"""Drafts: kept at once, bounded, encrypted."""

import pytest

from tests.support.homes import LivingDirectory, write_home
from tests.support.world import ORIGINATOR
from tocsin.adapters import drafts as module
from tocsin.adapters.drafts import MAX_ANSWERS_BYTES, open_drafts
from tocsin.adapters.home import ParticipantHome
from tocsin.core.errors import HeldElsewhereError, KeyUnusableError, RefusedByRuleError

KEY = b"k" * 32


@pytest.fixture
def home(tmp_path):
    root = LivingDirectory(tmp_path / "repository").repository.pinned_root()
    write_home(tmp_path / "home", ORIGINATOR, root)
    return ParticipantHome.open(tmp_path / "home")


@pytest.fixture
def drafts(home):
    with open_drafts(home, KEY) as drafts:
        yield drafts


def test_what_was_kept_is_there_after_opening_again(home):
    with open_drafts(home, KEY) as drafts:
        drafts.keep("A", {"kind": "seizure", "locality": "Ürümqi"}, 1)
    with open_drafts(home, KEY) as drafts:
        assert {"kind": "seizure", "locality": "Ürümqi"} == drafts.get("A").answers


def test_a_draft_without_answers_is_none(drafts):
    drafts.keep("A", {"kind": "seizure"}, 1)
    drafts.keep("A", {}, 2)
    assert [] == drafts.all()


def test_the_newest_comes_first(drafts):
    for name, now_s in (("A", 1), ("B", 3), ("C", 2)):
        drafts.keep(name, {"kind": "seizure"}, now_s)
    assert ["B", "C", "A"] == [one.name for one in drafts.all()]


def test_answers_over_the_bound_are_refused_and_the_earlier_ones_stay(drafts):
    drafts.keep("A", {"kind": "seizure"}, 1)
    with pytest.raises(RefusedByRuleError, match="shorten"):
        drafts.keep("A", {"narrative": "x" * MAX_ANSWERS_BYTES}, 2)
    assert {"kind": "seizure"} == drafts.get("A").answers


def test_there_are_never_more_than_the_bound(drafts, monkeypatch):
    monkeypatch.setattr(module, "MAX_DRAFTS", 2)
    for name in ("A", "B"):
        drafts.keep(name, {"kind": "seizure"}, 1)
    with pytest.raises(RefusedByRuleError, match="--delete"):
        drafts.new_name(1)


def test_names_tell_the_day_and_never_repeat(drafts):
    names = {drafts.new_name(1_795_564_800) for _ in range(50)}
    assert 50 == len(names)
    assert {"DRAFT-20261125"} == {name.rpartition("-")[0] for name in names}


def test_two_commands_never_write_at_once(home, drafts):
    with pytest.raises(HeldElsewhereError), open_drafts(home, KEY):
        pass


def test_another_key_opens_nothing(home):
    with open_drafts(home, KEY) as drafts:
        drafts.keep("A", {"kind": "seizure"}, 1)
    with pytest.raises(KeyUnusableError), open_drafts(home, b"x" * 32):
        pass


def test_repr_shows_no_answer(drafts):
    drafts.keep("A", {"locality": "Leipzig"}, 1)
    assert "Leipzig" not in repr(drafts.get("A"))
