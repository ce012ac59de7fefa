"""Rows come with their line; a bad one is refused alone; a file that is no table says so."""

import gzip
from pathlib import Path

import pytest

from tocsin.adapters.tables.read_rows import csv_table
from tocsin.adapters.tables.read_text import MAX_LINE_CHARACTERS
from tocsin.adapters.tables.rows import BadRow, Grid, Row
from tocsin.core.errors import MalformedError


def rows(tmp_path: Path, content: bytes) -> list[Row | BadRow]:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    with csv_table(path) as table:
        return list(table.rows)


def brief(found: list[Row | BadRow]) -> list[tuple[int, str]]:
    """(line, cells joined) of each row, (line, "refused") of each bad one."""
    return [
        (row.line, "|".join(row.cells.values()) if isinstance(row, Row) else "refused") for row in found
    ]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_rows_come_with_their_lines(tmp_path: Path, pack: object) -> None:
    content = b"a,b\r\n1,2\r\n\r\n3,4"
    assert callable(pack)
    assert [(2, "1|2"), (4, "3|4")] == brief(rows(tmp_path, pack(content)))


def test_columns_may_stand_in_any_order_with_marks_around_them(tmp_path: Path) -> None:
    content = '\ufeff"b\u00a0",a\u200f\n1,2\n'.encode()
    assert [Row(2, {"b": "1", "a": "2"}, grid=Grid(("b", "a"), ("1", "2")))] == rows(tmp_path, content)


def test_lines_are_counted_through_line_breaks_within_quotes(tmp_path: Path) -> None:
    content = b'a,b\n1,"x\ny\nz"\n3,4\n'
    assert [(2, "1|x\ny\nz"), (5, "3|4")] == brief(rows(tmp_path, content))


def test_an_unclosed_quote_spoils_its_own_row_only(tmp_path: Path) -> None:
    lines = [b"a,b", *[b"%d,x" % number for number in range(1, 11)]]
    lines[4] = b'4,"x'  # record 4 opens a quote that never closes
    lines[7] = b'7,"x\ny"'  # record 7 has a legal line break
    found = brief(rows(tmp_path, b"\n".join(lines)))

    assert 10 == len(found)
    assert [(5, "refused")] == [entry for entry in found if entry[1] == "refused"]
    assert (8, "7|x\ny") in found


def test_an_unclosed_quote_in_the_last_row_is_named(tmp_path: Path) -> None:
    assert [(2, "1|2"), (3, "refused")] == brief(rows(tmp_path, b'a,b\n1,2\n3,"4'))


def test_an_inch_sign_is_no_quote(tmp_path: Path) -> None:
    assert [(2, '5" pipe|1'), (3, "x|2")] == brief(rows(tmp_path, b'a,b\n5" pipe,1\nx,2\n'))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"1,2,3", "has 3 cells, the header has 2"),
        (b"1", "has 1 cells, the header has 2"),
        (b"1,\x00", "holds a NUL byte"),
        (b"1,\xff", "holds bytes that are not UTF-8"),
        (b'1,"2"3', "is no row of a CSV file"),
    ],
)
def test_a_bad_row_says_why_and_the_next_one_comes(tmp_path: Path, line: bytes, reason: str) -> None:
    bad, good = rows(tmp_path, b"a,b\n" + line + b"\n3,4\n")
    assert isinstance(bad, BadRow)
    assert (2, True) == (bad.line, bad.reason.startswith(reason))
    assert Row(3, {"a": "3", "b": "4"}, grid=Grid(("a", "b"), ("1", "2"))) == good


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"a,b,a\n", r"a name of a column is repeated \(column 3\)"),
        (b",".join([b"x%d" % number for number in range(501)]), "has 501 columns, at most 500"),
        ("a,b\n1,2\n".encode("utf-16"), "no header in UTF-8"),
        (b'a,"b\n', "no header in UTF-8"),
        (b"a,b\n" + b"x" * (MAX_LINE_CHARACTERS + 1), "line 2: longer than 65536 characters"),
        (gzip.compress(b"a,b\n" + b"1,2\n" * 99, mtime=0)[:-12], "the gzip file is damaged or ends early"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:12] + b"\xff" * 20, "the gzip file is damaged"),
    ],
)
def test_a_file_that_is_no_such_table_says_so(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(MalformedError, match=words):
        rows(tmp_path, content)


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), csv_table(tmp_path / "none.csv"):
        pass
