"""Import: rows a second and peak memory of the real command, at 10,000 rows and at all of them."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
from pathlib import Path

from bench.results import Row
from bench.stage import network
from scripts.demo.command import TOCSIN, Commands
from scripts.demo.stage import FOCAL_POINTS
from tests.support.seizures import BESIDE

ROWS = (10_000, 208_172)


def rows() -> list[Row]:
    """Two lines a size; nothing where the data are not on this machine."""
    data = Path(os.environ.get("TOCSIN_SEIZURES") or BESIDE)
    if not data.exists():
        print(f"left out: {data.name} is not on this machine", file=sys.stderr)
        return []
    found = []
    for count in ROWS:
        with network() as commands:
            path = _slice(data, commands.folder / "rows.csv", count)
            found += _imported(commands, path, count)
    return found


def _slice(data: Path, path: Path, count: int) -> Path:
    opened = gzip.open if data.suffix == ".gz" else open
    with (
        opened(data, "rt", encoding="utf-8", newline="") as source,
        path.open("w", newline="") as out,
    ):
        for number, line in enumerate(source):
            if number > count:
                break
            out.write(line)
    return path


def _imported(commands: Commands, path: Path, count: int) -> list[Row]:
    took_s, peak_mib = _import(commands, path)
    start_s, _ = _import(commands, _slice(path, commands.folder / "known.csv", 1))
    note = f"of its {took_s:.1f} s a command takes {start_s:.1f} s before and after the rows"
    return [
        Row(f"import and publish {count:,} rows", count / took_s, "rows/s", goal="≥ 5,000", note=note),
        Row(f"peak memory of importing {count:,} rows", peak_mib, "MiB", goal="≤ 300"),
    ]


def _import(commands: Commands, path: Path) -> tuple[float, float]:
    """Seconds, and MiB at the peak."""
    home = FOCAL_POINTS[0].home
    words = [str(TOCSIN), "import", str(path), "--profile", "unodc-ids"]
    started = time.perf_counter()
    process = subprocess.Popen(
        words, env=commands.environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    took_s = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 3):
        raise SystemExit(f"the import ended with {process.returncode}")
    return took_s, usage.ru_maxrss / 1024
