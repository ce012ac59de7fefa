"""Own watch-lists in the commands: flagged to the officer, and in nothing that leaves the home."""

import io
import json

import pytest

from services.producer.importing_file import Source, importing
from services.producer.publishing import Ask
from services.producer.watching import take
from tests.producer.test_writing import NIGHT
from tests.support.reports import smallest_report
from tests.support.tables import HEADER, seizure
from tocsin.main import main

SECRET = "Zzyzx list"
ON_LIST = f'is on your list "{SECRET}"'


@pytest.fixture
def run(home, capsys):
    def run(*arguments):
        code = main(list(arguments))
        out, err = capsys.readouterr()
        return code, out, " ".join(err.split())

    return run


@pytest.fixture
def loaded(home, tmp_path, run):
    file = tmp_path / "list.csv"
    file.write_text(f"name,cas,synonyms,note,list\nsafrole,,Qwertyl,from the north,{SECRET}\n")
    assert 0 == run("codes", "load", str(file))[0]
    return home


@pytest.fixture
def listed_report(tmp_path):
    path = tmp_path / "report.json"
    path.write_text(json.dumps(smallest_report(substances=[{"name_as_declared": "qwertyl"}])))
    return str(path)


def test_a_list_is_loaded_shown_and_forgotten(loaded, run):
    (row,) = map(json.loads, run("codes", "lists", "--json")[1].splitlines())
    assert (SECRET, 1) == (row["list"], row["entries"])
    assert "Qwertyl" in run("codes", "lists", SECRET, "--json")[1]
    assert 0 == run("codes", "forget", SECRET)[0]
    assert (0, "") == run("codes", "lists")[:2]
    assert 3 == run("codes", "forget", SECRET)[0]


def test_a_file_with_a_wrong_row_keeps_the_list_that_was_there(loaded, run, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text(f"name,cas,list\nother,1-2-3,{SECRET}\n")
    code, _, err = run("codes", "load", str(bad))
    assert (3, True) == (code, "line 2: cas 1" in err)
    assert "Qwertyl" in run("codes", "lists", SECRET, "--json")[1]


def test_a_search_says_on_which_list_a_name_stands(loaded, run):
    code, out, _ = run("codes", "search", "qwertyl", "--json")
    found = json.loads(out)
    assert (0, SECRET, True, "safrole", "alias") == (
        code,
        *(found[key] for key in ("list", "own", "label", "nearness")),
    )
    assert "from the north" in found["why"]
    assert 3 == run("codes", "search", "qwertyl", "--no-lists")[0]
    assert 3 == run("codes", "search", "qwertyl", "--list", "kinds")[0]


def test_own_entries_stand_among_the_others_by_nearness(loaded, run):
    found = [json.loads(line) for line in run("codes", "search", "safrole", "--json")[1].splitlines()]
    assert [("exact", False), ("exact", True)] == [
        (one["nearness"], one.get("own", False)) for one in found if one["nearness"] == "exact"
    ]
    assert "related" == found[-1]["nearness"]


def test_a_check_flags_what_stands_on_a_list(loaded, run, listed_report):
    code, out, _ = run("report", "check", listed_report, "--json")
    (doubt,) = json.loads(out)["doubts"]
    assert (0, ON_LIST) == (code, doubt["sentence"])
    assert [] == json.loads(run("report", "check", listed_report, "--no-lists", "--json")[1])["doubts"]


def test_without_lists_a_check_needs_neither_home_nor_passphrase(run, listed_report, monkeypatch, tmp_path):
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "nowhere"))
    monkeypatch.delenv("TOCSIN_PASSPHRASE_FILE")
    assert 0 == run("report", "check", listed_report)[0]


def test_lists_that_cannot_be_opened_are_never_passed_over(
    loaded, run, listed_report, tmp_path, monkeypatch
):
    wrong = tmp_path / "wrong"
    wrong.touch(mode=0o600)
    wrong.write_text("not the passphrase")
    monkeypatch.setenv("TOCSIN_PASSPHRASE_FILE", str(wrong))
    for command in (("report", "check", listed_report), ("codes", "search", "safrole")):
        assert (2, "") == run(*command)[:2]


def test_new_flags_it_before_anything_is_sent(loaded, run, monkeypatch):
    typed = [
        "qwertyl" if one == "safrole" else one or "pics" if at == 6 else one for at, one in enumerate(NIGHT)
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join([*typed, "no", ""])))
    assert ON_LIST in run("report", "new")[1]


def test_publish_flags_it_and_sends_it_all_the_same(loaded, run, listed_report):
    code, _, err = run("publish", "--no-wait", listed_report)
    assert (5, True) == (code, ON_LIST in err)


@pytest.mark.parametrize("option", ["--dry-run", "--no-wait"])
def test_an_import_flags_it_as_a_remark(loaded, run, tmp_path, option):
    table = tmp_path / "rows.csv"
    table.write_text("\n".join(",".join(row) for row in (HEADER, seizure(substance="qwertyl"))))
    _, _, err = run("import", str(table), option)
    assert f"1 with a remark, at line 2, column 5 (substance): {ON_LIST}" in err


def test_a_watched_folder_is_not_told_which_list(loaded, tmp_path, monkeypatch):
    spool = tmp_path / "spool"
    for folder in (spool, spool / "done", spool / "failed"):
        folder.mkdir()
    table = spool / "rows.csv"
    table.write_text("\n".join(",".join(row) for row in (HEADER, seizure(substance="qwertyl"))))
    ask = Ask(loaded, loaded / "passphrase", None, None)
    with importing(ask, None, names_lists=False) as opened:
        moved = take(opened, table, Source())
    report = moved.with_name(f"{moved.name}.report.json").read_text()
    assert (True, False) == ("is on a watch-list of yours" in report, SECRET in report)


def test_nothing_of_a_list_is_in_what_leaves_or_stays_in_clear(loaded, run, listed_report):
    words = (SECRET.encode(), b"from the north")
    _, receipt, _ = run("publish", "--no-wait", listed_report, "--json")
    _, status, _ = run("status", "--json")
    files = [path.read_bytes() for path in loaded.rglob("*") if path.is_file()]
    assert not any(word in text for word in words for text in (receipt.encode(), status.encode(), *files))
