"""`tocsin report new | drafts | submit`, without a broker: what is asked, kept, refused, sent once."""

import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.producer.asking import MAX_ANSWER_CHARACTERS
from tests.support.photographs import photograph
from tocsin.main import main

# kind, date, country, locality, substance, status, system, amount, unit, origin, destination,
# mode, identifier, declared, hidden, narrative, language, tlp, pap
NIGHT = [
    *("Saisie", "2026-11-20", "Germany", "Leipzig", "safrole", "confirmed", "", "120", "kg"),
    *("CN", "", "Mail", "RA473124829CH", "perfume", "parcel", "Zzyzx found it", "en", "AMBER", ""),
]

ONCE = 2  # it concerns two regions
REFERENCE = f"CO-NFP-{datetime.now(UTC).year}-00001"


@pytest.fixture
def run(home, monkeypatch, capsys):
    def run(*arguments, typed=()):
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
        code = main(["report", *arguments])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def drafts(run):
    return lambda: [json.loads(line)["draft"] for line in run("drafts", "--json")[1].splitlines()]


@pytest.fixture
def accepted(run, capsys):
    def accepted():
        main(["status", "--json"])
        counts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return sum(one["count"] for one in counts)

    return accepted


def test_ten_rows_make_a_report_that_is_accepted_and_leaves_no_draft(run, drafts, accepted):
    code, out, err = run("new", "--no-wait", typed=[*NIGHT, "yes"])
    assert (5, [], ONCE) == (code, drafts(), accepted())
    assert "can be sent; completeness" in out
    assert "System * [pics]: " in err


def test_a_photograph_goes_with_the_ten_rows_and_counts_for_the_score(run, accepted, tmp_path):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(photograph())
    _, without, _ = run("new", "--no-wait", typed=[*NIGHT, "no"])
    code, out, err = run("new", "--no-wait", "--attach", str(photo), typed=[*NIGHT, "yes"])
    assert (5, 2 * ONCE) == (code, accepted())
    assert err.index("location removed") < err.index("1/10")
    assert score(without) < score(out)


def test_whoever_publishes_later_is_told_that_drafts_hold_no_files(run, drafts, accepted, tmp_path):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(photograph())
    _, _, err = run("new", "--no-wait", "--attach", str(photo), typed=[*NIGHT, "no"])
    assert "with the same --attach as now" in err
    (name,) = drafts()
    assert 5 == run("submit", name, "--no-wait", "--attach", str(photo))[0]
    assert 2 * ONCE == accepted()


def test_a_file_that_may_not_be_sent_is_said_before_anything_is_asked(run, tmp_path):
    (tmp_path / "a.gif").write_bytes(b"<html>")
    code, _, err = run("new", "--attach", str(tmp_path / "a.gif"), typed=NIGHT)
    assert (3, False) == (code, "1/10" in err)


def score(out):
    return int(out.partition("completeness ")[2].partition(" of")[0])


def test_questions_are_in_the_language_asked_for(run):
    assert "1/10 Type d'incident *: " in run("new", "--lang", "fr")[2]


def test_whoever_stops_keeps_every_answer_and_goes_on_later(run, drafts, accepted):
    code, _, err = run("new", typed=NIGHT[:7])
    (name,) = drafts()
    assert 5 == code
    assert f"tocsin report new --draft {name}" in err
    _, _, err = run("new", "--draft", name, "--no-wait", typed=[*[""] * 7, *NIGHT[7:], "yes"])
    assert "3/10 Place [Leipzig]: " in err
    assert ([], ONCE) == (drafts(), accepted())


