"""Law: what the facts that the doctor collected mean for a home: its disk, its broker, its directory.

It guarantees one judgement for each fact, by the bounds that the services themselves keep to, so that
nobody is told that all is well where a service would refuse. Collecting facts is left to the doctor's
shell; our own entry and keys to `own_standing`, what a login may do to `kafka_rights`.
Source: docs/operations.md, "Doctor", "The directory's age".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tocsin.core.clock_skew import Clock
from tocsin.core.clock_skew import Finding as ClockFinding
from tocsin.core.directory import READING_GRACE_S, TIMESTAMP_LIFETIME_S
from tocsin.core.findings import Finding, ill, well
from tocsin.core.spans import span
from tocsin.core.symptoms import Check, Symptom

DIRECTORY_LATE_S = 3 * 3_600
DAY_S = 86_400
WARN_BEFORE_DAYS = 30
METADATA_WARN_DAYS = 10
# It lives for 7 days; the authority's service signs it anew 3 days before its end.
SNAPSHOT_WARN_DAYS = 2
LEAST_FREE_BYTES = 268_435_456
MIN_PYTHON = (3, 11)
SAFE_COPIES = 3
SAFE_INSYNC = 2
_MIB = 1_048_576
_ONLY = "the only copy of what was acknowledged"
_CLOCKS = {
    Clock.BEHIND: Symptom.CLOCK_BEHIND,
    Clock.AHEAD: Symptom.CLOCK_AHEAD,
    Clock.AUTHORITY_LATE: Symptom.AUTHORITY_SILENT,
    Clock.UNCLEAR: Symptom.CLOCK_UNCLEAR,
}


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """A topic as the broker has it: `different`, what is not as asked for, in words."""

    name: str
    there: bool
    different: tuple[str, ...] = ()
    copies: int = 1
    min_insync: int = 1


def judge_disk(free_bytes: int, may_grow_bytes: int, where: str) -> Finding:
    """Of the disk on which a home lies; `may_grow_bytes`: what its bounds still let it take."""
    what = f"{_size(free_bytes)} free; what is kept here may take {_size(may_grow_bytes)} more"
    if free_bytes < LEAST_FREE_BYTES:
        return ill(Symptom.DISK_FULL, where, what)
    if free_bytes < may_grow_bytes + LEAST_FREE_BYTES:
        return ill(Symptom.DISK_SHORT, where, what)
    return well(Check.DISK, what, where)


def judge_python(version: tuple[int, ...]) -> Finding:
    """Of the interpreter: (major, minor, …)."""
    what = f"Python {'.'.join(map(str, version))}"
    return well(Check.VERSIONS, what) if version >= MIN_PYTHON else ill(Symptom.OLD_PYTHON, what)


def judge_database(version: int, known: int, where: str) -> Finding:
    """Of a database: the schema version that it has, and the newest that this program knows."""
    what = f"schema version {version}, and this program's is {known}"
    if version == known:
        return well(Check.PASSPHRASE, f"opens; schema version {version}", where)
    return ill(Symptom.NEWER_DATABASE if version > known else Symptom.OLDER_DATABASE, where, what)


def judge_certificate(ends_s: int, now_s: int, where: str) -> Finding:
    """Of a broker's certificate that verified."""
    left_s = ends_s - now_s
    what = f"its certificate verifies and ends in {days(left_s)}"
    soon = left_s < WARN_BEFORE_DAYS * DAY_S
    return ill(Symptom.CERTIFICATE_ENDS, where, what) if soon else well(Check.TLS, what, where)


def judge_directory_age(signed_at_s: int, now_s: int, where: str) -> Finding:
    """Of the newest timestamp that verified, by our clock."""
    age_s = max(0, now_s - signed_at_s)
    what = f"its timestamp was signed {span(age_s)} ago"
    if age_s >= TIMESTAMP_LIFETIME_S + READING_GRACE_S:
        return ill(Symptom.DIRECTORY_TOO_OLD, where, what)
    if age_s >= TIMESTAMP_LIFETIME_S:
        return ill(Symptom.DIRECTORY_STALE, where, what)
    if age_s >= DIRECTORY_LATE_S:
        return ill(Symptom.DIRECTORY_LATE, where, what)
    return well(Check.DIRECTORY, what, where)


def judge_clock_found(found: ClockFinding) -> Finding:
    """Of our clock against what others signed."""
    symptom = _CLOCKS.get(found.clock)
    words = found.words().split(";")[0].split(":")[0]
    return well(Check.CLOCK, words) if symptom is None else ill(symptom, "", words)


def judge_metadata(ends_at_s: Mapping[str, int], now_s: int) -> list[Finding]:
    """Of the authority's signatures: role -> end. The timestamp is judged by its age, elsewhere."""
    found = []
    for role, ends_s in sorted(ends_at_s.items()):
        if role != "timestamp":
            what = f"the signature of {role} ends in {days(ends_s - now_s)}"
            within = SNAPSHOT_WARN_DAYS if role == "snapshot" else METADATA_WARN_DAYS
            soon = ends_s - now_s < within * DAY_S
            found.append(ill(Symptom.METADATA_ENDS, role, what) if soon else well(Check.KEYS, what))
    return found


def judge_topics(topics: Iterable[TopicFacts], brokers: int) -> list[Finding]:
    """One finding for each topic that is not as asked for; one for all where they are."""
    seen = list(topics)
    found = [_judge_topic(one) for one in seen]
    bad = [one for one in found if one is not None]
    few = [one.name for one in seen if one.there and _few_copies(one)]
    if few:
        lies = (
            "has one broker, which holds"
            if brokers == 1
            else f"has {brokers} brokers; on one alone may lie"
        )
        bad.append(
            ill(Symptom.FEW_COPIES, f"{len(few)} of {len(seen)} topics", f"the cluster {lies} {_ONLY}")
        )
    if any(one is not None for one in found):
        return bad
    return [well(Check.TOPICS, f"{len(seen)} topics are as the directory asks for"), *bad]


def _judge_topic(topic: TopicFacts) -> Finding | None:
    if not topic.there:
        return ill(Symptom.TOPIC_MISSING, topic.name)
    if topic.different:
        return ill(Symptom.TOPIC_DIFFERS, topic.name, "; ".join(topic.different))
    return None


def _few_copies(topic: TopicFacts) -> bool:
    return topic.copies < SAFE_COPIES or topic.min_insync < SAFE_INSYNC


def days(left_s: int) -> str:
    """`217 days`, `1 day`, `less than a day`; `no time at all` behind an end."""
    if left_s <= 0:
        return "no time at all: it has ended"
    count = left_s // DAY_S
    return "less than a day" if count == 0 else f"{count} day{'' if count == 1 else 's'}"


def _size(count_bytes: int) -> str:
    if count_bytes >= 1_024 * _MIB:
        return f"{count_bytes / (1_024 * _MIB):.1f} GiB"
    return f"{count_bytes // _MIB} MiB"
