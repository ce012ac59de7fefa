"""Parquet for analysts: the only file that knows `pyarrow`.

Flat columns that DuckDB, Spark or a notebook read; `stream`, `region` and `month` stand in the path
(Hive partitions). Kilograms, litres and pieces are columns of their own and never added together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.adapters.whole_files import write_whole

SUBSTANCE = pa.struct(
    [
        ("name_as_declared", pa.string()),
        ("identified_as", pa.string()),
        ("status", pa.string()),
        ("quantity", pa.string()),
        ("unit", pa.string()),
        ("kilograms", pa.float64()),
        ("litres", pa.float64()),
        ("pieces", pa.float64()),
    ]
)
REPORTS = pa.schema(
    [
        ("originator", pa.string()),
        ("originator_name", pa.string()),
        ("report_id", pa.string()),
        ("version", pa.int32()),
        ("schema", pa.string()),
        ("kind", pa.string()),
        ("system", pa.string()),
        ("national_reference", pa.string()),
        ("event_date", pa.string()),
        ("date_precision", pa.string()),
        ("country", pa.string()),
        ("regions", pa.list_(pa.string())),
        ("substances", pa.list_(SUBSTANCE)),
        ("kilograms", pa.float64()),
        ("litres", pa.float64()),
        ("pieces", pa.float64()),
        ("origin", pa.string()),
        ("departure", pa.string()),
        ("transit", pa.list_(pa.string())),
        ("destination", pa.string()),
        ("transport_mode", pa.string()),
        ("tlp", pa.string()),
        ("exercise", pa.bool_()),
        ("time", pa.timestamp("s", tz="UTC")),
        ("received_at", pa.timestamp("s", tz="UTC")),
        ("cursor", pa.int64()),
        ("body_json", pa.string()),
    ]
)


def write_reports(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write `rows` (columns of `REPORTS`; times in Unix seconds) to `path`, whole or not at all.

    An existing file is replaced. Raises StorageError.
    """
    sink = pa.BufferOutputStream()
    table = pa.Table.from_pylist(list(rows), schema=REPORTS)
    pq.write_table(table, sink, compression="zstd")
    write_whole(path, sink.getvalue().to_pybytes())
