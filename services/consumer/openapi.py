"""What the reader's routes are asked and answer, for the API's description."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from tocsin.runtime.problems import described

Answers = dict[int | str, dict[str, Any]]

Originator = Annotated[str | None, Query(pattern="^[0-9a-f]{32}$", description="A participant's id.")]

UNKNOWN_TYPE = "application/octet-stream"
_REPORT: dict[str, Any] = {
    "type": "object",
    "required": ["cursor", "report_id", "version", "originator", "stream"],
    "properties": {
        "cursor": {"type": "integer", "minimum": 1, "description": "Where it was stored: it only grows."},
        "report_id": {"type": "string", "format": "uuid"},
        "version": {"type": "integer", "minimum": 1},
        "originator": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "stream": {"type": "string"},
        "disputed": {
            "const": True,
            "description": "Its log does not end as the directory says of its retired key: ask the sender.",
        },
    },
}


def _json(text: str, required: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "required": required, "properties": properties}
    return {"description": text, "content": {"application/json": {"schema": schema}}}


_REPORTS = {"type": "array", "items": _REPORT}
_NEXT = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}

PAGE: Answers = {200: _json("A page", ["reports", "next"], {"reports": _REPORTS, "next": _NEXT})}
VERSIONS: Answers = {
    200: _json("Every version", ["versions"], {"versions": _REPORTS}),
    404: described("No report of this id is held here."),
}
FILES: Answers = {
    200: _json(
        "The files, whole or not",
        ["attachments"],
        {"attachments": {"type": "array", "items": {"type": "object"}}},
    )
}
FILE: Answers = {
    200: {"content": {UNKNOWN_TYPE: {}}, "description": "The file"},
    404: described("There is no such file here."),
    409: described("Parts have not come yet, or several senders use these ids: name the `originator`."),
}
EVENTS: Answers = {
    200: {
        "description": "Events without end, each a report with its cursor as id; a comment after 15 s.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    },
    503: described("As many streams as there may be are open."),
}
