"""What the bench found: a table for people, JSON beside it for machines."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path("var/bench")


@dataclass(frozen=True)
class Row:
    """One line: ours beside the peer's, the ratio (ours / peer, or peer / ours for times), the goal."""

    name: str
    ours: float
    unit: str
    peer: float | None = None
    goal: str = ""
    better: str = "higher"
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return None if not self.peer else self.ours / self.peer


def machine() -> dict[str, str | int | None]:
    """What the figures were measured on."""
    names = {
        line.split(":", 1)[1].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    }
    return {
        "processor": ", ".join(sorted(names)),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def show(rows: list[Row]) -> str:
    """The table as text."""
    lines = [f"{'what':<58} {'ours':>12} {'peer':>12} {'ratio':>7}  {'goal':<14} note"]
    for row in rows:
        peer = f"{row.peer:12,.1f}" if row.peer else f"{'':>12}"
        ratio = f"{row.ratio:7.2f}" if row.ratio else f"{'':>7}"
        name = f"{row.name} [{row.unit}]"
        lines.append(f"{name:<58} {row.ours:12,.1f} {peer} {ratio}  {row.goal:<14} {row.note}")
    return "\n".join(lines)


def keep(rows: list[Row]) -> Path:
    """Write table and JSON; returns the JSON's path."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / "bench.json"
    records = [asdict(row) | {"ratio": row.ratio} for row in rows]
    path.write_text(json.dumps({"machine": machine(), "rows": records}, indent=2) + "\n")
    (FOLDER / "bench.txt").write_text(show(rows) + "\n")
    return path
