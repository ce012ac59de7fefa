"""Data on stdout, messages on stderr, nothing harmful from others."""

import io
import json
from contextlib import redirect_stdout

import pytest

from tocsin.runtime import console


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def on_a_terminal(record, columns, **options) -> str:
    with redirect_stdout(Terminal()) as stdout:
        console.rows([record], columns, **options)
    return stdout.getvalue()


def test_rows_are_json_lines_when_piped(capsys) -> None:
    console.rows([{"a": 1, "b": "Köln"}, {"a": 2}], ["a"])
    assert '{"a":1,"b":"Köln"}\n{"a":2}\n' == capsys.readouterr().out


def test_rows_are_a_table_of_the_columns_on_a_terminal() -> None:
    text = on_a_terminal({"report_id": 1, "b": ["x", "y"], "c": None}, ["report_id", "b", "c"])
    assert "report id" in text
    assert "x, y" not in text
    assert ["x", "y"] == [line.split()[-1] for line in text.splitlines()[-3:-1]]
    assert "None" not in text


def test_a_single_row_that_is_too_wide_is_a_list_of_its_fields(monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    record = {"reference": "XX-CUS-2026-00001", "report_id": "0" * 36, "where": ["y" * 30, "z" * 30]}
    lines = on_a_terminal(record, list(record)).splitlines()
    assert ["reference  XX-CUS-2026-00001", "report id  " + "0" * 36] == [one.rstrip() for one in lines[:2]]
    assert ["where      " + "y" * 30, "           " + "z" * 30] == [one.rstrip() for one in lines[2:]]


def test_rows_whose_words_would_be_broken_are_blocks_of_lines(monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    with redirect_stdout(Terminal()) as stdout:
        console.rows([{"id": "0" * 32, "at": "1" * 20}, {"id": "a" * 32, "at": "b" * 20}], ["id", "at"])
    blocks = ["id  " + "0" * 32, "at  " + "1" * 20, "", "id  " + "a" * 32, "at  " + "b" * 20]
    assert blocks == [line.rstrip() for line in stdout.getvalue().splitlines()]


def test_sentences_give_way_to_ids(monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    record = {"id": "0" * 32, "what": "white powder " * 5}
    with redirect_stdout(Terminal()) as stdout:
        console.rows([record, record], ["id", "what"])
    assert 2 == stdout.getvalue().count("0" * 32 + "   white powder")


def test_json_can_be_asked_for_on_a_terminal() -> None:
    assert {"a": 1} == json.loads(on_a_terminal({"a": 1}, ["a"], as_json=True))


def test_cells_of_others_carry_no_escape_and_no_markup() -> None:
    text = on_a_terminal({"a": "[red]\x1b]0;x\x07"}, ["a"])
    assert "[red]\ufffd]0;x\ufffd" in text
    assert "\x1b]" not in text


def test_messages_go_to_stderr_only(capsys) -> None:
    console.say("one [b]")
    console.warn("two")
    console.fault("three")
    captured = capsys.readouterr()
    assert ("", "one [b]\nwarning: two\nerror: three\n") == (captured.out, captured.err)


def test_long_messages_are_not_broken_into_lines_when_piped(capsys) -> None:
    console.fault("x" * 300)
    assert "error: " + "x" * 300 + "\n" == capsys.readouterr().err


@pytest.mark.parametrize("text", ["plain", "two\nlines", "日本語", "é"])
def test_harmless_text_stays(text) -> None:
    assert text == console.harmless(text)


def test_progress_is_silent_without_a_terminal(capsys) -> None:
    with console.progress() as bar:
        bar.update(bar.add_task("sealing", total=2), advance=1)
    assert "" == capsys.readouterr().err
