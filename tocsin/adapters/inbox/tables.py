"""The inbox's tables, as migrations: version n is reached by running the first n of them.

Times are Unix seconds, ids and hashes are blobs. `reports.seq` never repeats: it is the cursor of
every sink, page and stream of events. `reports.subject` is the alert, thread or tip that an item is about.
"""

from __future__ import annotations

_FIRST = """
CREATE TABLE offsets (
    topic TEXT NOT NULL, partition INTEGER NOT NULL, next_offset INTEGER NOT NULL,
    PRIMARY KEY (topic, partition)
) WITHOUT ROWID;
CREATE TABLE gaps (
    topic TEXT NOT NULL, partition INTEGER NOT NULL, wanted INTEGER NOT NULL, found INTEGER NOT NULL,
    at_s INTEGER NOT NULL, PRIMARY KEY (topic, partition, wanted)
) WITHOUT ROWID;
CREATE TABLE logs (
    id INTEGER PRIMARY KEY, originator BLOB NOT NULL, stream TEXT NOT NULL, scope TEXT NOT NULL,
    session INTEGER NOT NULL, counter INTEGER NOT NULL, leaf BLOB NOT NULL,
    UNIQUE (originator, stream, scope)
);
CREATE TABLE leaves (
    log INTEGER NOT NULL, session INTEGER NOT NULL, counter INTEGER NOT NULL, leaf16 BLOB NOT NULL,
    settled INTEGER NOT NULL, expires_at_s INTEGER NOT NULL, PRIMARY KEY (log, session, counter)
) WITHOUT ROWID;
CREATE TABLE reports (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, report_id BLOB NOT NULL, originator BLOB NOT NULL,
    version INTEGER NOT NULL, digest BLOB NOT NULL, schema BLOB NOT NULL, stream TEXT NOT NULL,
    region TEXT NOT NULL, regions INTEGER NOT NULL, kind TEXT, exercise INTEGER NOT NULL,
    time_s INTEGER NOT NULL, received_at_s INTEGER NOT NULL, body BLOB,
    UNIQUE (report_id, originator, version)
);
CREATE TABLE withdrawn (
    report_id BLOB NOT NULL, originator BLOB NOT NULL, at_s INTEGER NOT NULL,
    PRIMARY KEY (report_id, originator)
) WITHOUT ROWID;
CREATE TABLE manifests (
    originator BLOB NOT NULL, audience BLOB NOT NULL, generation INTEGER NOT NULL,
    body BLOB NOT NULL, PRIMARY KEY (originator, audience, generation)
) WITHOUT ROWID;
CREATE TABLE secrets (
    originator BLOB NOT NULL, audience BLOB NOT NULL, generation INTEGER NOT NULL,
    secret BLOB NOT NULL, PRIMARY KEY (originator, audience, generation)
) WITHOUT ROWID;
CREATE TABLE requests (
    generation BLOB PRIMARY KEY, asked_at_s INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE parked (
    topic TEXT NOT NULL, partition INTEGER NOT NULL, place INTEGER NOT NULL, originator BLOB NOT NULL,
    cause TEXT NOT NULL, subject BLOB NOT NULL, value BLOB NOT NULL, parked_at_s INTEGER NOT NULL,
    wakes_at_s INTEGER NOT NULL, expires_at_s INTEGER NOT NULL, PRIMARY KEY (topic, partition, place)
);
CREATE INDEX parked_by_cause ON parked (cause, subject);
CREATE TABLE waiting (
    cause TEXT NOT NULL, subject BLOB NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL,
    place INTEGER NOT NULL, records INTEGER NOT NULL, since_s INTEGER NOT NULL,
    expires_at_s INTEGER NOT NULL, PRIMARY KEY (cause, subject, topic, partition)
) WITHOUT ROWID;
CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, partition INTEGER NOT NULL,
    place INTEGER NOT NULL, step INTEGER NOT NULL, reason TEXT NOT NULL, originator BLOB,
    sha256 BLOB NOT NULL, size_bytes INTEGER NOT NULL, excerpt BLOB NOT NULL, at_s INTEGER NOT NULL
);
CREATE TABLE quarantine_counts (
    topic TEXT NOT NULL, partition INTEGER NOT NULL, reason TEXT NOT NULL, hour INTEGER NOT NULL,
    records INTEGER NOT NULL, PRIMARY KEY (topic, partition, reason, hour)
) WITHOUT ROWID;
CREATE TABLE alarms (
    kind TEXT NOT NULL, originator BLOB NOT NULL, stream TEXT NOT NULL, scope TEXT NOT NULL,
    hour INTEGER NOT NULL, session INTEGER NOT NULL, counter INTEGER NOT NULL,
    missing INTEGER NOT NULL, times INTEGER NOT NULL, first_at_s INTEGER NOT NULL,
    PRIMARY KEY (kind, originator, stream, scope, hour)
) WITHOUT ROWID;
CREATE TABLE checkpoints (
    originator BLOB NOT NULL, topic TEXT NOT NULL, time_s INTEGER NOT NULL, body BLOB NOT NULL,
    seen_at_s INTEGER NOT NULL, PRIMARY KEY (originator, topic)
) WITHOUT ROWID;
CREATE TABLE known (
    what TEXT NOT NULL, name BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (what, name)
) WITHOUT ROWID;
CREATE TABLE taps (
    id TEXT PRIMARY KEY, cursor INTEGER NOT NULL, pending INTEGER, terms TEXT NOT NULL
) WITHOUT ROWID;
"""

