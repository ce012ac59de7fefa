"""The desk's tables, as migrations. Times are Unix seconds.

`audit_head` has one row: where the log in the file begins, and its last line. `audit_pending` has the lines
that belong to a change which is on disk already and may not be in the file yet.
"""

from __future__ import annotations

MIGRATIONS: tuple[str, ...] = (
    """
CREATE TABLE people (
    handle TEXT PRIMARY KEY, display_name TEXT NOT NULL, roles TEXT NOT NULL, opaque TEXT NOT NULL UNIQUE,
    added_at_s INTEGER NOT NULL, disabled_at_s INTEGER
) WITHOUT ROWID;
CREATE TABLE proposals (
    name TEXT PRIMARY KEY, alert_id TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL,
    changed_at_s INTEGER NOT NULL, record TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX proposals_by_alert ON proposals (alert_id, version);
CREATE TABLE audit_head (
    id INTEGER PRIMARY KEY CHECK (id = 1), first_number INTEGER NOT NULL, first_hash TEXT NOT NULL,
    number INTEGER NOT NULL, hash TEXT NOT NULL
);
CREATE TABLE audit_pending (number INTEGER PRIMARY KEY, hash TEXT NOT NULL, line BLOB NOT NULL);
""",
)
