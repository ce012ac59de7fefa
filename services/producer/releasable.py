"""Whether an item is released by enough persons and may go where it is to go, by today's directory.

The publisher asks what every reader will ask: `tocsin.core.releases` answers both.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Any

from services.producer.reports import Family
from tocsin.core.audiences import Audience
from tocsin.core.avro import Codec
from tocsin.core.directory import Directory
from tocsin.core.errors import InvalidReportError, RefusedByRuleError
from tocsin.core.letters import why_not
from tocsin.core.releases import (
    Addressed,
    approvals_needed,
    approving_persons,
    check_addressed,
    sectors_reached,
)
from tocsin.core.report import ALERT_SCHEMA, CheckedReport
from tocsin.core.streams import INBOX
from tocsin.core.wire import Item

MAX_CODECS = 64


def unreleased(
    item: Item, originator: bytes, time_s: int, audience: Audience, directory: Directory
) -> str | None:
    """Why `item`, of a schema of the directory, may not leave for `audience`; None if it may."""
    codec = codec_of(directory.schemas[item.schema])
    is_alert = codec.name == ALERT_SCHEMA
    body = codec.decode(item.body) if is_alert else {}
    needed = approvals_needed(codec.name, body, audience, directory)
    persons = approving_persons(item, originator, time_s, audience.id, directory)
    if persons is None or persons < needed:
        return f"audience {audience.name} asks for {needed} valid approvals"
    if not is_alert:
        return None
    return _misaddressed(codec.name, body, item.version, way_to(audience, originator, time_s, directory))


def check_way(
    known: Family, report: CheckedReport, name: str, us: tuple[bytes, int], directory: Directory
) -> Audience:
    """The audience `name`, to which `us` (id, Unix seconds) may send `report` if enough people release it.

    Raises RefusedByRuleError, InvalidReportError saying why not.
    """
    me, now_s = us
    audience = directory.audience_named(name)
    if audience is None:
        names = ", ".join(sorted(one.name for one in directory.audiences.values()))
        raise RefusedByRuleError(f"there is no audience {name}; the directory has: {names}")
    if audience.schemas is not None and not audience.schemas.intersection(known.ids):
        raise RefusedByRuleError(f"audience {name} may not be sent an {known.name}")
    if reason := why_not(known.schema_name, me, audience, directory):
        raise RefusedByRuleError(reason)
    owner = directory.own_audiences.get(audience.id)
    if owner is not None and not owner.in_force(now_s):
        raise RefusedByRuleError(
            f"{owner.name} takes no part now: its agreement has ended, or it is suspended; nothing can be "
            "sent to it"
        )
    body, way = report.body, way_to(audience, me, now_s, directory)
    check_addressed(known.schema_name, body, body.get("version") or 1, way)
    stream = INBOX if audience.is_own else report.stream
    if not directory.may_publish(me, stream, now_s):
        raise RefusedByRuleError(f"the directory does not allow us to publish to {stream}")
    return audience


def allowed_schemas(known: Family, audience: Audience, directory: Directory) -> Collection[bytes] | None:
    """The schemas that an audience may be sent; None for any."""
    if audience.schemas is not None:
        return audience.schemas
    # Any that readers can know; where they know none yet, the report waits for it.
    return directory.schemas.keys() & known.ids or None


def way_to(audience: Audience, originator: bytes, time_s: int, directory: Directory) -> Addressed:
    """The way from `originator` to everybody whom `audience` reaches at `time_s`."""
    # Who is in it matters only where its rule does not say the sectors.
    members = () if audience.sectors else directory.members(audience.id, originator, time_s)
    sectors = sectors_reached(audience, (directory.participants[one] for one in members))
    owner = directory.own_audiences.get(audience.id)
    prefixes = () if owner is None else owner.prefixes
    return Addressed(directory.participants.get(originator), audience, sectors, prefixes)


def _misaddressed(name: str, body: dict[str, Any], version: int, way: Addressed) -> str | None:
    try:
        check_addressed(name, body, version, way)
    except InvalidReportError as error:
        return str(error)
    return None


@lru_cache(maxsize=MAX_CODECS)
def codec_of(schema: bytes) -> Codec:
    """The codec of a schema's file."""
    return Codec(schema)
