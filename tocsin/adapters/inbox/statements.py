"""The last checkpoint of each originator and topic, kept because it makes what is stored provable."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.adapters.database import Database
from tocsin.core import wire


class InboxStatements:
    """Checkpoints by originator and topic: those of an inbox stand beside those of the streams."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def checkpoint(self, originator: bytes, topic: str) -> wire.Checkpoint | None:
        """The checkpoint that we hold of `originator`, read on `topic`."""
        sql = "SELECT body FROM checkpoints WHERE originator = ? AND topic = ?"
        for (body,) in self._database.execute(sql, (originator, topic)):
            held = wire.decode_body(bytes(body))
            assert isinstance(held, wire.Checkpoint)
            return held
        return None

    def keep_checkpoint(self, checkpoint: wire.Checkpoint, topic: str, now_s: int) -> None:
        """Put `checkpoint`, seen at `now_s`, in the place of the one before."""
        row = (checkpoint.originator, topic, checkpoint.time, wire.encode_body(checkpoint), now_s)
        self._database.execute("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?, ?)", row)

    def all(self) -> Iterator[tuple[wire.Checkpoint, int]]:
        """(checkpoint, when it was seen, Unix seconds) of every originator and topic."""
        for body, seen_at_s in self._database.execute("SELECT body, seen_at_s FROM checkpoints"):
            held = wire.decode_body(bytes(body))
            assert isinstance(held, wire.Checkpoint)
            yield held, int(seen_at_s)

    def last_times(self, topic: str) -> dict[bytes, int]:
        """The date of each originator's last checkpoint on `topic`; when it was seen, if dated ahead."""
        sql = "SELECT originator, min(time_s, seen_at_s) FROM checkpoints WHERE topic = ?"
        rows = self._database.execute(sql, (topic,))
        return {bytes(originator): int(time_s) for originator, time_s in rows}