def test_a_power_cut_loses_no_answer_that_was_given(run, drafts):
    command = [Path(sys.executable).with_name("tocsin"), "report", "new"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdin.write("\n".join([*NIGHT[:4], ""]).encode())
        process.stdin.flush()
        told = b""
        while b"4/10" not in told:
            told += process.stderr.read1()
        process.kill()
    (name,) = drafts()
    _, _, err = run("new", "--draft", name)
    assert "[Saisie]" in err
    _, _, err = run("new", "--draft", name, typed=["", "", ""])
    assert "3/10 Place [Leipzig]: " in err


def test_stopping_before_the_first_answer_keeps_no_empty_draft(run, drafts):
    code, _, err = run("new")
    assert (5, []) == (code, drafts())
    assert "nothing is kept" in err


def test_no_keeps_the_draft_for_submit_which_sends_it_once(run, drafts, accepted):
    assert 0 == run("new", typed=[*NIGHT, "no"])[0]
    (name,) = drafts()
    assert 0 == accepted()
    assert 5 == run("submit", name, "--no-wait", "--json")[0]
    assert 0 != run("submit", name, "--no-wait")[0]
    assert ([], ONCE) == (drafts(), accepted())


def test_a_draft_that_was_accepted_but_not_yet_taken_away_is_not_sent_twice(
    run, drafts, accepted, monkeypatch
):
    run("new", typed=[*NIGHT, "no"])
    with monkeypatch.context() as crash:
        crash.setattr("tocsin.adapters.drafts.Drafts.delete", lambda *_: None)
        run("submit", drafts()[0], "--no-wait")
    run("submit", drafts()[0], "--no-wait")
    assert ([], ONCE) == (drafts(), accepted())


def test_a_draft_is_given_one_reference_however_often_it_is_submitted(run, drafts, monkeypatch):
    run("new", typed=[*NIGHT, "no"])
    with monkeypatch.context() as crash:
        crash.setattr("tocsin.adapters.drafts.Drafts.delete", lambda *_: None)
        first = json.loads(run("submit", drafts()[0], "--no-wait", "--json")[1])
    again = json.loads(run("submit", drafts()[0], "--no-wait", "--json")[1])
    assert REFERENCE == first["reference"] == again["reference"]
    assert ("accepted", "known") == (first["result"], again["result"])


def test_a_draft_that_was_changed_after_it_was_accepted_is_a_new_version(run, drafts, monkeypatch):
    run("new", typed=[*NIGHT, "no"])
    (name,) = drafts()
    with monkeypatch.context() as crash:
        crash.setattr("tocsin.adapters.drafts.Drafts.delete", lambda *_: None)
        run("submit", name, "--no-wait")
    run("new", "--draft", name, typed=[*[""] * 7, "150", *[""] * 10, "no"])
    code, _, err = run("submit", name, "--no-wait")
    assert (3, [name]) == (code, drafts())
    assert "--update" in err
    update = json.loads(run("submit", name, "--update", "--no-wait", "--json")[1])
    assert (REFERENCE, 2) == (update["reference"], update["version"])


def test_an_answer_that_cannot_stand_is_asked_again_with_the_reason(run):
    _, _, err = run("new", typed=["war", "seizure"])
    assert 2 == err.count("1/10 Kind of incident")
    assert "is none of the known codes" in err


def test_what_is_missing_at_the_end_is_asked_again(run, drafts):
    typed = [*NIGHT]
    typed[17] = ""  # the marking
    code, out, err = run("new", typed=[*typed, "GREEN", "no"])
    assert 0 == code
    assert "! Marking (TLP) *: " in err
    assert "can be sent" in out


def test_one_can_go_back_clear_and_ask_for_help(run, drafts):
    _, _, err = run("new", typed=["?", "seizure", "<", "-", "seizure"])
    assert "seizure  Seizure" in err
    assert 1 == err.count("1/10 Kind of incident * [seizure]: ")
    assert [] == drafts()


def test_an_answer_over_the_bound_is_not_taken_in_part(run):
    typed = ["seizure", "2026", "DE", "x" * (3 * MAX_ANSWER_CHARACTERS), "Leipzig", ""]
    _, _, err = run("new", typed=typed)
    assert "nothing was taken" in " ".join(err.split())
    assert 1 == err.count("Substance as declared")


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_bytes_that_are_no_text_are_asked_again(home, drafts, monkeypatch, capsys, errors):
    typed = io.BytesIO(b"seizure\n2026\nDE\nLe\xffpzig\nLeipzig\n")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(typed, "utf-8", errors=errors))
    assert 5 == main(["report", "new"])
    assert "no UTF-8" in capsys.readouterr().err
    assert 1 == len(drafts())


@pytest.mark.parametrize(("command", "code"), [("new", 5), ("check", 2)])
def test_without_standard_input_nothing_breaks(home, monkeypatch, capsys, command, code):
    monkeypatch.setattr("sys.stdin", None)
    assert code == main(["report", command])
    assert "please report" not in capsys.readouterr().err


def test_a_draft_lies_encrypted_and_private_on_disk(home, run):
    run("new", typed=[*NIGHT, "no"])
    files = [path for path in (home / "drafts").iterdir() if path.is_file()]
    assert files
    assert not any(b"Zzyzx" in path.read_bytes() for path in files)
    assert {0o600} == {path.stat().st_mode & 0o777 for path in files}


def test_a_draft_can_be_deleted_and_one_that_is_not_there_is_said(run, drafts):
    run("new", typed=["seizure"])
    (name,) = drafts()
    assert 0 == run("drafts", "--delete", name)[0]
    assert [] == drafts()
    for command in (("drafts", "--delete", name), ("submit", name), ("new", "--draft", name)):
        code, _, err = run(*command)
        assert 0 != code
        assert f"there is no draft {name}" in " ".join(err.split())
