"""`tocsin report check`: needs nothing but the file, stores nothing, quotes nothing."""

import json
import os
import subprocess
import sys

import pytest

from tests.support.reports import smallest_alert, smallest_report
from tests.support.source import ROOT
from tocsin.main import main

MISTYPED = {"identifiers": [{"type": "s10", "value": "RA473124828CH"}]}


def check(tmp_path, capsys, *reports, options=("--json",)):
    file = tmp_path / "reports.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in reports))
    code = main(["report", "check", str(file), *options])
    return code, capsys.readouterr().out


def test_a_report_that_can_be_sent_gets_its_score_and_three_hints(tmp_path, capsys):
    code, out = check(tmp_path, capsys, smallest_report())
    found = json.loads(out)
    assert (0, True, 8) == (code, found["can_be_sent"], found["completeness"])
    assert 3 == len(found["hints"])


def test_one_that_cannot_be_sent_ends_with_3_and_all_its_problems(tmp_path, capsys):
    code, out = check(tmp_path, capsys, smallest_report(), smallest_report(handling=None, place=None))
    found = [json.loads(line) for line in out.splitlines()]
    assert (3, [True, False]) == (code, [one["can_be_sent"] for one in found])
    assert {"handling", "place"} == {problem["place"] for problem in found[1]["problems"]}


def test_a_mistyped_identifier_is_doubted_not_refused_and_not_quoted(tmp_path, capsys):
    code, out = check(tmp_path, capsys, smallest_report(transport=MISTYPED))
    assert (0, "transport.identifiers[0].value") == (code, json.loads(out)["doubts"][0]["place"])
    assert "RA473124828CH" not in out


def test_hints_are_in_the_language_asked_for(tmp_path, capsys):
    _, out = check(tmp_path, capsys, smallest_report(), options=("--json", "--lang", "fr"))
    assert "Itinéraire: indiquez la provenance et la destination" in json.loads(out)["hints"]


def test_a_missing_system_may_be_given_on_the_command_line(tmp_path, capsys):
    code, _ = check(tmp_path, capsys, smallest_report(system=None), options=("--json", "--system", "pics"))
    assert 0 == code


def test_an_alert_is_checked_as_an_alert_and_has_no_score(tmp_path, capsys):
    alert = smallest_alert(issued=1, valid_until=4_000_000_000)
    _, out = check(tmp_path, capsys, alert, {**alert, "title": None})
    found = [json.loads(line) for line in out.splitlines()]
    assert [None, None] == [one["completeness"] for one in found]


def test_what_is_no_json_is_a_finding_with_its_line(tmp_path, capsys):
    file = tmp_path / "reports.jsonl"
    file.write_text(json.dumps(smallest_report()) + "\n{bad\n")
    assert 3 == main(["report", "check", str(file), "--json"])
    assert "line 2" == json.loads(capsys.readouterr().out.splitlines()[1])["place"]


def test_on_a_terminal_it_speaks_in_sentences(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("tocsin.runtime.console.wants_json", lambda *_: False)
    code, out = check(tmp_path, capsys, smallest_report(transport=MISTYPED), smallest_report(kind=None))
    assert 3 == code
    assert "line 1: can be sent; completeness" in out
    assert "look again: transport.identifiers[0].value" in out
    assert "would help: " in out
    assert "line 2: cannot be sent as it is\n  wrong: kind: is missing" in out


@pytest.mark.parametrize("name", ["absent.json", "."])
def test_a_file_that_is_not_there_is_said(name, tmp_path, capsys):
    assert 0 != main(["report", "check", str(tmp_path / name)])
    assert "is no file that can be read" in capsys.readouterr().err


@pytest.mark.parametrize("settings", [{"TZ": "Asia/Shanghai"}, {"LC_ALL": "tr_TR.UTF-8"}])
def test_neither_zone_nor_language_of_the_machine_changes_what_a_report_says(tmp_path, settings):
    """A date never moves by a zone, and a field's name has no dotless i."""
    file = tmp_path / "report.json"
    file.write_text(
        json.dumps({**smallest_report(), "event_date": {"precision": "day", "value": "2025-01-01"}})
    )

    def said(**changes):
        words = [sys.executable, "-m", "tocsin.main", "report", "check", str(file), "--no-lists", "--json"]
        environment = {**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8", **changes}
        done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    assert said() == said(**settings)
    assert said()["can_be_sent"]
