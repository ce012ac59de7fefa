"""A look into an XLSX file before a library opens it: sizes, merged cells, formulas, what it carries.

A workbook is a zip of XML: a small file can hold gigabytes, and the library reads some parts whole. So
every part is read through once in pieces, against bounds, and nothing is kept. XML that breaks off or is
broken anywhere is found here, before the first row is taken.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from tocsin.adapters.zip_parts import parts_of
from tocsin.core.errors import MalformedError

MAX_SHEET_BYTES = 1 << 30
MAX_OTHER_PART_BYTES = 64 << 20
MAX_ROW_BYTES = 4 << 20
MAX_PARTS = 2_000
MAX_MERGES = 10_000
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, TypeError, LookupError),
    *(AttributeError, ArithmeticError, RuntimeError),
)
"""What a damaged zip file, and a library that reads one, raise. NotImplementedError and RecursionError are
RuntimeErrors, UnicodeDecodeError is a ValueError.
"""
_PIECE_BYTES = 1 << 18
_OVERLAP_BYTES = 256
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")


@dataclass
class Survey:
    """What a workbook holds; `merges` and `formulas` by the path of the sheet within the file."""

    merges: dict[str, list[str]] = field(default_factory=dict)
    formulas: set[str] = field(default_factory=set)
    macros: bool = False
    external_links: bool = False


def survey(path: Path) -> Survey:
    """Read `path` through once. Raises MalformedError for what is no workbook or breaks a bound."""
    found = Survey()
    try:
        with zipfile.ZipFile(path) as book:
            parts = parts_of(book)
            if len(parts) > MAX_PARTS:
                raise MalformedError(f"{path}: holds {len(parts)} parts, more than {MAX_PARTS}")
            if "xl/workbook.xml" not in {part.filename for part in parts}:
                raise MalformedError(f"{path}: is a zip file but no workbook (.xlsx)")
            for part in parts:
                _look(path, book, part, found)
    except DAMAGE as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise MalformedError(f"{path}: the workbook is damaged or was cut off; save it again") from None
    return found


def _look(path: Path, book: zipfile.ZipFile, part: zipfile.ZipInfo, found: Survey) -> None:
    name = part.filename
    found.macros |= name.endswith("vbaProject.bin")
    found.external_links |= name.startswith("xl/externalLinks/")
    if not name.endswith((".xml", ".rels")):
        return
    sheet = name.startswith("xl/worksheets/")
    row_bytes = 0
    parser = _parser(path, name)
    for piece, fresh in _pieces(path, book, part, MAX_SHEET_BYTES if sheet else MAX_OTHER_PART_BYTES):
        _parse(path, name, parser, fresh)
        if not sheet:
            continue
        row_bytes = _longest_row(path, piece, row_bytes)
        if _FORMULA.search(piece):
            found.formulas.add(name)
        merges = found.merges.setdefault(name, [])
        merges += [one for match in _MERGE.findall(piece) if (one := match.decode()) not in merges[-50:]]
        if len(merges) > MAX_MERGES:
            raise MalformedError(f"{path}: more than {MAX_MERGES} merged cells; unmerge them")
    _parse(path, name, parser, b"")


def _parser(path: Path, name: str) -> expat.XMLParserType:
    """A parser that refuses entities in any encoding before it expands one."""

    def refuse(*_declared: object) -> None:
        raise MalformedError(f"{path}: {name} declares entities, as no spreadsheet does; refused")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    return parser


def _parse(path: Path, name: str, parser: expat.XMLParserType, data: bytes) -> None:
    """Go on with the part's XML; no data end it."""
    try:
        parser.Parse(data, not data)
    except expat.ExpatError as error:
        raise MalformedError(
            f"{path}: {name} is broken at line {error.lineno}, column {error.offset} of its XML: open the"
            " workbook in a spreadsheet, save it anew; nothing was taken"
        ) from None


def _longest_row(path: Path, piece: bytes, before: int) -> int:
    last = 0
    for match in _ROW.finditer(piece):
        _bound_row(path, before + match.start() - last)
        before, last = 0, match.start()
    _bound_row(path, before + len(piece) - last)
    return before + len(piece) - last


def _bound_row(path: Path, size_bytes: int) -> None:
    if size_bytes > MAX_ROW_BYTES:
        raise MalformedError(f"{path}: a row of a sheet is over {MAX_ROW_BYTES} bytes")


def _pieces(
    path: Path, book: zipfile.ZipFile, part: zipfile.ZipInfo, most_bytes: int
) -> Iterator[tuple[bytes, bytes]]:
    """The part's bytes, with the end of the piece before, so that no mark is cut in two; and without."""
    size, tail = 0, b""
    with book.open(part) as file:
        while data := file.read(_PIECE_BYTES):
            size += len(data)
            if size > most_bytes:
                raise MalformedError(f"{path}: {part.filename} unpacks to over {most_bytes} bytes; refused")
            yield tail + data, data
            tail = data[-_OVERLAP_BYTES:]
