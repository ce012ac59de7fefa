"""What a process takes of its machine, sampled while it runs, and the rule by which that is flat.

The rule: leaving out the first third of the run, the median of a figure in the last third is at most a
tenth and an allowance above its median in the middle third. The write-ahead log has its own bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

MIB = 2**20
GROWTH = 1.1
ALLOWANCE = {"memory_bytes": 8 * MIB, "descriptors": 8, "wal_bytes": 16 * MIB}
MAX_WAL_BYTES = 64 * MIB
MIN_SAMPLES = 6


@dataclass(frozen=True)
class Sample:
    """One process at one moment. `disk_bytes` and `wal_bytes` are of its folder."""

    at_s: float
    memory_bytes: int
    descriptors: int
    wal_bytes: int = 0
    disk_bytes: int = 0


def sample(at_s: float, pid: int, folder: Path | None) -> Sample | None:
    """Of a process and its folder; None where it has just gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except OSError:
        return None
    resident = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
    if not resident:
        return None
    memory_bytes = int(resident[0]) * 1_024
    if folder is None:
        return Sample(at_s, memory_bytes, descriptors)
    return Sample(at_s, memory_bytes, descriptors, _size_of(folder, "*.db-wal"), _size_of(folder, "**/*"))


def not_flat(name: str, samples: Sequence[Sample]) -> list[str]:
    """A sentence for each figure of a process that grew against the rule."""
    if len(samples) < MIN_SAMPLES:
        return [f"{name}: only {len(samples)} samples"]
    third = len(samples) // 3
    middle, last = samples[third : 2 * third], samples[2 * third :]
    found = []
    for figure, allowance in ALLOWANCE.items():
        before = median(getattr(one, figure) for one in middle)
        after = median(getattr(one, figure) for one in last)
        if after > before * GROWTH + allowance:
            found.append(f"{name}: {figure} grew from {before:,.0f} to {after:,.0f}")
    if (highest := max(one.wal_bytes for one in samples)) > MAX_WAL_BYTES:
        found.append(f"{name}: its write-ahead log reached {highest:,} bytes")
    return found


def _size_of(folder: Path, pattern: str) -> int:
    total = 0
    for path in folder.glob(pattern):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total
