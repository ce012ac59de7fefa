"""Examples and answers for the API's description."""

from __future__ import annotations

from typing import Any

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


def _problem(text: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/problem+json": {}}}


RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "Known already, with the same content: the same report."},
    201: {
        "description": "Accepted: in the encrypted outbox, under fsync.",
        "content": {"application/json": {"example": _RECEIPT}},
    },
    400: _problem("Not a request that can be read."),
    401: _problem("No token, or one that does not serve here."),
    403: _problem("A rule forbids it: audience, approvals or role."),
    409: _problem("The national reference was used with other content."),
    413: _problem("The body is too large."),
    415: _problem("Not application/json."),
    422: _problem("The report cannot be accepted; every problem with its place."),
    507: _problem("The outbox is full; nothing was accepted."),
}
