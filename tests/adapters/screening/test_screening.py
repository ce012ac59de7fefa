"""Hits are kept once, their values for a while; answers wait until they are sent; all of it encrypted."""

import multiprocessing
from pathlib import Path

import pytest

from tests.support.reading import STORAGE_KEY
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.screening import answers as answers_module
from tocsin.adapters.screening import hits as hits_module
from tocsin.adapters.screening import scanned as scanned_module
from tocsin.adapters.screening.answers import BroadPattern
from tocsin.adapters.screening.hits import OWN_ORIGINATOR, NewHit, one_beginning
from tocsin.adapters.screening.store import Screening, answers_to_send, mark_sent, open_screening
from tocsin.core.errors import KeyUnusableError, RefusedByRuleError
from tocsin.core.screening_hits import AnswerCode

NOW_S = 1_795_564_800
DAY_S = 86_400
XX = b"x" * 16
ALERT = (XX, "a" * 32, 1)


@pytest.fixture
def home(tmp_path):
    return ParticipantHome.create(tmp_path / "home")


@pytest.fixture
def memory(home):
    with open_screening(home, STORAGE_KEY) as found:
        yield found


def new(id_: str, alert=ALERT, selector: int | None = None) -> NewHit:
    return NewHit(id_, alert, "active", selector, f"parcel of {id_}", {"title": "Look", "tests": []})


def found(memory: Screening, id_: str):
    return one_beginning(memory.hits.beginning(id_), id_)


def answer(memory: Screening, id_: str, code=AnswerCode.STOPPED, *, with_parcel=False, note=""):
    memory.answers.add(found(memory, id_), code, note, NOW_S, with_parcel=with_parcel)


def test_a_hit_is_stored_once(memory):
    assert 2 == memory.hits.add([new("aa"), new("ab"), new("aa")], NOW_S)
    assert 1 == memory.hits.add([new("ab"), new("ac")], NOW_S)
    assert ["aa", "ab", "ac"] == [one.id for one in memory.hits.after(0)]


def test_a_hit_is_found_by_the_beginning_of_its_id(memory):
    memory.hits.add([new("aab"), new("aac"), new("b")], NOW_S)
    assert "b" == found(memory, "b").id
    with pytest.raises(RefusedByRuleError, match="several"):
        found(memory, "aa")
    with pytest.raises(RefusedByRuleError, match="no hit"):
        found(memory, "c")


def test_the_parcels_values_go_before_the_hit_does(memory):
    memory.hits.add([new("aa")], NOW_S)
    memory.forget_old(NOW_S + hits_module.VALUES_LIFETIME_S + 1)
    assert (None, None) == (found(memory, "aa").shown, found(memory, "aa").parcel)
    assert 0 == memory.hits.add([new("aa")], NOW_S)
    memory.forget_old(NOW_S + hits_module.LIFETIME_S + 1)
    assert [] == memory.hits.after(0)


def test_a_clock_that_the_directory_contradicts_is_believed_after_a_day_and_not_if_it_was_right_between(
    memory,
):
    doubt, day_s = memory.clock_doubt, 86_400
    asked = [
        (0, True),
        (day_s - 1, True),
        (day_s, True),
        (day_s + 1, False),
        (2 * day_s, True),
        (day_s, True),
        (2 * day_s, True),
    ]
    said = [doubt.is_over(NOW_S + later_s, apart=apart) for later_s, apart in asked]
    assert [False, False, True, True, False, False, True] == said


def test_answered_hits_make_room_and_open_ones_never_do(memory, monkeypatch):
    monkeypatch.setattr(hits_module, "MAX_HITS", 2)
    memory.hits.add([new("aa"), new("ab")], NOW_S)
    answer(memory, "ab")
    memory.hits.add([new("ac")], NOW_S)
    assert ["aa", "ac"] == [one.id for one in memory.hits.after(0)]
    with pytest.raises(RefusedByRuleError, match="wait for an answer"):
        memory.hits.add([new("ad")], NOW_S)
    assert ["aa", "ac"] == [one.id for one in memory.hits.after(0)]


def test_hits_that_are_there_already_need_no_room(memory, monkeypatch):
    monkeypatch.setattr(hits_module, "MAX_HITS", 2)
    memory.hits.add([new("aa"), new("ab")], NOW_S)
    assert 0 == memory.hits.add([new("aa"), new("ab")], NOW_S)


def test_every_hit_of_an_alert_says_what_became_of_it(memory):
    memory.hits.add([new("aa"), new("ab"), new("ac", (XX, "b" * 32, 1))], NOW_S)
    assert 2 == memory.hits.annotate(ALERT, "cleared", NOW_S + 1)
    assert 0 == memory.hits.annotate(ALERT, "cleared", NOW_S + 2)
    assert ["cleared", "cleared", "active"] == [one.status for one in memory.hits.after(0)]
    assert NOW_S + 1 == found(memory, "aa").status_at_s


def test_the_hits_of_a_muted_pattern_are_not_shown_unless_they_were_answered(memory):
    memory.hits.add([new("aa", selector=0), new("ab", selector=0), new("ac", selector=1), new("ad")], NOW_S)
    answer(memory, "ab")
    assert 1 == memory.hits.mute(ALERT, 0)
    assert ["ab", "ac", "ad"] == [one.id for one in memory.hits.after(0)]
    assert found(memory, "aa").shown is None


def test_only_open_hits_are_listed_where_they_are_asked_for(memory):
    memory.hits.add([new("aa"), new("ab")], NOW_S)
    answer(memory, "aa")
    assert ["ab"] == [one.id for one in memory.hits.after(0, only_open=True)]


