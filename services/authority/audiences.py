"""Audiences and streams by command: made, replaced, shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.authority.founding import DAY_S, REPORTS, load_schema, schema_named
from services.authority.office import Office
from tocsin.core import codes
from tocsin.core.audiences import Audience, write_audience
from tocsin.core.directory import AUDIENCES, SCHEMAS, STREAMS, Directory
from tocsin.core.errors import RefusedByRuleError, SettingsError
from tocsin.core.ids import audience_id, schema_id
from tocsin.core.streams import Layout, Stream, write_layout


@dataclass(frozen=True)
class Rule:
    """What an audience is to be. Empty lists mean any."""

    roles: Sequence[str]
    sectors: Sequence[str]
    regions: Sequence[str]
    schemas: Sequence[str]
    approvals: int
    history: str
    max_age_days: int


def put_audience(office: Office, name: str, rule: Rule) -> None:
    """Create or replace an audience. Raises RefusedByRuleError; then nothing changed."""
    _check_words("role", rule.roles, codes.roles())
    _check_words("sector", rule.sectors, codes.sectors())
    _check_words("region", rule.regions, codes.regions())
    schemas, present = {_schema(one): one for one in rule.schemas}, office.directory().schemas
    if missing := [name for id_, name in schemas.items() if id_ not in present]:
        raise RefusedByRuleError(
            f"the directory does not have the schema {missing[0]}: tocsin authority schema {missing[0]}"
        )
    audience = Audience(
        name,
        roles=frozenset(rule.roles),
        sectors=frozenset(rule.sectors),
        regions=frozenset(rule.regions),
        schemas=frozenset(schemas),
        approvals=rule.approvals,
        history=rule.history,
        max_age_s=rule.max_age_days * DAY_S,
    )
    office.put({f"{AUDIENCES}{name}": write_audience(audience)})


def _check_words(kind: str, words: Collection[str], known: Collection[str]) -> None:
    if unknown := [word for word in words if word not in known]:
        raise RefusedByRuleError(f"there is no {kind} {unknown[0]}; known are {', '.join(sorted(known))}")


def _schema(name: str) -> bytes:
    return schema_named(name) if name in REPORTS else schema_id(_read(Path(name)))


def show_audience(directory: Directory, name: str, now_s: int) -> dict[str, Any]:
    """An audience with its members now, as the directory has it. Raises RefusedByRuleError."""
    audience = directory.audience_named(name)
    if audience is None:
        raise RefusedByRuleError(f"there is no audience {name}")
    members = directory.members(audience_id(name), b"", now_s)
    return {
        "name": name,
        "roles": sorted(audience.roles),
        "sectors": sorted(audience.sectors),
        "regions": sorted(audience.regions),
        "schemas": sorted(one.hex() for one in audience.schemas or ()),
        "approvals": audience.approvals,
        "history": audience.history,
        "max_age_days": audience.max_age_s // DAY_S,
        "members": [{"id": one.hex(), "name": directory.participants[one].name} for one in members],
    }


def put_stream(office: Office, stream: Stream) -> None:
    """Add a stream, or change its retention and roles. A width never changes: RefusedByRuleError."""
    _check_words("role", stream.publish_roles, codes.roles())
    layout = office.directory().layout
    present = layout.streams.get(stream.name)
    if present is not None and present.width != stream.width:
        raise RefusedByRuleError(
            f"{stream.name} is {present.width} partitions wide for each region, and a width never changes: "
            "records would lie in other partitions than readers look"
        )
    streams = dict(layout.streams) | {stream.name: stream}
    office.put({STREAMS: write_layout(Layout(layout.regions, streams))})


def put_schema(office: Office, name: str) -> str:
    """Add `incident`, `alert` or a file; its id in hex. Raises RefusedByRuleError by the lint."""
    data = load_schema(name) if name in REPORTS else _read(Path(name))
    id_ = schema_id(data).hex()
    office.put({f"{SCHEMAS}{id_}.avsc": data})
    return id_


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
