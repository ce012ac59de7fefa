"""What is no table, or would eat the machine, is refused in a sentence; the process stays small."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from services.producer.clocks import Clocks
from services.producer.importing.run_import import Fate
from services.producer.importing_file import Source, run_file
from tests.support.tables import HEADER, imported, seizure, with_part, workbook
from tocsin.core.errors import MalformedError
from tocsin.core.report import CheckedReport

MAX_MEMORY_MIB = 600
MAX_MEMORY_BYTES = MAX_MEMORY_MIB << 20
# Under a limit of the kernel: a reader that takes more memory dies of MemoryError, not of a sentence.
_LIMITED = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, ({limit}, {limit}))
from tests.support.tables import imported
from tocsin.core.errors import MalformedError
try:
    _, outcome = imported(Path(sys.argv[1]))
except MalformedError as error:
    print("refused:", error)
else:
    print("imported:", outcome.count)
"""


def told(path: Path) -> str:
    """What the import says of `path`, in a process that may not grow."""
    script = _LIMITED.format(limit=MAX_MEMORY_BYTES)
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False, timeout=120
    )
    assert 0 == done.returncode, done.stderr[-2_000:]
    return done.stdout


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n \n", "is empty"),
        ("a.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "is no table but a PNG picture"),
        ("a.csv", b"\xff\xd8\xff\xe0" + b"\0" * 99, "a JPEG picture"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an encrypted or old workbook"),
        ("a.csv", b"a,b\n\0\0\x01,2\n", "holds NUL bytes"),
        ("a.csv", b"kind,kind\nx,y\n", "repeated"),
        ("a.xlsx", b"PK\x03\x04" + b"\0" * 99, "damaged or was cut off"),
    ],
)
def test_what_is_no_table_says_what_it_is(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(MalformedError, match=words):
        imported(path)


def test_a_zip_that_is_no_workbook_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as other:
        other.writestr("readme.txt", "x")
    with pytest.raises(MalformedError, match="a zip file but no workbook"):
        imported(path)


def test_a_workbook_that_was_cut_off_imports_nothing(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADER, *[seizure(locality=str(n)) for n in range(50)]])
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(MalformedError, match="damaged or was cut off"):
        imported(path)


def test_entities_in_a_workbook_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADER, seizure()])
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
    with pytest.raises(MalformedError, match="declares entities"):
        imported(with_part(path, "xl/sharedStrings.xml", lambda _: bomb))


ENTITIES = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'


def test_entities_are_refused_in_every_encoding(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADER, seizure()])
    with pytest.raises(MalformedError, match="declares entities"):
        imported(with_part(path, "xl/sharedStrings.xml", lambda _: ENTITIES.encode("utf-16")))


@pytest.mark.parametrize(
    "breaking",
    [
        lambda data: data.replace(b'<row r="1900"', b'<row r="1900" r="1900"'),
        lambda data: data.replace(b"</sheetData>", b"</sheetDta>"),
        lambda data: data[: data.index(b'<row r="1900"') + 40],
    ],
    ids=["an attribute twice", "another end", "cut off"],
)
def test_xml_that_is_broken_deep_in_a_sheet_gives_no_row_at_all(tmp_path: Path, breaking) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADER, *(seizure(identifier=str(n)) for n in range(2_000))])
    taken: list[object] = []

    def accept(batch: list[CheckedReport], /) -> list[Fate]:
        taken.extend(batch)
        return [Fate.ACCEPTED] * len(batch)

    broken = with_part(path, "xl/worksheets/sheet1.xml", breaking)
    with pytest.raises(MalformedError, match=r"broken at line 1, column .* nothing was taken"):
        run_file(broken, Source(), accept, None, Clocks())
    assert [] == taken


def test_a_value_that_no_workbook_can_have_names_its_row(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADER, seizure(), seizure()])
    broken = with_part(
        path,
        "xl/worksheets/sheet1.xml",
        lambda data: data.replace(
            b'<c r="A3" t="inlineStr"><is><t>seizure</t></is></c>', b'<c r="A3" t="s"><v>99</v></c>'
        ),
    )
    with pytest.raises(MalformedError, match=r"damaged at row 3 of sheet 'Data'.*not imported twice"):
        imported(broken)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "is empty"),
        ([["kind", "kind"], ["a", "b"]], "is repeated"),
        ([["kind", "", "x"]], "has no name"),
    ],
)
def test_a_sheet_that_is_no_table_says_why(tmp_path: Path, rows, words: str) -> None:
    with pytest.raises(MalformedError, match=words):
        imported(workbook(tmp_path / "a.xlsx", rows))


