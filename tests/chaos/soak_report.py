"""The report of a soak, for people."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from tests.chaos.sampling import MIB, Sample


def figures(taken: Sequence[Sample]) -> dict[str, list[float]]:
    """Of each figure its median in the middle third and in the last, and its highest."""
    third = len(taken) // 3 or 1
    parts = (taken[third : 2 * third] or taken, taken[2 * third :] or taken)
    return {
        name: [
            *(median(getattr(one, name) for one in part) for part in parts),
            max(getattr(one, name) for one in taken),
        ]
        for name in ("memory_bytes", "descriptors", "wal_bytes", "disk_bytes")
    }


def table(report: dict[str, Any]) -> str:
    """The report for people."""
    lines = [
        f"soak of {report['when']}: {report['minutes']} minutes, {report['participants']} participants,"
        f" {report['publishers']} of them publishing, 3 brokers, {len(report['steps'])} faults",
        f"acknowledged {report['acknowledged']}, shown {report['shown']} (each by every other reader),"
        f" lost {report['lost']}, doubled {report['doubled']}",
        f"{'':24} {'memory MiB':>22} {'descriptors':>16} {'WAL MiB':>16} {'disk MiB':>16}",
        f"{'process':24} {'middle, last, highest':>22}",
    ]
    for name, found in report["figures"].items():
        memory = "/".join(f"{one / MIB:.0f}" for one in found["memory_bytes"])
        descriptors = "/".join(f"{one:.0f}" for one in found["descriptors"])
        wal, disk = (
            "/".join(f"{one / MIB:.1f}" for one in found[key]) for key in ("wal_bytes", "disk_bytes")
        )
        lines.append(f"{name:24} {memory:>22} {descriptors:>16} {wal:>16} {disk:>16}")
    lines += [f"NOT FLAT {one}" for one in report["not_flat"]]
    lines += [f"FAULT {one}" for one in report["faults"]]
    return "\n".join(lines) + "\n"
