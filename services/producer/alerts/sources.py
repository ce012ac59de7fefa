"""The report that an alert is written after: read for the lint alone, nothing of it goes into the alert."""

from __future__ import annotations

from pathlib import Path

from services.producer.alerts.room import Room
from services.producer.documents import read_documents
from services.producer.publishing import opened
from services.producer.reports import family
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.narrative_overlap import own_texts


def texts_of(room: Room, text: str) -> tuple[str, ...]:
    """The own texts of a report: in a file, or under a national reference that we published.

    Raises RefusedByRuleError, InvalidReportError.
    """
    if Path(text).is_file():
        return _of_file(text)
    with room.outbox_to_read() as outbox:
        body = None if outbox is None else outbox.items.newest_body("incident", text)
    if body is None:
        raise RefusedByRuleError(
            f"--from {text}: no file, and no report of ours under that reference whose text is still kept"
        )
    schema, encoded = body
    known = family("incident")
    return own_texts(known.versions.all[known.ids.index(schema)].decode(encoded))


def _of_file(file: str) -> tuple[str, ...]:
    found: list[str] = []
    with opened(file) as stream:
        for document in read_documents(stream):
            if document.error is not None:
                raise document.error
            found += own_texts(document.data)
    return tuple(found)
