"""The publisher's commands without a broker: input, exit codes, messages, what stays in the outbox."""

import json
import re
from copy import deepcopy

import pytest

from services.producer.importing_file import MAX_TOLD_ROWS
from services.producer.publishing import MAX_SHOWN_DOUBTS
from tests.support.incidents import SEIZURE
from tocsin.adapters.home import ParticipantHome
from tocsin.core.unodc_ids import COLUMNS
from tocsin.main import main


def report(reference, **changes):
    return deepcopy(SEIZURE) | {"national_reference": reference} | changes


def write(path, *reports):
    path.write_text("".join(json.dumps(one) + "\n" for one in reports))
    return str(path)


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def test_without_a_broker_a_report_is_accepted_and_the_exit_code_says_incomplete(home, tmp_path, capsys):
    assert 5 == main(["publish", write(tmp_path / "r.json", report("A-1"))])
    out, err = capsys.readouterr()
    assert [("A-1", "accepted")] == [(one["reference"], one["state"]) for one in lines(out)]
    assert "cannot be reached" in err
    assert 5 == main(["status", "A-1"])


def test_no_wait_asks_no_broker(home, tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("TOCSIN_BOOTSTRAP")
    assert 5 == main(["publish", "--no-wait", write(tmp_path / "r.json", report("A-1"))])
    assert "" == capsys.readouterr().err


def test_standard_input_is_read(home, tmp_path, capsys, monkeypatch):
    write(tmp_path / "r.json", report("A-1"), report("A-2"))
    with (tmp_path / "r.json").open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        assert 5 == main(["publish", "--no-wait", "-"])
    assert ["A-1", "A-2"] == [one["reference"] for one in lines(capsys.readouterr().out)]


def test_a_refused_report_is_named_with_every_reason_and_not_stored(home, tmp_path, capsys):
    bad = report("A-1", place={"country": "QX"}) | {"handlng": {}}
    assert 3 == main(["publish", "--no-wait", write(tmp_path / "r.json", bad)])
    out, err = capsys.readouterr()
    assert "" == out
    assert "line 1: place.country" in err
    assert "handlng" in err
    assert 3 == main(["status", "A-1"])


def test_a_conflict_is_refused_and_points_to_update(home, tmp_path, capsys):
    main(["publish", "--no-wait", write(tmp_path / "r.json", report("A-1"))])
    changed = write(tmp_path / "s.json", report("A-1", kind="diversion"))
    assert 3 == main(["publish", "--no-wait", changed])
    assert "--update" in capsys.readouterr().err
    assert 5 == main(["publish", "--no-wait", "--update", changed])


@pytest.mark.parametrize(
    ("text", "reason"), [("kind: seizure", "is not JSON"), ("", "is not JSON"), ("[1]", "report 1")]
)
def test_what_is_no_report_is_refused(home, tmp_path, capsys, text, reason):
    (tmp_path / "r.json").write_text(text)
    assert 3 == main(["publish", "--no-wait", str(tmp_path / "r.json")])
    assert reason in capsys.readouterr().err


def test_a_file_that_is_not_there_is_a_wrong_option(home, capsys):
    assert 2 == main(["publish", "missing.json"])
    assert "missing.json" in capsys.readouterr().err


def test_a_wrong_passphrase_is_said_and_makes_no_outbox(home, tmp_path, capsys):
    (home / "passphrase").write_text("wrong horse battery staple")
    assert 2 == main(["publish", write(tmp_path / "r.json", report("A-1"))])
    assert "passphrase is wrong" in capsys.readouterr().err
    assert not (home / "outbox").exists()


def test_a_home_in_use_says_by_whom_and_how_to_hand_the_report_in(home, tmp_path, capsys):
    with ParticipantHome.open(home).hold("outbox"):
        assert 4 == main(["publish", write(tmp_path / "r.json", report("A-1"))])
    err = capsys.readouterr().err
    assert "holds it since" in err
    assert "--url" in err


def test_a_home_that_accepted_nothing_yet_is_no_fault(home, capsys):
    assert 0 == main(["status"])
    assert "nothing was accepted here yet" in capsys.readouterr().err


def test_counts_tell_how_much_waits(home, tmp_path, capsys):
    main(["publish", "--no-wait", write(tmp_path / "r.json", report("A-1"))])
    capsys.readouterr()
    assert 0 == main(["status"])
    counts = {one["state"]: one["count"] for one in lines(capsys.readouterr().out)}
    assert {"accepted": 2, "sealed": 0, "published": 0, "refused": 0} == counts


def test_a_report_is_found_by_its_id(home, tmp_path, capsys):
    main(["publish", "--no-wait", write(tmp_path / "r.json", report("A-1"))])
    (receipt,) = lines(capsys.readouterr().out)
    assert 5 == main(["status", receipt["report_id"]])


def test_nothing_is_sent_without_a_broker_and_send_says_so(home, tmp_path, capsys):
    main(["publish", "--no-wait", write(tmp_path / "r.json", report("A-1"))])
    assert 5 == main(["send"])
    assert "waits in the outbox" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--url", "ftp://x"], "--token-file"),
        (["--url", "ftp://x", "--token-file", "passphrase"], "http://host:port"),
        (["--url", "http://127.0.0.1:9", "--token-file", "passphrase", "--approve"], "--approve"),
        (["--url", "http://127.0.0.1:9", "--token-file", "passphrase"], "does not answer"),
    ],
)
def test_a_service_that_cannot_be_asked_is_said(home, tmp_path, capsys, monkeypatch, options, reason):
    monkeypatch.chdir(home)
    file = write(tmp_path / "r.json", report("A-1"))
    assert main(["publish", file, *options]) in {2, 6}
    assert reason in capsys.readouterr().err


