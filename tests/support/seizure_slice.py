"""A slice of the real seizures, and what DuckDB itself finds in it: the other party of a comparison."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb

import schemas

# Exact by their definitions; US and UK gallons are never sold by the kilogram.
_KILOGRAMS = {"Kilogram": 1.0, "Gram": 1e-3, "Milligram": 1e-6, "Microgram": 1e-9, "Ton": 1e3}
_KILOGRAMS["Viss"] = 1.632932532
_LITRES = {"Litre": 1.0, "Millilitre": 1e-3, "Cc": 1e-3, "Cubic Centimeter": 1e-3}
_LITRES |= {"Gallons (US, liquid)": 3.785411784, "Gallons (UK)": 4.54609}

Sums = dict[tuple[str, str], float]


def write_slice(source: Path, folder: Path, step: int = 1, more: Sequence[list[str]] = ()) -> Path:
    """Every `step`-th row of `source` and then `more` as `slice.csv`, and with lines as `numbered.csv`."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "slice.csv"
    with (
        gzip.open(source, "rt", encoding="utf-8", newline="") as file,
        part.open("w", encoding="utf-8", newline="") as to,
        (folder / "numbered.csv").open("w", encoding="utf-8", newline="") as numbered,
    ):
        rows, out, with_line = csv.reader(file), csv.writer(to), csv.writer(numbered)
        header, line = next(rows), 2
        out.writerow(header)
        with_line.writerow(["LINE", *header])
        for row in chain(_every(rows, step), more):
            out.writerow(row)
            with_line.writerow([line, *row])
            line += 1 + sum(cell.count("\n") for cell in row)
    return part


def _every(rows: Iterator[list[str]], step: int) -> Iterator[list[str]]:
    return (row for number, row in enumerate(rows) if number % step == 0)


def sums_of_slice(folder: Path, refused_lines: set[int]) -> tuple[Sums, Sums]:
    """(kilograms, litres) by country and year, of the rows that were not refused, by DuckDB."""
    db = duckdb.connect()
    numbered = folder / "numbered.csv"
    db.execute(
        "create table source as select * from read_csv(?, all_varchar=true, header=true, delim=',',"
        " quote='\"', escape='\"', max_line_size=1000000)",
        [str(numbered)],
    )
    _table(db, "countries", json.loads(schemas.load("codes/unodc_ids.json"))["countries"], "varchar")
    db.execute("create table refused (line bigint)")
    if refused_lines:
        db.executemany("insert into refused values (?)", [[line] for line in refused_lines])
    return _sums(db, _KILOGRAMS), _sums(db, _LITRES)


def _sums(db: duckdb.DuckDBPyConnection, sizes: dict[str, float]) -> Sums:
    _table(db, "sizes", sizes, "double")
    found = db.execute(
        "select c.value, source.SEIZURE_DATE[1:4], sum(source.AMOUNT::double * sizes.value) from source"
        " join countries c on c.name = trim(source.COUNTRY) join sizes on sizes.name = trim(DRUG_UNIT)"
        " where AMOUNT is not null and LINE::bigint not in (select line from refused) group by 1, 2"
    ).fetchall()
    return {(country, year): total for country, year, total in found}


def _table(db: duckdb.DuckDBPyConnection, name: str, values: dict[str, Any], kind: str) -> None:
    db.execute(f"create or replace table {name} (name varchar, value {kind})")
    db.executemany(f"insert into {name} values (?, ?)", [list(pair) for pair in values.items()])


def sums_of_lake(lake: Path, originator: str, column: str) -> Sums:
    """`column` (kilograms or litres) by country and year in the files of a tap."""
    found = duckdb.execute(
        f"select country, event_date[1:4], sum({column}) from read_parquet(?, hive_partitioning=true)"
        f" where originator = ? and {column} is not null group by 1, 2",
        [f"{lake}/**/*.parquet", originator],
    ).fetchall()
    return {(country, year): total for country, year, total in found}