def test_an_answer_waits_until_it_is_sent(memory):
    memory.hits.add([new("aa"), new("ab")], NOW_S)
    answer(memory, "aa")
    answer(memory, "ab", AnswerCode.FALSE_MATCH, with_parcel=True, note="ours")
    waiting = answers_to_send(memory)
    assert [("aa", AnswerCode.STOPPED, None), ("ab", AnswerCode.FALSE_MATCH, "parcel of ab")] == [
        (one.hit, one.code, one.parcel) for one in waiting
    ]
    assert ALERT == (waiting[0].originator, waiting[0].alert_id, waiting[0].version)
    mark_sent(memory, [waiting[0].seq], NOW_S + 5)
    assert ["ab"] == [one.hit for one in answers_to_send(memory)]
    assert [(NOW_S, "stopped", None, NOW_S + 5)] == memory.answers.notes("aa")


def test_a_later_answer_follows_the_earlier_one(memory):
    memory.hits.add([new("aa")], NOW_S)
    answer(memory, "aa", AnswerCode.HELD)
    answer(memory, "aa", AnswerCode.STOPPED)
    assert ["held", "stopped"] == [one.code for one in answers_to_send(memory)]
    assert "stopped" == found(memory, "aa").answer


def test_an_answer_to_the_firms_own_list_is_sent_to_nobody(memory):
    memory.hits.add([new("aa", (OWN_ORIGINATOR, "a" * 32, 1))], NOW_S)
    answer(memory, "aa")
    assert [] == answers_to_send(memory)


def test_an_answer_that_cannot_be_kept_is_refused(memory, monkeypatch):
    memory.hits.add([new("aa"), new("ab")], NOW_S)
    with pytest.raises(RefusedByRuleError, match="500 characters"):
        answer(memory, "aa", note="x" * 501)
    monkeypatch.setattr(answers_module, "MAX_ANSWERS", 1)
    answer(memory, "aa")
    with pytest.raises(RefusedByRuleError, match="wait to be sent"):
        answer(memory, "ab")
    monkeypatch.undo()
    memory.forget_old(NOW_S + hits_module.VALUES_LIFETIME_S + 1)
    with pytest.raises(RefusedByRuleError, match="not known any more"):
        answer(memory, "ab", with_parcel=True)


def test_what_waits_to_be_sent_has_no_lifetime(memory):
    memory.hits.add([new("aa"), new("ab")], NOW_S)
    answer(memory, "aa")
    answer(memory, "ab")
    mark_sent(memory, [answers_to_send(memory)[0].seq], NOW_S)
    memory.answers.forget_old(NOW_S + 500 * DAY_S)
    assert ["ab"] == [one.hit for one in answers_to_send(memory)]
    assert [] == memory.answers.notes("aa")


def test_a_pattern_that_is_too_broad_is_muted_and_told_once(memory):
    broad = BroadPattern(ALERT, 3, hits=200, parcels=1_000)
    memory.broad.add(broad, NOW_S)
    memory.broad.add(BroadPattern(ALERT, 3, hits=1, parcels=1), NOW_S)
    assert ({ALERT: frozenset({3})}, [broad]) == (memory.broad.muted(), memory.broad.to_tell())
    memory.broad.mark_told([broad], NOW_S)
    assert ({ALERT: frozenset({3})}, []) == (memory.broad.muted(), memory.broad.to_tell())
    memory.forget_old(NOW_S + 500 * DAY_S)
    assert {} == memory.broad.muted()


def test_a_file_is_asked_for_what_it_was_not_asked_for_before(memory, monkeypatch):
    assert 0 == memory.scanned.alerts_to(b"f")
    memory.scanned.note(b"f", 7, NOW_S)
    memory.scanned.note(b"f", 5, NOW_S + 1)
    assert 7 == memory.scanned.alerts_to(b"f")
    monkeypatch.setattr(scanned_module, "MAX_FILES", 1)
    memory.scanned.note(b"g", 7, NOW_S + 2)
    memory.scanned.forget_old(NOW_S)
    assert (0, 7) == (memory.scanned.alerts_to(b"f"), memory.scanned.alerts_to(b"g"))


def test_nothing_of_a_parcel_is_readable_on_the_disk(home):
    with open_screening(home, STORAGE_KEY) as memory:
        memory.hits.add([NewHit("aa", ALERT, "active", None, "CANARY", {"tests": "CANARY"})], NOW_S)
    held = b"".join(path.read_bytes() for path in (home.path / "screening").iterdir())
    assert held
    assert b"CANARY" not in held
    with pytest.raises(KeyUnusableError), open_screening(home, b"another key of 32 bytes, exactly"):
        pass


def _write(folder: Path, name: str, start) -> None:
    start.wait()
    with open_screening(ParticipantHome.create(folder), STORAGE_KEY) as memory:
        for number in range(50):
            memory.hits.add([new(f"{name}{number:03}")], NOW_S)


def test_two_processes_write_at_once(home):
    """A watch stores hits while a person answers; neither holds the other up, even when both come first."""
    fork = multiprocessing.get_context("spawn")
    start = fork.Event()
    writers = [fork.Process(target=_write, args=(home.path, name, start)) for name in "ab"]
    for one in writers:
        one.start()
    start.set()
    for one in writers:
        one.join(60)
    assert [0, 0] == [one.exitcode for one in writers]
    with open_screening(home, STORAGE_KEY) as memory:
        assert 100 == len(memory.hits.after(0))
