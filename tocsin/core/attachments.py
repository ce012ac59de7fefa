"""Law: a file that belongs to a report travels in parts, and only all of them together are the file.

A part is an item of its own: the item's `report_id` is the attachment's id and its `version` the part's
number, so that the ladder treats repetition and other bytes as with every item. Part n holds bytes
(n - 1) * 240,000 to n * 240,000; what else it says is the same in every part. Guaranteed: what `joined`
gives has the size and the SHA-256 that the originator signed. Whether a part fits the others is
left to `part_rules`, what may be attached to `media_types`. Source: wire format, "Attachments".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.core.errors import InvalidReportError, MalformedError
from tocsin.core.field_checks import record, refuse, shaped, text, whole
from tocsin.core.file_names import MAX_NAME_CHARACTERS
from tocsin.core.media_types import PICTURES
from tocsin.core.primitives import sha256
from tocsin.core.wire import Item

PART_SCHEMA = "tocsin.report.v1.AttachmentPart"
PART_BYTES = 240_000
MAX_ATTACHMENT_BYTES = 7_500_000
MAX_ATTACHMENTS = 20
MAX_REPORT_ATTACHMENT_BYTES = 60_000_000


@dataclass(frozen=True, slots=True)
class Attachment:
    """What every part of a file says of it: the 16-byte id of its report, name, media type, size and
    32-byte SHA-256 of the whole.
    """

    report_id: bytes
    name: str = field(repr=False)
    media_type: str
    size_bytes: int
    sha256: bytes

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return -(-self.size_bytes // PART_BYTES)

    def part_bytes(self, number: int) -> int:
        """How many bytes part `number` (from 1) holds; 0 where there is no such part."""
        if not 1 <= number <= self.parts:
            return 0
        return min(PART_BYTES, self.size_bytes - (number - 1) * PART_BYTES)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an attachment: its 16-byte id, the part's number from 1, its bytes."""

    attachment_id: bytes
    number: int
    attachment: Attachment
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FileToSend:
    """A file as it will be sent: cleaned, named, its type judged by the content."""

    name: str = field(repr=False)
    media_type: str
    content: bytes = field(repr=False)

    def of_report(self, report_id: bytes) -> Attachment:
        """What its parts say when it belongs to the report of this id."""
        return Attachment(report_id, self.name, self.media_type, len(self.content), sha256(self.content))


def bodies(attachment: Attachment, content: bytes) -> Iterator[dict[str, Any]]:
    """The bodies of the parts in order, ready for Avro."""
    about = {
        "report_id": attachment.report_id,
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size_bytes": attachment.size_bytes,
        "sha256": attachment.sha256,
    }
    for start in range(0, attachment.size_bytes, PART_BYTES):
        yield {**about, "content": content[start : start + PART_BYTES]}


def part_of(item: Item, body: Mapping[str, Any]) -> Part:
    """The part that an item and its decoded body are."""
    names = ("report_id", "name", "media_type", "size_bytes", "sha256")
    attachment = Attachment(*(body[name] for name in names))
    return Part(item.report_id, item.version, attachment, body["content"])


def part_check(body: object) -> None:
    """Rung 19 of a part alone. A later minor version may add fields and media types.

    Raises InvalidReportError with every problem.
    """
    _PART(body)


def joined(attachment: Attachment, pieces: Mapping[int, bytes]) -> bytes:
    """The whole file of its pieces, number -> bytes. Raises MalformedError where it is not that file."""
    numbers = range(1, attachment.parts + 1)
    if missing := [number for number in numbers if number not in pieces]:
        raise MalformedError(f"part {missing[0]} of {attachment.parts} is missing")
    content = b"".join(pieces[number] for number in numbers)
    if len(content) != attachment.size_bytes or sha256(content) != attachment.sha256:
        raise MalformedError("the parts together are not the file that the originator named")
    return content


def listed(attachment_id: bytes, attachment: Attachment) -> dict[str, Any]:
    """The entry of a report's `attachments`: ids and hashes in hex."""
    return {
        "attachment_id": attachment_id.hex(),
        "kind": "photograph" if attachment.media_type in PICTURES else "document",
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size_bytes": attachment.size_bytes,
        "sha256": attachment.sha256.hex(),
        "caption": None,
    }


def merged(named: list[dict[str, Any]], added: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A report's `attachments`: those that it names, then those of `added` that it did not name yet."""
    known = {one["sha256"] for one in named}
    return [*named, *(one for one in added if one["sha256"] not in known)]


def _bytes(size: int | None) -> Any:
    def check(value: Any) -> bytes:
        if type(value) is bytes and (len(value) == size if size else 0 < len(value) <= PART_BYTES):
            return value
        raise refuse(f"must be {size or f'1 to {PART_BYTES}'} bytes")

    return check


def _whole(out: dict[str, Any]) -> None:
    missing = [(name, "is missing") for name, value in out.items() if value is None]
    if missing:
        raise InvalidReportError(missing)


_PART = record(
    {
        "report_id": _bytes(16),
        "name": text(MAX_NAME_CHARACTERS),
        "media_type": shaped(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,99}", "must be a media type, e.g. image/jpeg"),
        "size_bytes": whole(1, MAX_ATTACHMENT_BYTES),
        "sha256": _bytes(32),
        "content": _bytes(None),
    },
    then=_whole,
    strict=False,
)
