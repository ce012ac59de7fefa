"""The small world with the real schemas: incident reports to focal points, alerts to couriers."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

import schemas
from tests.support.parties import NOW_S
from tests.support.world import audience_target, codec_of, directory_of, report_id, targets
from tocsin.core import canonical_json, codes, wire
from tocsin.core.directory import Directory
from tocsin.core.ids import schema_id
from tocsin.core.report import check_incident

INCIDENTS = schemas.versions("incident_report")
INCIDENT = INCIDENTS[-1]

SEIZURE: dict[str, Any] = {
    "kind": "seizure",
    "system": "ion",
    "event_date": {"value": "2025-09-03", "precision": "day"},
    "place": {"country": "CO", "locality": "Cali"},
    "substances": [
        {
            "name_as_declared": "metonitazene",
            "status": "confirmed",
            "quantity": {"value": "1500", "unit": "GRM"},
        },
        {"name_as_declared": "GBL", "status": "suspected", "quantity": {"value": "2.5", "unit": "LTR"}},
    ],
    "route": [
        {"country": "NL", "role": "origin", "order": 0},
        {"country": "AT", "role": "transit", "order": 1},
        {"country": "CO", "role": "destination", "order": 2},
    ],
    "handling": {"tlp": "AMBER"},
}


def layout_target() -> bytes:
    """Every region, and three streams one partition wide."""
    stream = {"width": 1, "retention_days": 365, "publish_roles": ["focal-point"]}
    streams = dict.fromkeys(("ion", "pics", "alerts"), stream)
    return canonical_json.dump({"regions": list(codes.regions()), "streams": streams})


@cache
def incident_directory() -> Directory:
    """Every region, three streams, and incidents for `focal-points`."""
    return directory_of(targets() | incident_targets("focal-point", "analyst"))


def incident_targets(*roles: str) -> dict[str, bytes]:
    """The streams, every version of the incident schema, and `focal-points` for the roles."""
    name, audience = audience_target("focal-points", *INCIDENTS, roles=list(roles))
    files = {f"schemas/{schema_id(one).hex()}.avsc": one for one in INCIDENTS}
    return {"streams": layout_target(), **files, name: audience}


def incident(name: str = "seizure", version: int = 1, **changes: Any) -> wire.Item:
    """An incident report as an item; `changes` replace top-level fields of `SEIZURE`."""
    body = check_incident(deepcopy(SEIZURE) | changes, now_s=NOW_S).body
    return wire.Item(schema_id(INCIDENT), report_id(name), version, codec_of(INCIDENT).encode(body))
