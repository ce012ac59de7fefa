"""Accepting files with their report: every part is in the outbox with it, or nothing is.

A file keeps its id within a report, so that the same file handed in again is sent once; files stay with
the later versions of their report. They go to governments only, in the regions of the report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import schemas
from services.producer.addressing import Address, Label
from services.producer.clocks import Clocks
from tocsin.adapters.outbox.store import Outbox
from tocsin.core.attachments import (
    MAX_ATTACHMENTS,
    MAX_REPORT_ATTACHMENT_BYTES,
    Attachment,
    FileToSend,
    bodies,
    listed,
    merged,
)
from tocsin.core.avro import Codec
from tocsin.core.directory import Directory
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.ids import schema_id, uuid7
from tocsin.core.primitives import random_bytes, sha256
from tocsin.core.streams import BLOBS
from tocsin.core.wire import Item

FAMILY = "attachment"
DIGEST_BYTES = 16

Named = Mapping[bytes, FileToSend]


@cache
def part_codec() -> Codec:
    """The codec of a part."""
    return Codec(_file())


@cache
def part_schema() -> bytes:
    """The id of the schema of a part."""
    return schema_id(_file())


def _file() -> bytes:
    return schemas.load("reports/attachment_part.avsc")


class AttachmentAcceptance:
    """Names files and stores their parts beside the report."""

    def __init__(self, outbox: Outbox, clocks: Clocks) -> None:
        self._outbox, self._clocks = outbox, clocks

    def named(self, report_id: bytes | None, files: Sequence[FileToSend]) -> Named:
        """`files` by their ids within a report; None: a report that is not there yet.

        Raises RefusedByRuleError beyond 20 files or 60 MB with those that the report has.
        """
        held = self._held(report_id)
        known = {one.sha256: id_ for id_, one in held.items()}
        found: dict[bytes, FileToSend] = {}
        for digest, file in {sha256(one.content): one for one in files}.items():
            found[known.get(digest) or uuid7(self._clocks.now_ms(), random_bytes(10))] = file
        _check_bounds(held, found)
        return found

    def with_entries(self, body: dict[str, Any], report_id: bytes | None, named: Named) -> dict[str, Any]:
        """The body of a report with all its files in `attachments`.

        Raises RefusedByRuleError where it names a file that was never handed in.
        """
        held = {} if "attachments" not in body else self._held(report_id)
        added = [listed(id_, file.of_report(b"")) for id_, file in named.items() if id_ not in held]
        entries = [*(listed(*one) for one in held.items()), *added]
        _check_handed_in(body.get("attachments", ()), entries)
        if "attachments" not in body or not entries:
            return body
        return {**body, "attachments": merged(body["attachments"], entries)}

    def store(self, report_id: bytes, named: Named, address: Address, *, exercise: bool) -> None:
        """Add the parts to the outbox. Call inside the report's transaction."""
        held = self._held(report_id)
        for id_, file in named.items():
            attachment = file.of_report(report_id)
            if id_ not in held:
                self._outbox.attachments.add(id_, attachment)
            for number, part in enumerate(bodies(held.get(id_, attachment), file.content), 1):
                item = Item(part_schema(), id_, number, part_codec().encode(part))
                label = Label(FAMILY, None, sha256(item.body)[:DIGEST_BYTES], exercise)
                new = address.new_item(item, BLOBS, label)
                known = self._outbox.attachments.part(id_, number)
                if known is None:
                    self._outbox.items.add(new, self._clocks.now_s())
                else:
                    self._outbox.items.add_destinations(known, new)

    def _held(self, report_id: bytes | None) -> dict[bytes, Attachment]:
        return {} if report_id is None else self._outbox.attachments.of_report(report_id)


def ask_directory(directory: Directory, me: bytes, address: Address, family: str, now_s: int) -> None:
    """Whether files may go to an audience that its report may go to. Raises RefusedByRuleError."""
    if family != "incident":
        raise RefusedByRuleError("files go with incident reports only: an alert takes none")
    audience = directory.audience_named(address.audience)
    if audience is not None and audience.schemas is not None and part_schema() not in audience.schemas:
        raise RefusedByRuleError(
            f"audience {address.audience} may not be sent files: the authority allows them with "
            "--schema attachment"
        )
    stream = address.stream(BLOBS)
    if not directory.may_publish(me, stream, now_s):
        raise RefusedByRuleError(f"the directory does not allow us to publish to {stream}")


def _check_handed_in(named: Sequence[Mapping[str, Any]], entries: Sequence[Mapping[str, Any]]) -> None:
    known = {one["sha256"] for one in entries}
    for number, one in enumerate(named):
        if one["sha256"] not in known:
            raise RefusedByRuleError(
                f"attachments[{number}] names a file that nobody handed in: "
                "leave it out, and give the file with --attach"
            )


def _check_bounds(held: Mapping[bytes, Attachment], found: Named) -> None:
    added = [len(one.content) for id_, one in found.items() if id_ not in held]
    if len(held) + len(added) > MAX_ATTACHMENTS:
        raise RefusedByRuleError(f"a report has at most {MAX_ATTACHMENTS} files")
    if sum(one.size_bytes for one in held.values()) + sum(added) > MAX_REPORT_ATTACHMENT_BYTES:
        raise RefusedByRuleError(f"the files of a report have at most {MAX_REPORT_ATTACHMENT_BYTES} bytes")
