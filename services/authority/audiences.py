"""Audiences and streams by command: made, replaced, shown."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.authority.founding import (
    ALERT_APPROVALS,
    DAY_S,
    REPORTS,
    SAFETY_APPROVALS,
    load_schemas,
    schemas_named,
)
from services.authority.office import Office
from tocsin.core import codes
from tocsin.core.audiences import Audience, read_audience, write_audience
from tocsin.core.directory import AUDIENCES, SCHEMAS, STREAMS, Directory
from tocsin.core.errors import MalformedError, RefusedByRuleError, SettingsError
from tocsin.core.ids import audience_id, schema_id
from tocsin.core.participants import Participant
from tocsin.core.standing import NO_DAY
from tocsin.core.streams import Layout, Stream, write_layout
from tocsin.runtime.times import clock_time

ONE_PERSON = (
    "alerts to it need fewer than two persons: that another than the author released one is then only its "
    "home's own promise, and no reader can check it"
)


@dataclass(frozen=True)
class Rule:
    """What an audience is to be. Empty lists mean any; approvals of None what is usual."""

    roles: Sequence[str]
    sectors: Sequence[str]
    regions: Sequence[str]
    schemas: Sequence[str]
    approvals: int | None
    history: str
    max_age_days: int
    exclude: Sequence[bytes] = ()
    safety_approvals: int | None = None

    def persons(self) -> tuple[int, int | None]:
        """(how many release an item, how many a safety notice; None: as many).

        Alerts: two, since with one that the author did not release it is only the home's own promise.
        """
        alerts_alone = set(self.schemas) == {"alert"}
        if self.approvals is None and alerts_alone:
            return ALERT_APPROVALS, self.safety_approvals or SAFETY_APPROVALS
        return self.approvals or 0, self.safety_approvals


def put_audience(office: Office, name: str, rule: Rule, *, dry_run: bool = False) -> list[str]:
    """Create or replace an audience; what that means for whom, in sentences. A `dry_run` changes nothing.

    Raises RefusedByRuleError; then nothing changed.
    """
    _check_words("role", rule.roles, codes.roles())
    _check_words("sector", rule.sectors, codes.sectors())
    _check_words("region", rule.regions, codes.regions())
    before = office.directory()
    if strangers := [one.hex() for one in rule.exclude if one not in before.participants]:
        raise RefusedByRuleError(f"there is no participant {strangers[0]} to leave out")
    schemas = {id_: one for one in rule.schemas for id_ in _schemas(one)}
    present = before.schemas
    if missing := [name for id_, name in schemas.items() if id_ not in present]:
        raise RefusedByRuleError(
            f"the directory does not have the schema {missing[0]}: tocsin authority schema {missing[0]}"
        )
    approvals, safety_approvals = rule.persons()
    audience = Audience(
        name,
        roles=frozenset(rule.roles),
        sectors=frozenset(rule.sectors),
        regions=frozenset(rule.regions),
        schemas=frozenset(schemas),
        approvals=approvals,
        history=rule.history,
        max_age_s=rule.max_age_days * DAY_S,
        exclude=frozenset(rule.exclude),
        safety_approvals=safety_approvals,
    )
    try:
        read_audience(write_audience(audience))
    except MalformedError as error:
        raise RefusedByRuleError(str(error)) from error
    if not dry_run:
        office.put({f"{AUDIENCES}{name}": write_audience(audience)})
    told = list(_coming_and_going(before, audience, office.now_s()))
    return [*told, ONE_PERSON] if "alert" in rule.schemas and approvals < ALERT_APPROVALS else told


def _coming_and_going(before: Directory, audience: Audience, now_s: int) -> Iterator[str]:
    was = set(before.members(audience.id, b"", now_s))
    everyone = before.participants.values()
    will = {one.id for one in everyone if audience.wants(one) and one.in_force(now_s)}

    def names(ids: set[bytes]) -> str:
        return ", ".join(sorted(before.participants[one].name for one in ids))

    if gone := was - will:
        yield f"leave it: {names(gone)}; each originator's next record to it is under a new key"
    if come := will - was:
        yield f"join it: {names(come)}"
    yield f"{len(will)} members, until when each: tocsin authority audience show {audience.name} --members"


def _check_words(kind: str, words: Collection[str], known: Collection[str]) -> None:
    if unknown := [word for word in words if word not in known]:
        raise RefusedByRuleError(f"there is no {kind} {unknown[0]}; known are {', '.join(sorted(known))}")


def _schemas(name: str) -> Collection[bytes]:
    return schemas_named(name) if name in REPORTS else {schema_id(_read(Path(name)))}


def show_audience(directory: Directory, name: str, now_s: int) -> dict[str, Any]:
    """The rule of an audience, and how many belong to it now. Raises RefusedByRuleError."""
    audience = directory.audience_named(name)
    if audience is None:
        known = ", ".join(sorted(one.name for one in directory.audiences.values()))
        raise RefusedByRuleError(
            f"there is no audience {name}; there are {known}, and to.ID of each participant"
        )
    return {
        "name": name,
        "roles": sorted(audience.roles),
        "sectors": sorted(audience.sectors),
        "regions": sorted(audience.regions),
        "schemas": sorted(one.hex() for one in audience.schemas or ()),
        "approvals": audience.approvals,
        "safety_approvals": audience.safety_approvals,
        "history": audience.history,
        "max_age_days": audience.max_age_s // DAY_S,
        "exclude": sorted(one.hex() for one in audience.exclude),
        "members": len(directory.members(audience_id(name), b"", now_s)),
    }


def member_rows(directory: Directory, name: str, now_s: int) -> list[dict[str, Any]]:
    """Who belongs to an audience now, by country and name, and until when each: its agreement's end."""
    ids = directory.members(audience_id(name), b"", now_s)
    members = sorted((directory.participants[id_] for id_ in ids), key=lambda one: (one.country, one.name))
    return [_member(one) for one in members]


def _member(one: Participant) -> dict[str, Any]:
    """`until`: the end of its agreement, when it leaves by itself."""
    until = None if one.agreement_ends_s == NO_DAY else clock_time(one.agreement_ends_s)
    return {"id": one.id.hex(), "name": one.name, "country": one.country, "until": until}


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


def put_schema(office: Office, name: str) -> list[str]:
    """Add `incident`, `alert` or `attachment` in all versions, or a file; the ids in hex.

    Raises RefusedByRuleError by the lint.
    """
    found = load_schemas(name) if name in REPORTS else (_read(Path(name)),)
    ids = {schema_id(data).hex(): data for data in found}
    office.put({f"{SCHEMAS}{id_}.avsc": data for id_, data in ids.items()})
    return list(ids)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
