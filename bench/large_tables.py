"""Tables of the template from small to large: rows a second and peak memory of `import --dry-run`."""

from __future__ import annotations

import os
import subprocess
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

from bench.results import Row
from scripts.demo.command import TOCSIN

ROWS = (10_000, 1_000_000)
HEADER = (
    "kind",
    "system",
    "event_date",
    "country",
    "locality",
    "substance",
    "status",
    "amount",
    "unit",
    "tlp",
)
_NAME = "xl/worksheets/sheet1.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/{_NAME}" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1"'
    f' Type="{_RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}">'
    '<sheets><sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1"'
    f' Type="{_RELATED}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def rows() -> list[Row]:
    """Two lines for each format and size."""
    found = []
    with TemporaryDirectory(prefix="tocsin-bench-") as name:
        for count in ROWS:
            for write in (_csv, _xlsx):
                found += _dry_run(write(Path(name), count), count)
    return found


def _table(count: int) -> Iterator[tuple[str, ...]]:
    yield HEADER
    for number in range(count):
        day = f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}"
        if day > "2026-10-31":
            day = f"2025{day[4:]}"
        place = f"Village {number}"
        yield (
            "seizure",
            "ion",
            day,
            "PE",
            place,
            "cocaine",
            "confirmed",
            f"{number % 997 + 1}.5",
            "KGM",
            "AMBER",
        )


def _csv(folder: Path, count: int) -> Path:
    path = folder / f"{count}.csv"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(",".join(row) + "\n" for row in _table(count))
    return path


def _xlsx(folder: Path, count: int) -> Path:
    path = folder / f"{count}.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, text in _PARTS.items():
            book.writestr(name, text)
        with book.open(_NAME, "w", force_zip64=True) as sheet:
            sheet.write(f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for row in _table(count):
                cells = "".join(f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>' for text in row)
                sheet.write(f"<row>{cells}</row>".encode())
            sheet.write(b"</sheetData></worksheet>")
    return path


def _dry_run(path: Path, count: int) -> list[Row]:
    words = [str(TOCSIN), "import", str(path), "--dry-run"]
    environment = {**os.environ, "TOCSIN_HOME": str(path.parent / "nobody")}
    started = time.perf_counter()
    process = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    told = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    took_s = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode or f'"accepted":{count}'.encode() not in told:
        raise SystemExit(f"the dry run of {path.name} ended with {process.returncode}: {told[:200]!r}")
    name = f"{count:,} rows of {path.suffix[1:].upper()}"
    return [
        Row(f"read and check {name}", count / took_s, "rows/s"),
        Row(f"peak memory of reading {name}", usage.ru_maxrss / 1024, "MiB", goal="≤ 300"),
    ]