ROW = {"COUNTRY": "Spain", "SEIZURE_DATE": "2011-01-02", "DRUG_NAME": "Heroin", "DRUG_UNIT": "Gram"}
TWO_ROWS = ({**ROW, "AMOUNT": "1"}, {**ROW, "AMOUNT": "1"})


def rows(path, *changes):
    """A file of the profile; two equal rows are two seizures."""
    usual = dict.fromkeys(COLUMNS, "")
    header = ",".join(COLUMNS)
    body = [",".join({**usual, **one}[name] for name in COLUMNS) for one in changes]
    path.write_text("\n".join([header, *body]) + "\n")
    return str(path)


def test_an_import_that_is_run_again_adds_nothing(home, tmp_path, capsys):
    file = rows(tmp_path / "s.csv", *TWO_ROWS)
    for accepted, known in ((2, 0), (0, 2)):
        capsys.readouterr()
        assert 5 == main(["import", file, "--profile", "unodc-ids", "--no-wait"])
        (count,) = lines(capsys.readouterr().out)
        assert (2, accepted, known) == (count["read"], count["accepted"], count["known"])


def test_a_dry_run_keeps_nothing(home, tmp_path, capsys):
    file = rows(tmp_path / "s.csv", *TWO_ROWS)
    assert 0 == main(["import", file, "--profile", "unodc-ids", "--dry-run"])
    assert not (home / "outbox").exists()


def test_refused_rows_are_named_by_line_and_kept_where_asked(home, tmp_path, capsys):
    bad = [{**TWO_ROWS[0], "AMOUNT": "-1"}] * (MAX_TOLD_ROWS + 3)
    file = rows(tmp_path / "s.csv", *TWO_ROWS, *bad)
    kept = tmp_path / "refused.jsonl"
    command = ["import", file, "--profile", "unodc-ids", "--no-wait", "--refused", str(kept)]
    assert 3 == main(command)
    err = capsys.readouterr().err
    assert re.search(r"line 4: column \d+ \(AMOUNT\): ", err)
    assert MAX_TOLD_ROWS == err.count("error: line")
    assert MAX_TOLD_ROWS + 3 == len(lines(kept.read_text()))


def test_a_profile_that_is_not_there_is_refused(home, tmp_path, capsys):
    file = rows(tmp_path / "s.csv", *TWO_ROWS)
    assert 2 == main(["import", file, "--profile", "europol"])
    assert "known: unodc-ids" in capsys.readouterr().err


def test_a_token_is_printed_once_and_can_be_taken_away(home, capsys):
    assert 0 == main(["producer", "token", "customs"])
    token = capsys.readouterr().out.strip()
    assert token not in (home / "tokens.json").read_text()
    assert [0, 3] == [main(["producer", "token", "customs", "--remove"]) for _ in range(2)]


def test_every_command_has_an_example(capsys):
    for words in (["publish"], ["send"], ["status"], ["import"], ["producer", "serve"]):
        assert 0 == main([*words, "--help"])
        assert "Example: tocsin" in capsys.readouterr().out


def test_a_template_is_written_and_a_map_proposed_without_a_home(tmp_path, capsys):
    out = tmp_path / "t.csv"
    assert 0 == main(["import", "template", "seizure", "--lang", "es", "--out", str(out)])
    assert str(out) in capsys.readouterr().out
    assert 0 == main(["import", "--explain", str(out)])
    told = capsys.readouterr()
    assert 'event_date = "Fecha del incidente"' in told.out
    assert "encoding utf-8" in told.err


@pytest.mark.parametrize(
    "words",
    [
        ["import", "--dry-run"],
        ["import", "a.csv", "--watch", "b"],
        ["import", "a.csv", "--map", "m.toml", "--profile", "unodc-ids"],
    ],
)
def test_options_that_exclude_each_other_are_said(words, capsys):
    assert 2 == main(words)
    assert "give" in capsys.readouterr().err


def test_nothing_of_a_file_with_a_broken_header_is_accepted(home, tmp_path, capsys):
    main(["import", rows(tmp_path / "one.csv", TWO_ROWS[0]), "--profile", "unodc-ids", "--no-wait"])
    capsys.readouterr()
    main(["status", "--json"])
    before = capsys.readouterr().out
    broken = tmp_path / "s.csv"
    broken.write_bytes(b"kind,kind\nseizure,seizure\n")
    assert 3 == main(["import", str(broken), "--no-wait"])
    assert "repeated" in capsys.readouterr().err
    main(["status", "--json"])
    assert "1" in before
    assert before == capsys.readouterr().out


def test_what_is_probably_mistyped_is_said_and_sent_as_typed(home, tmp_path, capsys):
    mistyped = {"identifiers": [{"type": "s10", "value": "RA473124828CH"}]}
    file = write(tmp_path / "r.json", *(report(f"A-{n}", transport=mistyped) for n in range(25)))
    assert 5 == main(["publish", "--no-wait", file])
    out, err = capsys.readouterr()
    assert 25 == len(lines(out))
    assert MAX_SHOWN_DOUBTS == err.count("transport.identifiers[0].value: the check digit does not fit")
    assert "`tocsin report check FILE` names all of them" in " ".join(err.split())
    assert "RA473124828CH" not in err
