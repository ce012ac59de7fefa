"""What the directory said when we last had it: schemas, names, regions. With it the inbox can be read
without directory and broker.
"""

from __future__ import annotations

import json

from tocsin.adapters.database import Database
from tocsin.core.directory import Directory

_SCHEMA, _NAME, _REGIONS, _JUDGED, _AUTHORITY = "schema", "name", "regions", "judged by", "authority"
_AHEAD = "ahead"
_KEEP = """INSERT INTO known VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value
    WHERE value != excluded.value"""


class InboxKnown:
    """Schemas by id, participants' names by id, the layout's regions in their order."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, directory: Directory) -> None:
        """Remember what `directory` says; what it no longer says stays. Inside a transaction."""
        rows = [(_SCHEMA, id_, data) for id_, data in directory.schemas.items()]
        people = directory.participants.values()
        rows += [(_NAME, one.id, one.name.encode()) for one in people]
        rows.append((_REGIONS, b"", json.dumps(directory.layout.regions).encode()))
        self._database.execute_many(_KEEP, rows)

    def keep_authority(self, reached: str | None) -> None:
        """Remember a firm's own authority and how it is reached (None: it has none). In a transaction."""
        self._database.execute(_KEEP, (_AUTHORITY, b"", (reached or "").encode()))

    def authority(self) -> str | None:
        """A firm's own authority and how it is reached."""
        return (self._one(_AUTHORITY, b"") or b"").decode() or None

    def schema(self, schema: bytes) -> bytes | None:
        """The bytes of a schema's file."""
        return self._one(_SCHEMA, schema)

    def name(self, participant: bytes) -> str | None:
        """A participant's name."""
        found = self._one(_NAME, participant)
        return None if found is None else found.decode()

    def participants_named(self, name: str) -> list[bytes]:
        """The ids of the participants of exactly this name."""
        sql = "SELECT name FROM known WHERE what = ? AND value = ?"
        return [bytes(id_) for (id_,) in self._database.execute(sql, (_NAME, name.encode()))]

    def regions(self) -> tuple[str, ...]:
        """The layout's regions; their index is their bit in `StoredReport.regions`."""
        found = self._one(_REGIONS, b"")
        return () if found is None else tuple(json.loads(found))

    def judged_by(self) -> int:
        """The version of the directory by which refused records were judged last; 0 before the first."""
        found = self._one(_JUDGED, b"")
        return 0 if found is None else int.from_bytes(found, "big")

    def note_judged_by(self, version: int) -> None:
        """Remember that refused records were judged by a version. Inside a transaction."""
        self._database.execute(_KEEP, (_JUDGED, b"", version.to_bytes(8, "big")))

    def keep_ahead(self, generation: bytes) -> None:
        """Remember a generation whose manifest is to be judged by a newer directory. In a transaction."""
        self._database.execute(_KEEP, (_AHEAD, generation, b""))

    def ahead(self) -> list[bytes]:
        """The generations whose manifests wait for a newer directory."""
        found = self._database.execute("SELECT name FROM known WHERE what = ?", (_AHEAD,))
        return [bytes(generation) for (generation,) in found]

    def ahead_count(self) -> int:
        """How many wait so."""
        ((count,),) = self._database.execute("SELECT COUNT(*) FROM known WHERE what = ?", (_AHEAD,))
        return int(count)

    def forget_ahead(self) -> None:
        """They were judged. Inside a transaction."""
        self._database.execute("DELETE FROM known WHERE what = ?", (_AHEAD,))

    def _one(self, what: str, name: bytes) -> bytes | None:
        sql = "SELECT value FROM known WHERE what = ? AND name = ?"
        for (value,) in self._database.execute(sql, (what, name)):
            return bytes(value)
        return None
