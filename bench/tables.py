"""Tables: rows a second and peak memory of a dry run over CSV and XLSX, at sizes ten times apart."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.results import Row
from scripts.demo.command import TOCSIN
from tocsin.adapters.workbook_writing import WrittenSheet, write_workbook

SIZES = tuple(int(size) for size in os.environ.get("TOCSIN_TABLE_ROWS", "10000,100000").split(","))
HEADER = (
    *("kind", "system", "event_date", "country", "admin1", "locality", "site_type", "substance"),
    *("amount", "unit", "origin", "departure", "destination", "transport_mode", "concealment", "tlp"),
)


def rows() -> list[Row]:
    """Two lines for each format and size."""
    found = []
    with TemporaryDirectory() as name:
        for count in SIZES:
            for path in (_csv(Path(name), count), _xlsx(Path(name), count)):
                found += _measured(path, count)
    return found


def _seizures(count: int) -> Iterator[list[str]]:
    for number in range(count):
        amount = f"{number % 997 + 1}.5"
        yield [
            *("seizure", "ion", f"2025-{number % 12 + 1:02}-{number % 28 + 1:02}", "PE", "Ucayali"),
            *(f"Kilómetro {number}", "road", "cocaine base", amount, "KGM", "PE", "PE", "BO", "3"),
            *("vehicle-part", "AMBER"),
        ]


def _csv(folder: Path, count: int) -> Path:
    path = folder / f"{count}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(_seizures(count))
    return path


def _xlsx(folder: Path, count: int) -> Path:
    path = folder / f"{count}.xlsx"
    numeric = frozenset({HEADER.index("amount")})
    write_workbook(path, [WrittenSheet("Data", HEADER, _seizures(count), numeric)])
    return path


def _measured(path: Path, count: int) -> list[Row]:
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(TOCSIN), "import", str(path), "--dry-run"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    took_s = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"the import of {path.name} ended with {process.returncode}")
    kind = path.suffix[1:].upper()
    goal = "≥ 5,000" if kind == "CSV" else ""
    return [
        Row(f"read, map and check {count:,} rows of {kind}", count / took_s, "rows/s", goal=goal),
        Row(f"peak memory of {count:,} rows of {kind}", usage.ru_maxrss / 1024, "MiB", goal="≤ 300"),
    ]