_ATTACHMENTS = """
CREATE TABLE attachments (
    originator BLOB NOT NULL, attachment_id BLOB NOT NULL, report_id BLOB NOT NULL, name TEXT NOT NULL,
    media_type TEXT NOT NULL, size_bytes INTEGER NOT NULL, sha256 BLOB NOT NULL, held INTEGER NOT NULL,
    first_at_s INTEGER NOT NULL, last_at_s INTEGER NOT NULL, expires_at_s INTEGER NOT NULL,
    PRIMARY KEY (originator, attachment_id)
) WITHOUT ROWID;
CREATE INDEX attachments_by_report ON attachments (report_id);
CREATE INDEX attachments_by_end ON attachments (expires_at_s);
CREATE TABLE attachment_parts (
    originator BLOB NOT NULL, attachment_id BLOB NOT NULL, number INTEGER NOT NULL,
    digest BLOB NOT NULL, content BLOB NOT NULL, PRIMARY KEY (originator, attachment_id, number)
);
"""

_RECEIPTS = """
ALTER TABLE withdrawn ADD COLUMN reference BLOB;
ALTER TABLE withdrawn ADD COLUMN confirmed_at_s INTEGER;
CREATE INDEX withdrawn_unconfirmed ON withdrawn (at_s) WHERE confirmed_at_s IS NULL;
"""

_SUBJECTS = """
ALTER TABLE reports ADD COLUMN subject TEXT;
CREATE INDEX reports_by_subject ON reports (subject, seq) WHERE subject IS NOT NULL;
CREATE INDEX letters ON reports (seq) WHERE stream = 'inbox';
"""

# Where alerts go besides the screen. `sinks.cursor` is a `reports.seq`; what lies behind it and waits
# is in `sink_items`, as a report's seq or as a notice of our own (JSON), never as content.
_SINKS = """
CREATE TABLE sinks (
    name TEXT PRIMARY KEY, kind TEXT NOT NULL, cursor INTEGER NOT NULL, begun_at_s INTEGER NOT NULL,
    delivered INTEGER NOT NULL DEFAULT 0, delivered_at_s INTEGER, failures INTEGER NOT NULL DEFAULT 0,
    paused_until_s INTEGER NOT NULL DEFAULT 0, error TEXT, error_at_s INTEGER, disabled TEXT
) WITHOUT ROWID;
CREATE TABLE sink_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sink TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER,
    notice TEXT, state TEXT NOT NULL, came_at_s INTEGER NOT NULL, due_s INTEGER NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0, first_try_s INTEGER, error TEXT, UNIQUE (sink, key)
);
CREATE INDEX sink_items_due ON sink_items (sink, state, due_s, id);
CREATE TABLE sink_reached (
    sink TEXT NOT NULL, originator BLOB NOT NULL, report_id BLOB NOT NULL, stem TEXT NOT NULL,
    at_s INTEGER NOT NULL, withdrawn INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (sink, originator, report_id)
) WITHOUT ROWID;
CREATE TABLE sink_secrets (
    sink TEXT NOT NULL, made_at_s INTEGER NOT NULL, secret BLOB NOT NULL, until_s INTEGER,
    PRIMARY KEY (sink, secret)
) WITHOUT ROWID;
"""

# Since when we read a log (Unix seconds), and whether its first record that we saw had predecessors.
_BASELINES = """
ALTER TABLE logs ADD COLUMN since_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE logs ADD COLUMN begins_later INTEGER NOT NULL DEFAULT 0;
"""

# The record that was read last in each partition: what a restored broker no longer shows there.
_MARKS = """
CREATE TABLE marks (
    topic TEXT NOT NULL, partition INTEGER NOT NULL, place INTEGER NOT NULL, digest BLOB NOT NULL,
    PRIMARY KEY (topic, partition)
) WITHOUT ROWID;
"""

MIGRATIONS: tuple[str, ...] = (_FIRST, _ATTACHMENTS, _RECEIPTS, _SUBJECTS, _SINKS, _BASELINES, _MARKS)
