"""Runs every bench and keeps what it found."""

from __future__ import annotations

import sys

from bench import (
    delivering,
    importing,
    large_tables,
    lone_reports,
    publishing,
    reading,
    results,
    rotation,
    screening,
    sealing,
    tables,
)

BENCHES = {
    "sealing": sealing.rows,
    "publishing": publishing.rows,
    "reading": reading.rows,
    "delivering": delivering.rows,
    "rotation": rotation.rows,
    "importing": importing.rows,
    "large-tables": large_tables.rows,
    "lone-reports": lone_reports.rows,
    "tables": tables.rows,
    "screening": screening.rows,
}


def main() -> None:
    """All benches, or those named on the command line."""
    wanted = sys.argv[1:] or list(BENCHES)
    rows: list[results.Row] = []
    for name in wanted:
        print(f"measuring {name} …", file=sys.stderr)
        rows += BENCHES[name]()
    path = results.keep(rows)
    print("\n".join(f"{key}: {value}" for key, value in results.machine().items()))
    print(results.show(rows))
    print(f"kept in {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
