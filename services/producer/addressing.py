"""Whether an item is released by enough persons and may go where it is to go, by today's directory.

The publisher asks what every reader will ask: `tocsin.core.releases` answers both.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from tocsin.core.audiences import Audience
from tocsin.core.avro import Codec
from tocsin.core.directory import Directory
from tocsin.core.errors import InvalidReportError
from tocsin.core.releases import (
    ALERT_SCHEMA,
    Addressed,
    approvals_needed,
    approving_persons,
    check_addressed,
    sectors_reached,
)
from tocsin.core.wire import Item

MAX_CODECS = 64


def unreleased(
    item: Item, originator: bytes, time_s: int, audience: Audience, directory: Directory
) -> str | None:
    """Why `item`, of a schema of the directory, may not leave for `audience`; None if it may."""
    codec = _codec(directory.schemas[item.schema])
    is_alert = codec.name == ALERT_SCHEMA
    body = codec.decode(item.body) if is_alert else {}
    needed = approvals_needed(codec.name, body, audience, directory)
    persons = approving_persons(item, originator, time_s, audience.id, directory)
    if persons is None or persons < needed:
        return f"audience {audience.name} asks for {needed} valid approvals"
    if not is_alert:
        return None
    return _misaddressed(codec.name, body, item.version, way_to(audience, originator, time_s, directory))


def way_to(audience: Audience, originator: bytes, time_s: int, directory: Directory) -> Addressed:
    """The way from `originator` to everybody whom `audience` reaches at `time_s`."""
    # Who is in it matters only where its rule does not say the sectors.
    members = () if audience.sectors else directory.members(audience.id, originator, time_s)
    sectors = sectors_reached(audience, (directory.participants[one] for one in members))
    return Addressed(directory.participants.get(originator), audience, sectors)


def _misaddressed(name: str, body: dict[str, Any], version: int, way: Addressed) -> str | None:
    try:
        check_addressed(name, body, version, way)
    except InvalidReportError as error:
        return str(error)
    return None


@lru_cache(maxsize=MAX_CODECS)
def _codec(schema: bytes) -> Codec:
    return Codec(schema)