def test_a_csv_that_is_cut_in_the_middle_of_a_row_loses_that_row_alone_and_says_so(tmp_path: Path) -> None:
    text = "\n".join([",".join(HEADER), *(",".join(seizure(identifier=str(n))) for n in range(9))])
    path = tmp_path / "a.csv"
    path.write_text(text[:-20])
    _, outcome = imported(path)
    assert (8, 1) == (outcome.count.accepted, outcome.count.refused)
    ((column, reason),) = outcome.reasons
    assert ("row", "cells, the header has 9") == (column, reason[6:].lstrip())


def test_of_ten_records_an_unclosed_quote_refuses_its_own_and_a_line_break_in_quotes_none(
    tmp_path: Path,
) -> None:
    rows = [seizure(identifier=f"N{n}") for n in range(1, 11)]
    rows[3][4] = '"cocaine'
    rows[6][4] = '"coca\nine"'
    path, refused = tmp_path / "a.csv", tmp_path / "refused.jsonl"
    path.write_text("\n".join(",".join(one) for one in [HEADER, *rows]) + "\n")
    bodies, outcome = imported(path, refused=refused)
    assert (9, 1, 10) == (outcome.count.accepted, outcome.count.refused, outcome.count.read)
    assert '"line": 5' in refused.read_text()
    assert "coca ine" == bodies[5]["substances"][0]["name_as_declared"]


def test_totals_in_columns_without_a_name_never_become_incidents(tmp_path: Path) -> None:
    lines = [",".join([*HEADER, "", "", ""]), *(",".join([*seizure(), "31", "900", "7"]) for _ in range(3))]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines))
    bodies, outcome = imported(path)
    assert (3, ["1.5"] * 3) == (
        outcome.count.accepted,
        [one["substances"][0]["quantity"]["value"] for one in bodies],
    )


def test_a_quote_that_never_closes_spoils_one_row(tmp_path: Path) -> None:
    lines = [",".join(HEADER), *[",".join(seizure(identifier=str(n))) for n in range(5)]]
    lines[3] = lines[3].replace("cocaine", '"cocaine')
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines))
    _, outcome = imported(path)
    assert (4, 1) == (outcome.count.accepted, outcome.count.refused)


@pytest.mark.slow
def test_a_zip_bomb_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADER, seizure()])
    space = b" " * (1 << 20)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as book, book.open("xl/big.xml", "w") as part:
        for _ in range(500):
            part.write(space)
    assert "unpacks to over 67108864 bytes" in told(path)


@pytest.mark.slow
def test_a_sheet_of_one_endless_row_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    def wide(data: bytes) -> bytes:
        cells = b"<c><v>1</v></c>" * 1_000_000
        return data.replace(b"<sheetData>", b"<sheetData><row>" + cells + b"</row>")

    path = with_part(workbook(tmp_path / "a.xlsx", [HEADER]), "xl/worksheets/sheet1.xml", wide)
    assert "a row of a sheet is over 4194304 bytes" in told(path)


@pytest.mark.slow
def test_a_sheet_with_a_row_far_below_ends(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADER, seizure()])
    with_part(
        path, "xl/worksheets/sheet1.xml", lambda data: data.replace(b'<row r="2"', b'<row r="99000000"')
    )
    assert "has over 1048576 rows" in told(path)


@pytest.mark.slow
def test_a_csv_of_a_million_columns_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(",".join(f"c{n}" for n in range(1_000_000)) + "\n")
    assert "line 1: longer than" in told(path)


@pytest.mark.slow
def test_one_line_of_a_gigabyte_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n")
        file.seek(1 << 30)
        file.write(b"x")
    assert "refused:" in told(path)
    with path.open("wb") as file:
        for _ in range(64):
            file.write(b"x" * (1 << 20))
    assert "line 1: longer than" in told(path)
