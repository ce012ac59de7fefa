"""A file is read as it says it is written; what is no table is refused, and a bad row stops no other."""

import gzip
import io
import os
import threading
import tracemalloc
from pathlib import Path

import pytest

from services.consumer.screening import parcel_files
from services.consumer.screening.parcel_files import SAMPLE_BYTES, STDIN, ParcelFormat, open_parcels
from tocsin.adapters.tables import read_text
from tocsin.adapters.tables.rows import BadRow
from tocsin.core.errors import MalformedError, SettingsError, StorageError
from tocsin.core.parcels import Parcel

HEADER = "item_id,description\n"


def found(path: Path, **asked: str) -> list[Parcel | BadRow]:
    with open_parcels(path, ParcelFormat(**asked)) as file:
        return list(file.parcels)


def brief(path: Path, **asked: str) -> list[tuple[str, str] | str]:
    """(number, description) of each parcel, the reason for each bad row."""
    return [
        one.reason if isinstance(one, BadRow) else (one.item_id, one.contents[0].description)
        for one in found(path, **asked)
    ]


def write(tmp_path: Path, data: bytes, name: str = "day.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


TEXT = "item_id,description\nRA1,colle à carrelage\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode(),
        TEXT.encode("utf-16"),
        TEXT.replace("\n", "\r\n").encode(),
        gzip.compress(TEXT.encode(), mtime=0),
        b'{"item_id": "RA1", "contents": [{"description": "colle \xc3\xa0 carrelage"}]}\n',
        gzip.compress(
            b'\xef\xbb\xbf{"item_id":"RA1","contents":[{"description":"colle \\u00e0 carrelage"}]}',
            mtime=0,
        ),
    ],
)
def test_the_same_parcel_is_read_however_it_is_written(tmp_path, data):
    assert [("RA1", "colle à carrelage")] == brief(write(tmp_path, data))


@pytest.mark.parametrize(("encoding", "text"), [("cp1252", "colle à carrelage"), ("gb18030", "瓷砖胶")])
def test_an_encoding_that_is_said_is_used(tmp_path, encoding, text):
    path = write(tmp_path, f"{HEADER}RA1,{text}\n".encode(encoding))
    assert [("RA1", text)] == brief(path, encoding=encoding)


def test_an_encoding_that_cannot_be_told_is_asked_with_the_readings(tmp_path):
    with pytest.raises(MalformedError, match="--encoding cp1252"):
        found(write(tmp_path, f"{HEADER}RA1,à é\n".encode("cp1252")))


def test_a_late_byte_of_another_encoding_leaves_the_number_readable(tmp_path):
    row = b"RA1,plain\n"
    data = HEADER.encode() + row * (SAMPLE_BYTES // len(row) + 10) + b"RA2,caf\xe9\n"
    assert ("RA2", "caf\udce9") == brief(write(tmp_path, data))[-1]


def test_an_unknown_encoding_and_a_separator_of_two_are_refused(tmp_path):
    path = write(tmp_path, TEXT.encode())
    with pytest.raises(SettingsError, match="latin9 is not known"):
        found(path, encoding="latin9")
    with pytest.raises(SettingsError, match="--separator is one character"):
        found(path, separator="ab")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b"PK\x03\x04workbook", "save the sheet as CSV"),
        (b"item_id\0,x\n", "NUL"),
        (b"RA473124829CH,glue\nRA473124830CH,glue\n", "none of the columns"),
        (b"item_id,item_id\n1,2\n", "repeated"),
        (b"item_id;description,hs\n1;2,3\n4;5,6\n", "--separator"),
        (gzip.compress(TEXT.encode(), mtime=0)[:-12], "damaged or ends early"),
        (b"item_id,description\n" + b"x" * 70_000, "longer than"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(tmp_path, data, words):
    with pytest.raises(MalformedError) as caught:
        found(write(tmp_path, data))
    assert words in str(caught.value)


def test_half_a_line_a_second_header_and_an_open_quote_stop_no_other_row(tmp_path):
    data = f'{HEADER}RA1,glue\n{HEADER}RA2,"glue\nRA3,glue\nRA4'.encode()
    reasons = brief(write(tmp_path, data))
    assert [("RA1", "glue"), "is the header again"] == reasons[:2]
    assert "quote" in reasons[2]
    assert ("RA3", "glue") == reasons[3]
    assert "has 1 cells" in reasons[4]


def test_a_bad_line_of_json_stops_no_other(tmp_path):
    data = b'{"item_id": "RA1"}\n{"item_id": \n\n{"item_id": "RA\xff"}\n{"item_id": "RA2"}'
    kinds = [
        one.line if isinstance(one, BadRow) else one.item_id
        for one in found(write(tmp_path, data), encoding="utf-8")
    ]
    assert ["RA1", 2, 4, "RA2"] == kinds


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(StorageError, match="cannot be read"):
        found(tmp_path / "none.csv")


def test_a_gzip_bomb_is_left_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(read_text, "FREE_UNPACKED_BYTES", 1 << 20)
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb") as file:
        file.write(HEADER.encode())
        for _ in range(200):
            file.write(b"a,b\n" * 65_536)
    with open_parcels(path, ParcelFormat()) as file, pytest.raises(MalformedError, match="200 times"):
        for _ in file.parcels:
            pass


def test_an_endless_file_takes_no_more_memory_than_a_short_one(tmp_path, monkeypatch):
    """A pipe stands for ten gigabytes: what was read is forgotten."""
    reader, writer = os.pipe()
    rows = (
        (HEADER + "RA473124829CH,cotton shirt\n" * 2_000).encode(),
        b"RA473124829CH,cotton shirt\n" * 2_000,
    )

    def feed() -> None:
        with os.fdopen(writer, "wb") as out:
            out.write(rows[0])
            for _ in range(100):
                out.write(rows[1])

    feeder = threading.Thread(target=feed)
    feeder.start()
    with os.fdopen(reader, "rb") as raw:
        monkeypatch.setattr(parcel_files.sys, "stdin", io.TextIOWrapper(raw))
        tracemalloc.start()
        with open_parcels(STDIN, ParcelFormat()) as file:
            count = sum(1 for _ in file.parcels)
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        feeder.join()
        assert ("standard input", 202_000) == (file.name, count)
        assert peak_bytes < 8 << 20
