"""A file that came with a report as readers see it: the documented JSON, its bytes, a safe name."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.consumer.views import Views
from tocsin.adapters.inbox.attachments import HeldAttachment
from tocsin.adapters.inbox.store import Inbox
from tocsin.core.errors import MalformedError, StorageError
from tocsin.core.file_names import safe_name
from tocsin.core.media_types import media_type_of
from tocsin.runtime.times import iso_time


def described(inbox: Inbox, views: Views, held: HeldAttachment) -> dict[str, Any]:
    """The documented JSON of a file that came, whole or not."""
    about = held.attachment
    return {
        "attachment_id": str(UUID(bytes=held.attachment_id)),
        "report_id": str(UUID(bytes=about.report_id)),
        "reference": _reference(inbox, views, held),
        "originator": held.originator.hex(),
        "originator_name": views.name(held.originator),
        "name": about.name,
        "media_type": about.media_type,
        "size_bytes": about.size_bytes,
        "sha256": about.sha256.hex(),
        "whole": held.is_whole,
        "parts": parts_of(held),
        "first_at": iso_time(held.first_at_s),
        "expires_at": iso_time(held.expires_at_s),
    }


def parts_of(held: HeldAttachment) -> str:
    """How much of a file is here, for people."""
    return f"{held.held} of {held.attachment.parts} parts"


def _reference(inbox: Inbox, views: Views, held: HeldAttachment) -> str | None:
    versions = [
        one
        for one in inbox.reports.versions(held.attachment.report_id)
        if one.originator == held.originator
    ]
    return views.body(versions[-1]).get("national_reference") if versions else None


def file_of(inbox: Inbox, held: HeldAttachment) -> tuple[bytes, str, str | None]:
    """(bytes, safe name, media type by the content) of a file that is whole. Raises StorageError."""
    try:
        content = inbox.attachments.content(held)
    except MalformedError as error:  # judged when it came: the disk has changed it since
        raise StorageError(f"the inbox is damaged: {error}") from error
    media_type = media_type_of(content)
    return content, safe_name(held.attachment.name, media_type), media_type
