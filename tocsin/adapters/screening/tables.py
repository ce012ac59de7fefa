"""The tables of screening, as migrations: version n is reached by running the first n of them.

Times are Unix seconds. `hits.shown` is JSON, the only place with values of a parcel; it is emptied when its
lifetime ends, while the id stays so that looking again repeats nothing.
"""

from __future__ import annotations

_FIRST = """
CREATE TABLE hits (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, originator BLOB NOT NULL,
    alert_id TEXT NOT NULL, version INTEGER NOT NULL, selector INTEGER, parcel TEXT, shown TEXT,
    exercise INTEGER NOT NULL, found_at_s INTEGER NOT NULL, answer TEXT, answered_at_s INTEGER,
    status TEXT NOT NULL, status_at_s INTEGER NOT NULL, muted INTEGER NOT NULL
);
CREATE INDEX hits_by_alert ON hits (originator, alert_id, version);
CREATE TABLE answers (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, hit TEXT NOT NULL, originator BLOB NOT NULL,
    alert_id TEXT NOT NULL, version INTEGER NOT NULL, code TEXT NOT NULL, parcel TEXT, note TEXT,
    exercise INTEGER NOT NULL, at_s INTEGER NOT NULL, sent_at_s INTEGER
);
CREATE INDEX answers_to_send ON answers (seq) WHERE sent_at_s IS NULL;
CREATE TABLE broad (
    originator BLOB NOT NULL, alert_id TEXT NOT NULL, version INTEGER NOT NULL,
    selector INTEGER NOT NULL, hits INTEGER NOT NULL, parcels INTEGER NOT NULL, at_s INTEGER NOT NULL,
    sent_at_s INTEGER, PRIMARY KEY (originator, alert_id, version, selector)
) WITHOUT ROWID;
CREATE TABLE scanned (
    file BLOB PRIMARY KEY, alerts_to INTEGER NOT NULL, at_s INTEGER NOT NULL
) WITHOUT ROWID;
"""

# One row while this machine's clock and the directory are apart.
_CLOCK = "CREATE TABLE clock_doubt (since_s INTEGER NOT NULL);"

MIGRATIONS: tuple[str, ...] = (_FIRST, _CLOCK)
