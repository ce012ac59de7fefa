"""Encode and seal, open and decode: against Confluent's payload encryption on the same reports.

Ours signs, chains, pads and decodes strictly; the peer does none of it.
"""

from __future__ import annotations

import json
import random
import time
from typing import Any

from bench import peers
from bench.clock import SECONDS, best_rate_per_s
from bench.results import Row
from schemas import load
from tests.support.memory_reader import MemoryReader
from tests.support.parties import NOW_S, Party
from tests.support.world import Sender, directory_of, give_keys, targets
from tocsin.core import canonical_json, wire
from tocsin.core.avro import Codec
from tocsin.core.exercise import exercise_report
from tocsin.core.ids import schema_id, uuid7
from tocsin.core.ladder import examine
from tocsin.core.primitives import random_bytes
from tocsin.core.report import check_incident, domain_check

REPORTS = 256
BATCHES = (1, 64)


def bodies() -> list[dict[str, Any]]:
    """Checked incident reports as the producer encodes them."""
    rng = random.Random(7)
    return [
        check_incident(exercise_report(rng, number, "DE"), now_s=int(time.time())).body
        for number in range(REPORTS)
    ]


def world(schema: bytes) -> tuple[Sender, MemoryReader]:
    """A sender and a member; the audience may be sent the incident schema."""
    originator, member = Party("Originator"), Party("Neighbour", country="NL")
    entries = targets(originator, member)
    name = "audiences/focal-points"
    audience = canonical_json.load(entries[name])
    audience["schemas"] = [schema_id(schema).hex()]
    entries |= {
        name: canonical_json.dump(audience),
        f"schemas/{schema_id(schema).hex()}.avsc": schema,
    }
    directory = directory_of(entries)
    sender, reader = Sender(originator, directory), MemoryReader(member, directory)
    give_keys(sender, reader)
    return sender, reader


def rows() -> list[Row]:
    """Four lines: seal and open, one report a record and 64."""
    schema = load("reports/incident_report.avsc")
    codec, id_, reports = Codec(schema), schema_id(schema), bodies()
    job = {"schema": json.loads(schema), "reports": reports, "seconds": SECONDS}
    peer = peers.run("peer_csfle.py", job)
    sender, reader = world(schema)

    def item(body: dict[str, Any]) -> wire.Item:
        return wire.Item(id_, uuid7(NOW_S * 1_000, random_bytes(10)), 1, codec.encode(body))

    def seal(batch: list[dict[str, Any]]) -> Any:
        return sender.send(*(item(body) for body in batch))

    def open_(sent: Any) -> None:
        fate = examine(sent.value, sent.place, reader, NOW_S, domain_check)
        if fate.outcome != "accepted":
            raise SystemExit(f"the bench's record was not accepted: {fate}")

    found = []
    for size in BATCHES:
        batches = [reports[at : at + size] for at in range(0, REPORTS, size)]
        sealed = [seal(batch) for batch in batches]
        sealing = best_rate_per_s(seal, batches) * size
        opening = best_rate_per_s(open_, sealed) * size
        goal = ("≥ 2.0", "≥ 1.0") if size > 1 else ("", "")
        found += [
            Row(f"encode + seal, {size} a record", sealing, "reports/s", peer["seal_per_s"], goal[0]),
            Row(f"open + decode, {size} a record", opening, "reports/s", peer["open_per_s"], goal[1]),
        ]
    return found
