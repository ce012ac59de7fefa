"""A file says how it is to be read, or is refused with the readings it allows."""

import codecs
import gc
import gzip
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from openpyxl import load_workbook

from services.producer.importing.tables import Format, open_table
from services.producer.importing_file import Source
from tests.support.tables import HEADER as TABLE
from tests.support.tables import imported, seizure, workbook
from tocsin.core.errors import MalformedError, SettingsError

HEADER = "kind;system;event_date;country;substance;locality;tlp\n"
RUSSIAN = HEADER + "".join(
    f"exposure;ion;2026-04-{day:02};RU;героин и метадон;город Москва, Россия;AMBER\n"
    for day in range(1, 29)
)


def write(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "encode"),
    [
        ("utf-8", lambda text: text.encode()),
        ("utf-8", lambda text: codecs.BOM_UTF8 + text.encode()),
        ("utf-16", lambda text: text.encode("utf-16")),
        ("utf-16", lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be")),
    ],
)
def test_what_proves_its_encoding_is_read_and_said(tmp_path: Path, name, encode) -> None:
    path = write(tmp_path, encode(RUSSIAN))
    with open_table(path) as table:
        assert table.said[0].startswith(f"encoding {name}: ")
    bodies, _ = imported(path)
    assert (28, "героин и метадон") == (len(bodies), bodies[0]["substances"][0]["name_as_declared"])


def test_utf_16_without_a_mark_is_seen_by_its_zeros(tmp_path: Path) -> None:
    plain = HEADER + "exposure;ion;2026-04-01;PE;cocaine;Lima;AMBER\n"
    for encoding in ("utf-16-le", "utf-16-be"):
        bodies, outcome = imported(write(tmp_path, plain.encode(encoding)))
        assert (1, "Lima") == (outcome.count.accepted, bodies[0]["place"]["locality"])


@pytest.mark.parametrize("encoding", ["cp1250", "cp1252", "cp1251", "gb18030"])
def test_an_encoding_that_was_given_decides(tmp_path: Path, encoding: str) -> None:
    word = {"cp1250": "Łódź", "cp1252": "Cádiz", "cp1251": "Казань", "gb18030": "云南省"}[encoding]
    text = HEADER + f"exposure;ion;2026-04-01;PE;cocaine;{word};AMBER\n"
    bodies, _ = imported(write(tmp_path, text.encode(encoding)), Source(format=Format(encoding=encoding)))
    assert word == bodies[0]["place"]["locality"]


def test_an_ambiguous_encoding_is_refused_with_every_reading_of_a_line(tmp_path: Path) -> None:
    text = HEADER + "exposure;ion;2026-04-01;PL;amfetamina;Łódź;AMBER\n"
    with pytest.raises(MalformedError, match="several encodings") as caught:
        imported(write(tmp_path, text.encode("cp1250")))
    assert {"--encoding cp1250", "--encoding cp1252"} <= {
        " ".join(line.split()[:2]) for line in str(caught.value).splitlines()[1:]
    }
    assert "Łódź" in str(caught.value)


def test_letters_late_in_a_long_file_are_seen(tmp_path: Path) -> None:
    plain = "exposure;ion;2026-04-01;PE;cocaine;Lima;AMBER\n" * 3_000
    text = HEADER + plain + "exposure;ion;2026-04-01;ES;cocaine;Cádiz;AMBER\n"
    with pytest.raises(MalformedError, match="several encodings"):
        imported(write(tmp_path, text.encode("cp1252")))


def test_one_damaged_row_does_not_make_a_utf_8_file_something_else(tmp_path: Path) -> None:
    damaged = RUSSIAN.encode() + b"exposure;ion;2026-04-01;RU;\xff\xfe;x;AMBER\n"
    _, outcome = imported(write(tmp_path, damaged))
    assert (28, 1) == (outcome.count.accepted, outcome.count.refused)


@pytest.mark.parametrize(
    ("name", "mark"), [("comma", ","), ("semicolon", ";"), ("tab", "\t"), ("bar", "|")]
)
def test_the_separator_is_found_and_said(tmp_path: Path, name: str, mark: str) -> None:
    text = RUSSIAN.replace("Москва, Россия", "Москва").replace(";", mark)
    with open_table(write(tmp_path, text.encode())) as table:
        assert (True, 7) == (table.said[1].startswith(f"separator {name}: "), len(table.header))


def test_decimal_commas_do_not_beat_the_semicolon(tmp_path: Path) -> None:
    with open_table(write(tmp_path, b"case;drug;kg\nS1;heroin;1,5\nS2;heroin;173,900\n")) as table:
        assert ("case", "drug", "kg") == table.header


def test_two_separators_that_fit_are_asked(tmp_path: Path) -> None:
    path = write(tmp_path, b"a,b;c\n1,2;3\n")
    with pytest.raises(MalformedError, match="several separators") as caught, open_table(path):
        pass
    assert "--separator comma" in str(caught.value)
    with open_table(path, Format(separator="semicolon")) as table:
        assert ("a,b", "c") == table.header


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Format(encoding="ebcdic"), "--encoding ebcdic is not known"),
        (Format(separator=";;"), "--separator is one character"),
        (Format(sheet="x"), "no workbook"),
    ],
)
def test_what_cannot_be_asked_for_is_said(tmp_path: Path, asked: Format, words: str) -> None:
    with pytest.raises(SettingsError, match=words), open_table(write(tmp_path, b"a,b\n1,2\n"), asked):
        pass


