"""Examples and answers for the API's description."""

from __future__ import annotations

from typing import Any

from tocsin.runtime.problems import described

OBJECT: dict[str, Any] = {"schema": {"type": "object"}}
"""What its fields are, docs/reporting.md says."""
REPORT: dict[str, Any] = {
    "summary": "A seizure, as little as is needed",
    "value": {
        "kind": "seizure",
        "system": "ion",
        "national_reference": "XX-CUS-2026-00001",
        "event_date": {"value": "2026-11-03", "precision": "day"},
        "place": {"country": "LU"},
        "substances": [{"name_as_declared": "metonitazene", "quantity": {"value": "1500", "unit": "GRM"}}],
        "handling": {"tlp": "AMBER"},
        "exercise": True,
    },
}
ALERT: dict[str, Any] = {
    "summary": "An alert to firms; an audience that asks for approvals takes it from the command line",
    "value": {
        "alert_id": "5f0c1d9a3b7e4428a6c2d1e0f9b8a7c6",
        "version": 1,
        "status": "active",
        "kind": "seizure",
        "sectors": ["courier"],
        "issued": 1794700800,
        "valid_until": 1800576000,
        "title": "White powder declared as tile glue",
        "action": "observe",
        "exercise": True,
    },
}
_RECEIPT = {
    "result": "accepted",
    "report_id": "01a21178-b204-79b6-ac91-97e1b595f6ac",
    "version": 1,
    "reference": "XX-CUS-2026-00001",
    "state": "accepted",
    "exercise": True,
    "accepted_at": 1795589452,
    "regions": ["western-and-central-europe"],
    "destinations": [
        {
            "audience": "focal-points",
            "stream": "ion",
            "region": "western-and-central-europe",
            "state": "accepted",
            "topic": None,
            "partition": None,
            "offset": None,
            "reason": None,
        }
    ],
}


_TEXT_OR_NONE = {"anyOf": [{"type": "string"}, {"type": "null"}]}
_NUMBER_OR_NONE = {"anyOf": [{"type": "integer"}, {"type": "null"}]}
_DESTINATION = {
    "type": "object",
    "required": ["audience", "stream", "region", "state"],
    "properties": {
        **{name: {"type": "string"} for name in ("audience", "stream", "region", "state")},
        **dict.fromkeys(("topic", "reason"), _TEXT_OR_NONE),
        **dict.fromkeys(("partition", "offset", "held_until"), _NUMBER_OR_NONE),
    },
}
_STATUS: dict[str, Any] = {
    "type": "object",
    "required": ["report_id", "version", "state", "exercise", "accepted_at", "regions", "destinations"],
    "properties": {
        "result": {"type": "string", "description": "In receipts: what was done now."},
        "report_id": {"type": "string", "format": "uuid"},
        "version": {"type": "integer", "minimum": 1},
        "reference": _TEXT_OR_NONE,
        "state": {"type": "string", "description": "How far the slowest destination is."},
        "exercise": {"type": "boolean"},
        "accepted_at": {"type": "integer", "description": "Seconds since 1970."},
        "regions": {"type": "array", "items": {"type": "string"}},
        "destinations": {"type": "array", "items": _DESTINATION},
    },
}


def _receipt(text: str) -> dict[str, Any]:
    return {
        "description": text,
        "content": {"application/json": {"schema": _STATUS, "example": _RECEIPT}},
    }


RESPONSES: dict[int | str, dict[str, Any]] = {
    200: _receipt("Known already, with the same content: the same report."),
    201: _receipt("Accepted: in the encrypted outbox, under fsync."),
    400: described("Not a request that can be read."),
    403: described("A rule forbids it: audience, approvals or role."),
    409: described("The national reference was used with other content."),
    413: described("The body is too large."),
    415: described("Not application/json."),
    422: described("The report cannot be accepted; every problem with its place."),
    507: described("The outbox is full; nothing was accepted."),
}
FOUND: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Every version, newest first.",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["versions"],
                    "properties": {"versions": {"type": "array", "minItems": 1, "items": _STATUS}},
                }
            }
        },
    },
    404: described("No report of this id was accepted here."),
}
