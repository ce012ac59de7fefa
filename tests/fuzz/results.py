"""What a run found, added up over workers and over runs of one seed; a table of it, and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.results import machine
from tests.fuzz.target import Verdict
from tests.fuzz.worker import MAX_FAULTS, Tally

COLUMNS = ("inputs", "changed", "refused", "allowed", "accepted", "crashes")


@dataclass
class Results:
    """Tallies by target under one seed. The next input of a target is the number of those that are done."""

    seed: int
    weakened: str | None = None
    took_s: float = 0.0
    tallies: dict[str, Tally] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path, seed: int, weakened: str | None) -> Results:
        """What earlier runs of this seed found, if they left it there."""
        if not path.exists():
            return cls(seed, weakened)
        held = json.loads(path.read_text())
        tallies = {name: Tally(**one["tally"]) for name, one in held["targets"].items()}
        return cls(seed, weakened, held["took_s"], tallies)

    def add(self, name: str, new: Tally) -> None:
        """Add a worker's tally."""
        held = self.tallies.setdefault(name, Tally())
        held.done += new.done
        for verdict, count in new.verdicts.items():
            held.verdicts[verdict] = held.verdicts.get(verdict, 0) + count
        held.faults = [*held.faults, *new.faults][:MAX_FAULTS]
        held.faults_count += new.faults_count
        slowest, number = max(tuple(held.slowest), tuple(new.slowest))
        held.slowest = (slowest, int(number))
        held.took_s += new.took_s
        held.peak_mib = max(held.peak_mib, new.peak_mib)

    @property
    def done(self) -> int:
        """How many inputs were judged."""
        return sum(one.done for one in self.tallies.values())

    @property
    def faults_count(self) -> int:
        """How many of them were believed, or something died of them."""
        return sum(one.faults_count for one in self.tallies.values())

    def table(self) -> str:
        """For people."""
        head = f"{'target':<12}" + "".join(f"{one:>10}" for one in COLUMNS)
        lines = [f"{head}{'slowest ms':>12}{'peak MiB':>10}{'a second':>10}"]
        for name, one in self.tallies.items():
            slowest_ms, rate = one.slowest[0] * 1_000, one.done / max(one.took_s, 1e-9)
            figures = f"{slowest_ms:>12.1f}{one.peak_mib:>10.0f}{rate:>10,.0f}"
            lines.append(f"{name:<12}{_counts(_row(one))}{figures}")
        return "\n".join([*lines, f"{'together':<12}{_counts(self.sums())}"])

    def sums(self) -> dict[str, int]:
        """Each column, over all targets."""
        rows = [_row(one) for one in self.tallies.values()]
        return {column: sum(row[column] for row in rows) for column in COLUMNS}

    def keep(self, path: Path) -> None:
        """Write JSON, from which a later run goes on."""
        path.parent.mkdir(parents=True, exist_ok=True)
        targets: dict[str, Any] = {
            name: {"tally": asdict(one), **_row(one)} for name, one in self.tallies.items()
        }
        whole = {"seed": self.seed, "weakened": self.weakened, "took_s": self.took_s, "machine": machine()}
        path.write_text(json.dumps(whole | {"together": self.sums(), "targets": targets}, indent=1) + "\n")


def _row(tally: Tally) -> dict[str, int]:
    verdicts = tally.verdicts
    named = {verdict.value: verdicts.get(verdict, 0) for verdict in Verdict}
    changed = tally.done - named.pop("same")
    return {"inputs": tally.done, "changed": changed, "crashes": verdicts.get("crash", 0), **named}


def _counts(row: dict[str, int]) -> str:
    return "".join(f"{row[column]:>10,}" for column in COLUMNS)


def keep_inputs(corpus: Path, name: str, faults: Iterable[dict[str, Any]]) -> None:
    """Keep the inputs that failed, by the number that they have under the run's seed."""
    for one in faults:
        folder = corpus / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{one['number']}.bin").write_bytes(bytes.fromhex(one["input"]))
