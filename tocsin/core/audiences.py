"""Law: who an audience names and what may be sent to it, in its one JSON form.

It guarantees that an audience that parses is no `to.` audience and asks for at most two approvals.
Who is in force at a time, and the implicit `to.` audiences, are left to `directory`.
Source: wire format, "Directory".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tocsin.core import canonical_json, json_fields
from tocsin.core.errors import MalformedError
from tocsin.core.ids import audience_id, parse_id

HISTORIES = frozenset({"generation", "none"})
MAX_APPROVALS = 2
MAX_AGE_S = 36_500 * 86_400
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,127}")
_HASH = re.compile(r"[0-9a-f]{64}")


class Member(Protocol):
    """What a rule looks at."""

    @property
    def id(self) -> bytes: ...  # noqa: D102
    @property
    def roles(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def sector(self) -> str | None: ...  # noqa: D102
    @property
    def regions(self) -> tuple[str, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Audience:
    """A named membership rule, with what may be sent to it. Empty fields of the rule mean any.

    `history`: `generation` lets a new member read the current generation from its beginning, `none`
    begins a new generation for it. `schemas`: 32-byte ids, None for any. `safety_approvals`: how many
    persons release a safety notice; None for as many as anything else.
    """

    name: str
    roles: frozenset[str] = frozenset()
    sectors: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    exclude: frozenset[bytes] = frozenset()
    schemas: frozenset[bytes] | None = None
    approvals: int = 0
    history: str = "generation"
    max_age_s: int = 30 * 86_400
    safety_approvals: int | None = None

    @property
    def is_own(self) -> bool:
        """Whether it is one participant's own audience."""
        return self.name.startswith("to.")

    def approvals_for(self, *, safety: bool) -> int:
        """How many persons release an alert, or a safety notice."""
        if safety and self.safety_approvals is not None:
            return self.safety_approvals
        return self.approvals

    @property
    def id(self) -> bytes:
        """16 bytes, recomputed from the name."""
        return audience_id(self.name)

    def wants(self, participant: Member) -> bool:
        """Whether the rule names `participant`, agreement aside."""
        return (
            participant.id not in self.exclude
            and (not self.roles or not self.roles.isdisjoint(participant.roles))
            and (not self.sectors or participant.sector in self.sectors)
            and (not self.regions or not self.regions.isdisjoint(participant.regions))
        )


def read_audience(data: bytes) -> Audience:
    """The audience of a directory target. Raises MalformedError."""
    record = json_fields.load_object(data, "audience")
    rule = json_fields.optional_object(record, "rule") or {}
    name = json_fields.text(record, "name")
    if name.startswith("to.") or not _NAME.fullmatch(name):
        raise MalformedError("an audience's name begins with 'to.' or has other than a-z 0-9 . -")
    history = json_fields.text(record, "history")
    if history not in HISTORIES:
        raise MalformedError("an audience's history is 'generation' or 'none'")
    approvals = json_fields.number(record, "approvals", MAX_APPROVALS)
    return Audience(
        name=name,
        roles=frozenset(json_fields.texts(rule, "roles")),
        sectors=frozenset(json_fields.texts(rule, "sectors")),
        regions=frozenset(json_fields.texts(rule, "regions")),
        exclude=frozenset(map(parse_id, json_fields.texts(rule, "exclude"))),
        schemas=_schemas(record),
        approvals=approvals,
        history=history,
        max_age_s=json_fields.number(record, "max_age_s", MAX_AGE_S),
        safety_approvals=_safety_approvals(record, approvals),
    )


def _safety_approvals(record: Mapping[str, Any], approvals: int) -> int | None:
    """Fewer than anything else needs, and never nobody. Absent in most."""
    if record.get("safety_approvals") is None:
        return None
    found = json_fields.number(record, "safety_approvals", approvals)
    if found == 0:
        raise MalformedError("a safety notice is released by one person at least")
    return found


def _schemas(record: Mapping[str, Any]) -> frozenset[bytes] | None:
    if record.get("schemas") is None:
        return None
    names = json_fields.texts(record, "schemas")
    if not all(map(_HASH.fullmatch, names)):
        raise MalformedError("a schema is named by 64 hex digits")
    return frozenset(map(bytes.fromhex, names))


def write_audience(audience: Audience) -> bytes:
    """Inverse of `read_audience`."""
    rule = {
        "roles": sorted(audience.roles),
        "sectors": sorted(audience.sectors),
        "regions": sorted(audience.regions),
        "exclude": sorted(one.hex() for one in audience.exclude),
    }
    schemas = audience.schemas
    record: dict[str, Any] = {
        "name": audience.name,
        "rule": rule,
        "schemas": None if schemas is None else sorted(one.hex() for one in schemas),
        "approvals": audience.approvals,
        "history": audience.history,
        "max_age_s": audience.max_age_s,
    }
    if audience.safety_approvals is not None:  # entries without it keep their bytes
        record["safety_approvals"] = audience.safety_approvals
    return canonical_json.dump(record)