def test_json_lines_keep_the_digits_of_numbers(tmp_path: Path) -> None:
    row = '{"kind":"exposure","system":"ion","event_date":"2026","country":"NA","substance":"x","tlp":"RED"'
    path = write(
        tmp_path, f'{row},"amount":1.50,"unit":"GRM"}}\n{row}}}\n{{"kind":\n{row},"other":1}}\n'.encode()
    )
    bodies, outcome = imported(path)
    assert (2, 2) == (outcome.count.accepted, outcome.count.refused)
    assert "1.50" == bodies[0]["substances"][0]["quantity"]["value"]
    assert {"is no JSON object", "1 names are new here"} == {why for _, why in outcome.reasons}


def test_json_that_is_no_flat_object_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(MalformedError, match="no JSON Lines"):
        imported(write(tmp_path, b'{"a": {"b": 1}}\n'))


def test_refused_rows_of_a_workbook_are_corrected_in_a_workbook_and_imported_again(tmp_path: Path) -> None:
    rows = [TABLE, seizure(country="Oz", identifier="007", amount=1.5), seizure()]
    path, refused = workbook(tmp_path / "a.xlsx", rows), tmp_path / "refused.xlsx"
    _, outcome = imported(path, refused=refused)
    assert (1, 1) == (outcome.count.accepted, outcome.count.refused)
    assert 0o600 == refused.stat().st_mode & 0o777
    book = load_workbook(refused)
    sheet = book.active
    assert sheet is not None
    head, row = ([cell.value for cell in one] for one in sheet.iter_rows())
    assert [*TABLE, "tocsin_place", "tocsin_reason", "tocsin_text"] == head
    assert "sheet 'Data', row 2" == row[head.index("tocsin_place")]
    assert row[head.index("tocsin_reason")].startswith("D2 (country): ")
    sheet["D2"] = "PE"
    book.save(refused)
    bodies, again = imported(refused)
    assert (1, 0) == (again.count.accepted, again.count.refused)
    assert ("1.5", "007") == (
        bodies[0]["substances"][0]["quantity"]["value"],
        bodies[0]["transport"]["identifiers"][0]["value"],
    )


def test_a_workbook_of_refused_rows_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    refused = tmp_path / "refused.xlsx"
    path = write(tmp_path, b"kind;nonsense\nseizure;x\n")
    with pytest.raises(MalformedError):
        imported(path, refused=refused)
    assert [path] == list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_refused_rows_are_corrected_and_imported_again(tmp_path: Path, suffix: str) -> None:
    rows = ("Oz;cocaine;'=x", "PE;cocaine;y")
    text = HEADER + "".join(f"exposure;ion;2026-04-01;{row};AMBER\n" for row in rows)
    refused = tmp_path / f"refused{suffix}"
    _, outcome = imported(write(tmp_path, text.encode()), refused=refused)
    assert (1, 1) == (outcome.count.accepted, outcome.count.refused)
    assert 0o600 == refused.stat().st_mode & 0o777
    corrected = refused.read_text().replace("Oz", "PE")
    refused.write_text(corrected)
    bodies, again = imported(refused)
    assert (1, 0) == (again.count.accepted, again.count.refused)
    assert "=x" == bodies[0]["place"]["locality"]


def test_refused_rows_never_replace_the_file_that_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, RUSSIAN.encode())
    with pytest.raises(SettingsError, match="would overwrite"):
        imported(path, refused=path)
    assert RUSSIAN.encode() == path.read_bytes()


@pytest.mark.parametrize("encoding", [None, "utf-8"])
def test_a_file_that_breaks_off_gives_no_row_at_all(tmp_path: Path, encoding: str | None) -> None:
    rows = "".join(f"exposure;ion;2026-04-01;PE;cocaine;{n};AMBER\n" for n in range(5_000))
    path = write(tmp_path, gzip.compress((HEADER + rows).encode())[:-500])
    with pytest.raises(MalformedError, match="ends early"), open_table(path, Format(encoding=encoding)):
        pass


@pytest.mark.parametrize("line", ['{"kind": [1]}', '{"kind": "seizure", "substance": "x"}'])
def test_a_json_lines_file_is_closed_before_it_is_forgotten(tmp_path: Path, line: str, monkeypatch) -> None:
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    with suppress(MalformedError), open_table(write(tmp_path, f"{line}\n".encode())) as table:
        list(table.rows)
    gc.collect()
    assert [] == complaints


def test_what_is_probably_mistyped_is_remarked_and_imported_as_it_stands(tmp_path: Path) -> None:
    header = HEADER.rstrip() + ";identifier_type;identifier;hs;hs_edition\n"
    row = "exposure;ion;2026-04-01;PE;NPP;Lima;AMBER;s10;RA473124828CH;293339;2022\n"
    bodies, outcome = imported(write(tmp_path, (header + row).encode()))
    assert {"identifier", "hs"} == {column for column, _ in outcome.remarks}
    assert "RA473124828CH" == bodies[0]["transport"]["identifiers"][0]["value"]
    assert (1, 1) == (outcome.count.accepted, outcome.count.warned)
