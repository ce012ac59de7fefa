"""Law: which checks a home is put through, in which order, and what one that failed keeps others from.

It guarantees that each check says something, that one whose ground has failed is skipped and names that
ground instead of guessing, and that a finding always has what, where and what to do. Collecting facts is
left to the doctor's shell, judging them to `diagnosis` and its siblings.
Source: docs/operations.md, "Doctor".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from tocsin.core.broker_symptoms import BROKER
from tocsin.core.own_symptoms import OWN
from tocsin.core.symptoms import Check, Level, Meaning, Symptom

MEANINGS: Mapping[Symptom, Meaning] = {**OWN, **BROKER}

# What must have passed before a check can say anything.
NEEDS: Mapping[Check, tuple[Check, ...]] = {
    Check.HOME: (),
    Check.FILES: (Check.HOME,),
    Check.DISK: (Check.HOME,),
    Check.VERSIONS: (),
    Check.PASSPHRASE: (Check.HOME, Check.VERSIONS),
    Check.WEB: (Check.HOME,),
    Check.NAMES: (Check.HOME,),
    Check.PORTS: (Check.NAMES,),
    Check.TLS: (Check.PORTS,),
    Check.LOGIN: (Check.TLS,),
    Check.DIRECTORY: (Check.LOGIN,),
    Check.CLOCK: (Check.LOGIN,),
    Check.ENTRY: (Check.DIRECTORY,),
    Check.KEYS: (Check.ENTRY, Check.PASSPHRASE),
    Check.TOPICS: (Check.DIRECTORY,),
    Check.RIGHTS: (Check.ENTRY,),
    Check.HEARTBEAT: (Check.KEYS, Check.CLOCK, Check.RIGHTS),
}
# What is run before a check, which speaks even where that failed: a wrong clock makes a directory stale.
_ALSO_FIRST: Mapping[Check, tuple[Check, ...]] = {Check.CLOCK: (Check.DIRECTORY,)}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: `what` happened, `where`, and what to `do` (empty where all is well).

    `symptom` is the stable name of a finding that is no pass; None for a pass and for what was skipped.
    """

    check: Check
    level: Level
    what: str
    where: str = ""
    do: str = ""
    symptom: Symptom | None = None

    def row(self) -> dict[str, str | None]:
        """Its one JSON form: these six names, always all of them."""
        return {
            "check": self.check.value,
            "level": self.level.value,
            "finding": None if self.symptom is None else self.symptom.value,
            "what": self.what,
            "where": self.where,
            "do": self.do,
        }


def well(check: Check, what: str, where: str = "") -> Finding:
    """Nothing is wrong: `what` was seen."""
    return Finding(check, Level.PASS, what, where)


def skipped(check: Check, because: str) -> Finding:
    """Nothing can be said, `because` of something else."""
    return Finding(check, Level.SKIPPED, f"skipped: {because}")


def ill(symptom: Symptom, where: str, what: str | None = None) -> Finding:
    """A finding of the closed list; `what` says more than its meaning does where more is known."""
    meaning = MEANINGS[symptom]
    return Finding(meaning.check, meaning.level, what or meaning.means, where, meaning.do, symptom)


def unfinished(check: Check, what: str) -> Finding:
    """`check` could not be ended, for the reason `what`."""
    return replace(ill(Symptom.UNFINISHED, "", what), check=check)


def needed_for(wanted: Iterable[Check]) -> list[Check]:
    """`wanted` with all that they stand on, in the order in which they are run."""
    found: set[Check] = set()
    waiting = list(wanted)
    while waiting:
        check = waiting.pop()
        found.add(check)
        waiting += [one for one in (*NEEDS[check], *_ALSO_FIRST.get(check, ())) if one not in found]
    return [check for check in Check if check in found]


def ground_lost(check: Check, lost: Collection[Check]) -> Finding | None:
    """That `check` is skipped since one of `lost`, which failed or were skipped, is its ground."""
    missing = [one for one in NEEDS[check] if one in lost]
    return skipped(check, f"{missing[0].value} comes first, see above") if missing else None


def is_lost(found: Iterable[Finding]) -> bool:
    """Whether what stands on this check has no ground."""
    return any(one.level in {Level.FAIL, Level.SKIPPED} for one in found)


def summary(found: Iterable[Finding]) -> str:
    """`17 pass, 1 warn`: how many of each level there are, in words for the end."""
    levels = [one.level for one in found]
    counts = [(levels.count(level), level.value) for level in Level]
    return ", ".join(f"{count} {name}" for count, name in counts if count)
