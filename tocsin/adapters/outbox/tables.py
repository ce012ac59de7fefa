"""The outbox's tables, as migrations: version n is reached by running the first n of them.

Times are Unix seconds, ids and hashes are blobs. `destinations.id` is the order of acceptance,
`records.id` the order of sealing. A record's bytes are kept until Kafka acknowledged them, a body for
some months; what is left then still tells known content from new. `logs` has the head of each log and the
key that signed it, `finals` the last head under each key that another one followed.
"""

from __future__ import annotations

_FIRST = """
CREATE TABLE items (
    id INTEGER PRIMARY KEY, report_id BLOB NOT NULL, version INTEGER NOT NULL, schema BLOB NOT NULL,
    family TEXT NOT NULL, reference TEXT, digest BLOB NOT NULL, body BLOB, exercise INTEGER NOT NULL,
    accepted_at_s INTEGER NOT NULL, UNIQUE (report_id, version)
);
CREATE UNIQUE INDEX items_by_reference ON items (family, reference, version)
    WHERE reference IS NOT NULL;
CREATE INDEX items_with_body ON items (accepted_at_s) WHERE body IS NOT NULL;
CREATE TABLE destinations (
    id INTEGER PRIMARY KEY, item INTEGER NOT NULL REFERENCES items, audience TEXT NOT NULL,
    stream TEXT NOT NULL, region TEXT NOT NULL, approvals BLOB NOT NULL,
    record INTEGER REFERENCES records, refused TEXT, UNIQUE (item, audience, stream, region)
);
CREATE INDEX destinations_waiting ON destinations (id) WHERE record IS NULL AND refused IS NULL;
CREATE TABLE records (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL, stream TEXT NOT NULL,
    scope TEXT NOT NULL, session INTEGER NOT NULL, counter INTEGER NOT NULL, leaf BLOB NOT NULL UNIQUE,
    time_s INTEGER NOT NULL, expires_at_s INTEGER NOT NULL, value BLOB, place INTEGER
);
CREATE INDEX records_unsent ON records (id) WHERE value IS NOT NULL;
CREATE TABLE logs (
    stream TEXT NOT NULL, scope TEXT NOT NULL, topic TEXT NOT NULL, session INTEGER NOT NULL,
    counter INTEGER NOT NULL, leaf BLOB NOT NULL, signing_key BLOB NOT NULL, sent_session INTEGER,
    sent_counter INTEGER, sent_leaf BLOB, sent_time_s INTEGER, PRIMARY KEY (stream, scope)
) WITHOUT ROWID;
CREATE TABLE finals (
    signing_key BLOB NOT NULL, stream TEXT NOT NULL, scope TEXT NOT NULL, session INTEGER NOT NULL,
    counter INTEGER NOT NULL, leaf BLOB NOT NULL, PRIMARY KEY (signing_key, stream, scope)
) WITHOUT ROWID;
CREATE TABLE positions (
    topic TEXT NOT NULL, partition INTEGER NOT NULL, next_offset INTEGER NOT NULL,
    PRIMARY KEY (topic, partition)
) WITHOUT ROWID;
CREATE TABLE generations (
    audience BLOB NOT NULL, number INTEGER NOT NULL, secret BLOB NOT NULL, revision INTEGER NOT NULL,
    members BLOB NOT NULL, not_before_s INTEGER NOT NULL, not_after_s INTEGER NOT NULL,
    records INTEGER NOT NULL, ended TEXT, PRIMARY KEY (audience, number)
) WITHOUT ROWID;
CREATE TABLE wrapped (
    audience BLOB NOT NULL, number INTEGER NOT NULL, recipient_key BLOB NOT NULL,
    PRIMARY KEY (audience, number, recipient_key)
) WITHOUT ROWID;
CREATE TABLE key_queue (
    id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, value BLOB NOT NULL,
    required INTEGER NOT NULL, retry_at_s INTEGER NOT NULL
);
CREATE TABLE answered (
    recipient_key BLOB NOT NULL, audience BLOB NOT NULL, number INTEGER NOT NULL, at_s INTEGER NOT NULL,
    PRIMARY KEY (recipient_key, audience, number)
) WITHOUT ROWID;
CREATE TABLE submissions (
    key BLOB PRIMARY KEY, request BLOB NOT NULL, item INTEGER NOT NULL, at_s INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE alarms (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, topic TEXT NOT NULL,
    partition INTEGER NOT NULL, place INTEGER NOT NULL, at_s INTEGER NOT NULL
);
CREATE TABLE numbers (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
"""

_ATTACHMENTS = """
CREATE TABLE attachments (
    id INTEGER PRIMARY KEY, attachment_id BLOB NOT NULL UNIQUE, report_id BLOB NOT NULL,
    name TEXT NOT NULL, media_type TEXT NOT NULL, size_bytes INTEGER NOT NULL, sha256 BLOB NOT NULL,
    UNIQUE (report_id, sha256)
);
"""

_RECEIPTS = """
CREATE TABLE receipts (
    report_id BLOB NOT NULL, reader BLOB NOT NULL, at_s INTEGER NOT NULL, PRIMARY KEY (report_id, reader)
) WITHOUT ROWID;
CREATE INDEX receipts_by_reader ON receipts (reader);
CREATE INDEX withdrawals ON items (id) WHERE family = 'withdrawal';
"""

# What each draft was given as its national reference: a second submit is the same report.
_DRAFTS = """
CREATE TABLE references_of_drafts (draft TEXT PRIMARY KEY, reference TEXT NOT NULL) WITHOUT ROWID;
"""

# What is held until a time, and under which generation a record was sealed: whom it reached.
_HELD_AND_REACH = """
ALTER TABLE destinations ADD COLUMN not_before_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE records ADD COLUMN generation INTEGER;
"""

# Whether a broker still holds what it acknowledged is asked by place.
_BY_PLACE = """
CREATE INDEX records_by_place ON records (topic, partition, place) WHERE place IS NOT NULL;
"""

MIGRATIONS: tuple[str, ...] = (_FIRST, _ATTACHMENTS, _RECEIPTS, _DRAFTS, _HELD_AND_REACH, _BY_PLACE)
