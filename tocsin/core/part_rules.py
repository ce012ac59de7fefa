"""Law: a part is taken only if it fits all that is held of its attachment; the first to come is believed.

It guarantees that no attachment is ever complete whose bytes are not those that its originator named: the
part that would complete it is refused. Order and repetition do not matter. What a part must be by
itself is left to `attachments`; where there is no more room nothing is refused, it waits.
Source: wire format, "Attachments".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tocsin.core.attachments import Attachment, Part, joined
from tocsin.core.errors import MalformedError
from tocsin.core.outcomes import Outcome, Reason, Step


class HeldParts(Protocol):
    """What a reader remembers of attachments."""

    def withdrawn(self, originator: bytes, report_id: bytes) -> bool:
        """Whether the originator took the report back."""
        ...

    def attachment(self, originator: bytes, attachment_id: bytes) -> tuple[Attachment, int] | None:
        """What the first part said, and how many parts are held; None before the first."""
        ...

    def pieces(self, originator: bytes, attachment_id: bytes) -> Mapping[int, bytes]:
        """The bytes of the parts that are held, by number."""
        ...

    def has_room(self, originator: bytes, content_bytes: int) -> bool:
        """Whether so many more bytes of the originator's attachments can be kept."""
        ...


@dataclass(slots=True)
class _Growing:
    """An attachment as the record finds it, and what the record adds."""

    attachment: Attachment
    held: int
    added: dict[int, bytes] = field(default_factory=dict)


class PartsOfRecord:
    """Judges the parts of one record, each after the ones before it."""

    def __init__(self, originator: bytes, reader: HeldParts) -> None:
        self._originator, self._reader = originator, reader
        self._growing: dict[bytes, _Growing] = {}
        self._added_bytes = 0

    def judge(self, part: Part) -> tuple[Outcome, Step, Reason]:
        """What becomes of a part that is new and keeps the rules of its kind."""
        if self._reader.withdrawn(self._originator, part.attachment.report_id):
            return Outcome.SKIPPED, Step.STORE, Reason.WITHDRAWN
        growing = self._growing.get(part.attachment_id) or self._found(part)
        if not self._fits(part, growing):
            return Outcome.QUARANTINED, Step.DOMAIN, Reason.CONTRADICTS
        if not self._reader.has_room(self._originator, self._added_bytes + len(part.content)):
            return Outcome.PARKED, Step.STORE, Reason.NO_ROOM
        growing.added[part.number] = part.content
        self._growing[part.attachment_id] = growing
        self._added_bytes += len(part.content)
        return Outcome.ACCEPTED, Step.STORE, Reason.WHOLE

    def _found(self, part: Part) -> _Growing:
        known = self._reader.attachment(self._originator, part.attachment_id)
        return _Growing(part.attachment, 0) if known is None else _Growing(*known)

    def _fits(self, part: Part, growing: _Growing) -> bool:
        attachment = growing.attachment
        if part.attachment != attachment or len(part.content) != attachment.part_bytes(part.number):
            return False
        if growing.held + len(growing.added) + 1 < attachment.parts:
            return True
        held = self._reader.pieces(self._originator, part.attachment_id) if growing.held else {}
        try:
            joined(attachment, {**held, **growing.added, part.number: part.content})
        except MalformedError:
            return False
        return True
