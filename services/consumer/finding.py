"""Finds a report in the inbox by what a person has: its id, or its national reference."""

from __future__ import annotations

from uuid import UUID

from services.consumer.views import Views
from tocsin.adapters.inbox.reports import EVERYTHING, MAX_PAGE_REPORTS, StoredReport
from tocsin.adapters.inbox.store import Inbox


def id_in(text: str) -> bytes | None:
    """The 16 bytes of an id, with or without hyphens; None where `text` is none."""
    try:
        return UUID(text).bytes
    except ValueError:
        return None


def find_reports(inbox: Inbox, views: Views, name: str) -> list[StoredReport]:
    """The newest version of each report of this id or national reference; several senders may have one."""
    id_ = id_in(name)
    if id_ is not None and (versions := inbox.reports.versions(id_)):
        return _newest(versions)
    found: list[StoredReport] = []
    cursor = 0
    while page := inbox.reports.after(cursor, EVERYTHING, MAX_PAGE_REPORTS):
        found += [one for one in page if views.body(one).get("national_reference") == name]
        cursor = page[-1].seq
    return _newest(found)


def _newest(found: list[StoredReport]) -> list[StoredReport]:
    newest: dict[tuple[bytes, bytes], StoredReport] = {}
    for one in found:
        key = (one.originator, one.report_id)
        if key not in newest or newest[key].version < one.version:
            newest[key] = one
    return list(newest.values())
