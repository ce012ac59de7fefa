"""A small world in memory: an originator, two members, a courier, an outsider, their directory.

    world = small_world()
    sender = Sender(world.originator, world.directory)
    reader = world.reader(world.members[0])
    give_keys(sender, reader)
    sent = sender.send(note("hello"))
    fate = reader.read(sent.value, sent.place, NOW_S)

`Sender`, `MemoryReader` and `Party` are where their names say.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.support.memory_reader import MemoryReader
from tests.support.parties import DAY_S, NOW_S, Party
from tests.support.sender import Sender, Sent
from tocsin.core import canonical_json, wire
from tocsin.core.avro import Codec
from tocsin.core.directory import Directory, read_directory
from tocsin.core.ids import schema_id, uuid7
from tocsin.core.primitives import sha256

__all__ = ["DAY_S", "NOW_S", "MemoryReader", "Party", "Sender", "Sent", "World", "small_world"]

NOTE = json.dumps(
    {
        "type": "record",
        "namespace": "tocsin.test",
        "name": "Note",
        "fields": [
            {"name": "text", "type": "string"},
            {"name": "count", "type": ["null", "int"], "default": None},
        ],
    }
).encode()
NOTICE = NOTE.replace(b'"Note"', b'"Notice"')

ORIGINATOR = Party("Originator")
NEIGHBOUR = Party("Neighbour", regions=("western-and-central-europe",), country="NL")
ANALYST = Party("Analyst", roles=("analyst",), country="AT")
COURIER = Party(
    "Courier",
    roles=("courier",),
    sector="courier",
    sponsor=ORIGINATOR.id,
    agreement_ends_s=NOW_S + 200 * DAY_S,
)
OUTSIDER = Party(
    "Outsider",
    roles=("chemical",),
    sector="chemical",
    sponsor=NEIGHBOUR.id,
    agreement_ends_s=NOW_S + 200 * DAY_S,
)
EVERYONE = (ORIGINATOR, NEIGHBOUR, ANALYST, COURIER, OUTSIDER)


def layout_target() -> bytes:
    """Three regions; `ion` and `pics` two partitions wide, `alerts` one; firms publish nothing."""
    publishers = ["focal-point"]
    streams = {
        "ion": {"width": 2, "retention_days": 365, "publish_roles": publishers},
        "pics": {"width": 2, "retention_days": 365, "publish_roles": publishers},
        "alerts": {"width": 1, "retention_days": 60, "publish_roles": publishers},
    }
    regions = ["south-america", "western-and-central-europe", "global"]
    return canonical_json.dump({"regions": regions, "streams": streams})


def audience_target(name: str, *schemas: bytes, **fields: Any) -> tuple[str, bytes]:
    """(name, bytes) of the target of an audience that may be sent these schemas."""
    rule = {key: fields.pop(key, []) for key in ("roles", "sectors", "regions", "exclude")}
    record = {
        "name": name,
        "rule": rule,
        "schemas": sorted(schema_id(one).hex() for one in schemas),
        "approvals": 0,
        "history": "generation",
        "max_age_s": 30 * DAY_S,
    }
    return f"audiences/{name}", canonical_json.dump(record | fields)


def targets(*parties: Party) -> dict[str, bytes]:
    """The directory's targets: everyone, two audiences (`focal-points`, `couriers`), two schemas."""
    return dict(
        [
            ("streams", layout_target()),
            *(party.target() for party in parties or EVERYONE),
            audience_target("focal-points", NOTE, roles=["focal-point", "analyst"]),
            audience_target("couriers", NOTICE, sectors=["courier"], approvals=2),
            *((f"schemas/{schema_id(one).hex()}.avsc", one) for one in (NOTE, NOTICE)),
        ]
    )


def directory_of(entries: Mapping[str, bytes], version: int = 7) -> Directory:
    """The directory of these targets, fresh for a day. Nothing in it may be refused."""
    directory = read_directory(version, NOW_S + DAY_S, entries)
    assert directory.refused == {}
    return directory


@dataclass(frozen=True)
class World:
    """Who is there, and the directory that says so."""

    directory: Directory
    originator: Party = ORIGINATOR
    members: tuple[Party, ...] = (NEIGHBOUR, ANALYST)
    courier: Party = COURIER
    outsider: Party = OUTSIDER

    def reader(self, party: Party = NEIGHBOUR, **changes: Any) -> MemoryReader:
        """A reader of `party` with an empty memory."""
        return MemoryReader(party, self.directory, **changes)

    def sender(self, audience: str = "focal-points", party: Party = ORIGINATOR) -> Sender:
        """A sender of `party` to `audience`, with a fresh generation."""
        return Sender(party, self.directory, audience)

    def pair(self, audience: str = "focal-points") -> tuple[Sender, MemoryReader]:
        """A sender and a member that holds its keys."""
        sender, reader = self.sender(audience), self.reader()
        if audience == "couriers":
            reader = self.reader(COURIER)
        give_keys(sender, reader)
        return sender, reader


@cache
def small_world() -> World:
    """The world of most tests. It is never changed: build another with `World(directory_of(...))`."""
    return World(directory_of(targets()))


def give_keys(sender: Sender, *readers: MemoryReader) -> None:
    """Bring the sender's manifest to the readers, and their wraps to those that are members."""
    manifest, wraps = sender.manifest(), sender.wraps()
    for reader in readers:
        reader.take_manifest(manifest, sender.now_s)
        if reader.me in wraps:
            reader.take_wrap(wraps[reader.me])


@cache
def codec_of(schema: bytes) -> Codec:
    """The codec of a body's schema."""
    return Codec(schema)


def report_id(name: str = "report") -> bytes:
    """A UUIDv7 that depends on the name alone."""
    return uuid7(NOW_S * 1_000, sha256(name.encode())[:10])


def note(text: str = "a parcel", name: str | None = None, **fields: Any) -> wire.Item:
    """An item of the schema that `focal-points` may be sent."""
    return _item(NOTE, text, name or text, **fields)


def notice(text: str = "look at this", name: str | None = None, **fields: Any) -> wire.Item:
    """An item of the schema that `couriers` may be sent; not approved yet."""
    return _item(NOTICE, text, name or text, **fields)


def _item(file: bytes, text: str, name: str, **fields: Any) -> wire.Item:
    body = codec_of(file).encode({"text": text, "count": None})
    usual = {"schema": schema_id(file), "report_id": report_id(name), "version": 1, "body": body}
    return wire.Item(**usual | fields)
