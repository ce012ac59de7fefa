"""Consume: the ladder, the domain's rules and the encrypted inbox, one transaction a poll; and whether
the cost of a report stays flat as the inbox grows."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from bench.clock import scratch
from bench.results import Row
from services.consumer.intake import Intake
from tests.support.incidents import INCIDENT, incident_directory
from tests.support.parties import NOW_S
from tests.support.reading import Reading, incoming
from tests.support.sender import Sender
from tests.support.world import ORIGINATOR
from tocsin.core import wire
from tocsin.core.avro import Codec
from tocsin.core.exercise import exercise_report
from tocsin.core.ids import schema_id, uuid7
from tocsin.core.primitives import random_bytes
from tocsin.core.report import check_incident, domain_check

POLL_RECORDS = 50
SMALL, LARGE = 1_000, 1_000_000


def bodies() -> list[bytes]:
    """Encoded exercise reports; the same content under new ids is another report to a reader."""
    rng, codec, now_s = random.Random(3), Codec(INCIDENT), int(time.time())
    return [
        codec.encode(check_incident(exercise_report(rng, number, "CO"), now_s=now_s).body)
        for number in range(500)
    ]


def records(sender: Sender, encoded: list[bytes], per_record: int) -> Iterator[Any]:
    """Endless sealed records of `per_record` items."""
    id_, at = schema_id(INCIDENT), 0
    while True:
        items = []
        for _ in range(per_record):
            body = encoded[at % len(encoded)]
            items.append(wire.Item(id_, uuid7(NOW_S * 1_000, random_bytes(10)), 1, body))
            at += 1
        yield incoming(sender.send(*items))


def take(intake: Intake, source: Iterator[Any], count: int) -> float:
    """Seconds to take `count` records in polls of 50; sealing them is not counted."""
    spent_s = 0.0
    while count > 0:
        poll = list(islice(source, min(POLL_RECORDS, count)))
        started = time.perf_counter()
        intake.take(poll, NOW_S)
        spent_s += time.perf_counter() - started
        count -= len(poll)
    return spent_s


def rows() -> list[Row]:
    """Reports a second at one and 64 a record, and at 10^3 and 10^6 reports in the inbox."""
    encoded, found = bodies(), []
    for per_record, count in ((1, 4_000), (64, 200)):
        with tempfile.TemporaryDirectory(dir=scratch()) as folder:
            source, reading = _pair(Path(folder), encoded, per_record)
            spent_s = take(reading.intake, source, count)
            name = f"consume + ladder + store, {per_record} a record"
            found.append(Row(name, per_record * count / spent_s, "reports/s"))
    return [*found, *_flat(encoded)]


def _flat(encoded: list[bytes]) -> list[Row]:
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        source, reading = _pair(Path(folder), encoded, 64)
        take(reading.intake, source, POLL_RECORDS)
        early_us = 1e6 * take(reading.intake, source, 150) / (150 * 64)
        take(reading.intake, source, LARGE // 64 - 200)
        late_us = 1e6 * take(reading.intake, source, 150) / (150 * 64)
        return [
            Row(
                "cost of a report with 10^6 in the inbox, against 10^4",
                late_us,
                "µs",
                early_us,
                "flat",
                better="lower",
            )
        ]


def _pair(folder: Path, encoded: list[bytes], per_record: int) -> tuple[Iterator[Any], Reading]:
    directory = incident_directory()
    sender = Sender(ORIGINATOR, directory)
    reading = Reading(folder, directory, rules=domain_check)
    reading.take_keys(sender)
    return records(sender, encoded, per_record), reading
