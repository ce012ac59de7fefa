"""Three thousand readers: a new generation to all of them, a new reader's start, and the directory itself.

The peer of a generation is what many systems do instead: each message's key wrapped for each reader.
"""

from __future__ import annotations

import resource
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from bench.clock import scratch
from bench.results import Row
from services.producer.generations_in_use import GenerationsInUse
from services.producer.originator import Originator
from tests.support.authority import role_key
from tests.support.crowd import Crowd
from tests.support.parties import NOW_S, Party
from tests.support.reading import STORAGE_KEY, Reading
from tests.support.sender import Sender
from tocsin.adapters.kafka.records import IncomingRecord
from tocsin.adapters.outbox.store import Outbox, open_outbox
from tocsin.adapters.own_keys import KeyRing
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.adapters.tuf_repository import TufRepository
from tocsin.core.directory import Directory
from tocsin.core.ids import audience_id
from tocsin.core.primitives import random_bytes, seal_to_xwing
from tocsin.core.streams import MANIFESTS_TOPIC, inbox_topic

READERS, ORIGINATORS = 3_000, 200
RECORDS_AN_HOUR, HOURS = 100, 7 * 24
AUDIENCE = audience_id("focal-points")


@dataclass(frozen=True)
class Rotated:
    """What one new generation took."""

    cpu_s: float
    size_bytes: int
    wraps: int


def rows() -> list[Row]:
    """Rotation, a first start, the directory, against wrapping each message."""
    crowd = Crowd(ORIGINATORS, READERS)
    directory = crowd.directory()
    rotated = _rotate(directory, crowd.parties[0])
    each_s = _wrap_each_s(crowd)
    records = RECORDS_AN_HOUR * HOURS
    return [
        Row(
            f"a new generation to {rotated.wraps:,} readers, CPU", 1e3 * rotated.cpu_s, "ms", goal="≤ 1,000"
        ),
        Row("its manifest and wraps", rotated.size_bytes / 1e6, "MB"),
        Row(
            f"records a CPU second of keys, {RECORDS_AN_HOUR} an hour, one generation a week",
            records / rotated.cpu_s,
            "records/s",
            1 / (each_s * rotated.wraps),
            note="the peer wraps each message's key to each reader",
        ),
        *_first_start(crowd, directory),
        *_directory(crowd),
    ]


def _rotate(directory: Directory, party: Party) -> Rotated:
    with tempfile.TemporaryDirectory(dir=scratch()) as name:
        outbox = open_outbox(Path(name), STORAGE_KEY, party.id)
        originator = Originator(
            party.id,
            KeyRing({party.key("record").id: party.record}),
            KeyRing({party.key("statement").id: party.statement}),
        )
        originator.follow(directory, NOW_S)
        audience = directory.audiences[AUDIENCE]
        began_s = time.process_time()
        with outbox.transaction():
            GenerationsInUse(outbox.keys, originator, directory, NOW_S).serve(audience)
        cpu_s = time.process_time() - began_s
        sizes = _queued(outbox)
        outbox.close()
    return Rotated(cpu_s, sum(sizes), len(sizes) - 1)


def _queued(outbox: Outbox) -> list[int]:
    return [size for (size,) in outbox.database.execute("SELECT length(value) FROM key_queue")]


def _wrap_each_s(crowd: Crowd) -> float:
    """Seconds of CPU to wrap one message's key for one reader."""
    keys = [one.key("kem").public for one in crowd.parties[:500]]
    began_s = time.process_time()
    for key in keys:
        seal_to_xwing(key, b"tocsin bench", random_bytes(32))
    return (time.process_time() - began_s) / len(keys)


def _first_start(crowd: Crowd, directory: Directory) -> list[Row]:
    """A reader that has nothing takes the manifests and its wraps of all originators."""
    reader = crowd.parties[-1]
    topic = inbox_topic(reader.id, firm=False)
    records = []
    for number, party in enumerate(crowd.parties[:ORIGINATORS]):
        sender = Sender(party, directory)
        wrap = sender.wrap(reader.id)
        records.append(IncomingRecord(MANIFESTS_TOPIC, 0, number, None, sender.manifest(), 0))
        records.append(IncomingRecord(topic, 0, number, None, wrap, 0))
    with tempfile.TemporaryDirectory(dir=scratch()) as name:
        reading = Reading(Path(name), directory, reader)
        began_s = time.perf_counter()
        for at in range(0, len(records), 50):
            reading.take(*records[at : at + 50])
        took_s = time.perf_counter() - began_s
        reading.inbox.close()
    return [Row(f"a new reader takes the keys of {ORIGINATORS} originators", took_s, "s")]


def _directory(crowd: Crowd) -> list[Row]:
    with tempfile.TemporaryDirectory(dir=scratch()) as name:
        repository = TufRepository(Path(name) / "authority", role_key)
        repository.create(crowd.targets(), NOW_S)
        client = DirectoryClient(Path(name) / "reader", repository.pinned_root())
        files = repository.files()
        before_mib = _resident_mib()
        first_s = _refreshed_s(client, files)
        held_mib = _resident_mib() - before_mib
        began_s = time.perf_counter()
        changed = replace(crowd.parties[7], country="BR")
        repository.put_targets(dict([changed.target()]), NOW_S + 1)
        put_s = time.perf_counter() - began_s
        files = repository.files()
        listed = next(data for at, data in files.items() if at == "2.targets.json")
        change_s = _refreshed_s(client, files)
    count = len(crowd.parties)
    return [
        Row(f"the directory of {count:,} participants, read first", first_s, "s"),
        Row("its memory at a reader", held_mib, "MiB"),
        Row("its bytes", sum(map(len, files.values())) / 1e6, "MB"),
        Row("its list of entries, which every change sends anew", len(listed) / 1e6, "MB"),
        Row("one entry changed, at the authority", 1e3 * put_s, "ms"),
        Row("one entry changed, at a reader", 1e3 * change_s, "ms"),
    ]


def _refreshed_s(client: DirectoryClient, files: dict[str, bytes]) -> float:
    began_s = time.perf_counter()
    client.refresh(files, NOW_S + 2)
    return time.perf_counter() - began_s


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1_048_576
