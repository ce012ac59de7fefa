"""The inbox as the ladder sees it: implements `tocsin.core.reader.Reader`."""

from __future__ import annotations

from tocsin.adapters.inbox.store import Inbox
from tocsin.core import wire
from tocsin.core.attachments import Attachment
from tocsin.core.avro import Codec
from tocsin.core.directory import Directory
from tocsin.core.key_schedule import GenerationId
from tocsin.core.outcomes import KnownLeaf, LogHead, LogId


class InboxReader:
    """Our memory and keys. `directory` is replaced whole whenever a newer one is believed."""

    def __init__(self, inbox: Inbox, me: bytes, directory: Directory) -> None:
        self._inbox = inbox
        self.me = me
        self.directory = directory
        self._codecs: dict[bytes, tuple[str, Codec]] = {}

    def head(self, log: LogId) -> LogHead | None:
        """Where the log stands for us."""
        return self._inbox.logs.head(log)

    def known_leaf(self, log: LogId, session: int, counter: int) -> KnownLeaf | None:
        """What passed rung 10 at this place of the log."""
        return self._inbox.logs.known_leaf(log, session, counter)

    def manifest(self, generation: GenerationId) -> wire.Manifest | None:
        """The manifest that we believe."""
        return self._inbox.keys.manifest(generation)

    def secret(self, generation: GenerationId) -> bytes | None:
        """The generation's secret, if a wrap of ours brought it."""
        return self._inbox.keys.secret(generation)

    def item_digest(self, originator: bytes, report_id: bytes, version: int) -> bytes | None:
        """SHA-256(schema, body) of an item that we accepted."""
        place = (originator, report_id, version)
        return self._inbox.reports.digest(*place) or self._inbox.attachments.digest(*place)

    def withdrawn(self, originator: bytes, report_id: bytes) -> bool:
        """Whether the originator took the report back."""
        return self._inbox.withdrawals.holds(originator, report_id)

    def attachment(self, originator: bytes, attachment_id: bytes) -> tuple[Attachment, int] | None:
        """What the first part of an attachment said, and how many parts are held."""
        return self._inbox.attachments.attachment(originator, attachment_id)

    def pieces(self, originator: bytes, attachment_id: bytes) -> dict[int, bytes]:
        """The bytes of the parts that are held."""
        return self._inbox.attachments.pieces(originator, attachment_id)

    def has_room(self, originator: bytes, content_bytes: int) -> bool:
        """Whether so many more bytes of attachments can be kept."""
        return self._inbox.attachments.has_room(originator, content_bytes)

    def schema(self, schema: bytes) -> tuple[str, Codec] | None:
        """(full name, codec) of a schema of the directory. Codecs are as many as its schemas."""
        data = self.directory.schemas.get(schema)
        if data is None:
            return None
        if schema not in self._codecs:
            codec = Codec(data)
            self._codecs[schema] = (codec.name, codec)
        return self._codecs[schema]
