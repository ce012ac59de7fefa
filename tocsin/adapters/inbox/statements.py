"""The last checkpoint of each originator, kept because it makes what is stored provable."""

from __future__ import annotations

from tocsin.adapters.database import Database
from tocsin.core import wire


class InboxStatements:
    """Checkpoints by originator."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def checkpoint(self, originator: bytes) -> wire.Checkpoint | None:
        """The checkpoint that we hold of `originator`."""
        sql = "SELECT body FROM checkpoints WHERE originator = ?"
        for (body,) in self._database.execute(sql, (originator,)):
            held = wire.decode_body(bytes(body))
            assert isinstance(held, wire.Checkpoint)
            return held
        return None

    def keep_checkpoint(self, checkpoint: wire.Checkpoint, now_s: int) -> None:
        """Put `checkpoint`, seen at `now_s`, in the place of the one before."""
        row = (checkpoint.originator, checkpoint.time, wire.encode_body(checkpoint), now_s)
        self._database.execute("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?)", row)

    def silent_since(self, before_s: int) -> list[bytes]:
        """Originators whose last checkpoint is dated before `before_s`."""
        sql = "SELECT originator FROM checkpoints WHERE time_s < ?"
        return [bytes(originator) for (originator,) in self._database.execute(sql, (before_s,))]
