"""Law: rungs 1 to 10: whether bytes are a record, from whom, and where they stand in its log.

Nothing here stores anything; the head that `log` moves is written by the caller with the fate.
Source: wire format, "Ladder of a reader".
"""

from __future__ import annotations

from tocsin.core import log_heads, wire
from tocsin.core.climb import HOUR_S, MAX_SUITE, SKEW_S, Climb, Stopped, alarm, quarantine
from tocsin.core.errors import MalformedError, UntrustedError
from tocsin.core.ids import ID_BYTES, audience_id, leaf_of, own_audience
from tocsin.core.outcomes import AlarmKind, LogHead, LogId, Outcome, Reason, Step
from tocsin.core.public_keys import PublicKey
from tocsin.core.reader import Reader
from tocsin.core.signatures import verify_record
from tocsin.core.streams import GLOBAL, INBOX, Place


def read(value: bytes | None, place: Place, reader: Reader, now_s: int) -> Climb:
    """Rungs 1 to 4."""
    if not value:
        raise quarantine(Step.SIZE, Reason.EMPTY)
    if len(value) > wire.MAX_RECORD_BYTES:
        raise quarantine(Step.SIZE, Reason.TOO_LARGE)
    if wire.kind_of(value) != "envelope":
        raise quarantine(Step.MAGIC, Reason.NOT_OURS)
    try:
        envelope = wire.decode_envelope(value)
    except MalformedError:
        raise quarantine(Step.ENVELOPE, Reason.MALFORMED) from None
    try:
        header = wire.decode_header(envelope.header)
    except MalformedError:
        raise quarantine(Step.HEADER, Reason.MALFORMED) from None
    if not _within_bounds(header):
        raise quarantine(Step.HEADER, Reason.OUT_OF_BOUNDS)
    scope = header.audience.hex() if header.stream == INBOX else header.region
    log = LogId(header.originator, header.stream, scope)
    leaf = leaf_of(envelope.header, envelope.ciphertext)
    return Climb(reader, place, now_s, envelope, header, leaf, log)


def _within_bounds(header: wire.Header) -> bool:
    """Numbers that no clock of the sender's could have made never move a log."""
    latest_ms = (header.time + SKEW_S) * 1_000
    return (
        0 <= header.suite <= MAX_SUITE
        and header.time >= 0
        and 0 <= header.generation <= latest_ms
        and 0 <= header.session <= (latest_ms << log_heads.SESSION_RANDOM_BITS)
        and header.counter >= 1
        and header.expires_at >= header.time
        and header.expires_at % HOUR_S == 0
    )


def place(climb: Climb) -> None:
    """Rung 5: what the header says is where we read it; what Kafka says beside it is not asked."""
    header, place = climb.header, climb.place
    if place.inbox_of is not None:
        # The audience follows from the inbox: an old directory need not know its owner yet.
        own = audience_id(own_audience(place.inbox_of))
        right = header.stream == INBOX and header.region == GLOBAL and header.audience == own
    else:
        owned = header.audience in climb.reader.directory.own_audiences
        right = not owned and header.stream == place.stream and _right_partition(climb)
    if not right:
        raise quarantine(Step.PLACE, Reason.WRONG_PLACE)


def _right_partition(climb: Climb) -> bool:
    header = climb.header
    layout = climb.reader.directory.layout
    try:
        partition = layout.partition(header.stream, header.region, header.originator)
    except MalformedError:
        return False
    return partition == climb.place.partition


def signer(climb: Climb) -> PublicKey:
    """Rung 6. An unknown key may stand in a newer directory: only the position is parked."""
    header = climb.header
    owner = climb.reader.directory.keys.get(header.signing_key)
    if owner is None:
        raise Stopped(Outcome.PARKED, Step.SIGNER, Reason.UNKNOWN_KEY)
    participant, key = owner
    if participant.id != header.originator or key.purpose != "record":
        raise quarantine(Step.SIGNER, Reason.WRONG_KEY)
    if not key.valid_at(header.time):
        raise quarantine(Step.SIGNER, Reason.KEY_NOT_VALID)
    return key


def signature(climb: Climb, key: PublicKey) -> None:
    """Rung 7."""
    try:
        verify_record(key.public, climb.envelope.signature, climb.leaf)
    except UntrustedError:
        raise quarantine(Step.SIGNATURE, Reason.BAD_SIGNATURE) from None


def known(climb: Climb) -> None:
    """Rung 8. What was skipped because it was not for us may have become ours: it goes on."""
    header = climb.header
    climb.known = climb.reader.known_leaf(climb.log, header.session, header.counter)
    if climb.known is None or not climb.known.settled:
        return
    if climb.known.leaf16 == climb.leaf[:ID_BYTES]:
        expired = climb.now_s >= header.expires_at
        outcome = Outcome.SKIPPED if expired else Outcome.DUPLICATE
        raise Stopped(outcome, Step.KNOWN, Reason.EXPIRED if expired else Reason.KNOWN)


def retired(climb: Climb, key: PublicKey) -> None:
    """Rung 9: under a retired key a log is read up to its final head and no further."""
    if key.in_use:
        return
    header = climb.header
    final = (key.final or {}).get((header.stream, header.region))
    here = (header.session, header.counter)
    if header.stream == INBOX or final is None or here > final[:2]:
        raise quarantine(Step.RETIRED, Reason.RETIRED_KEY)
    if here == final[:2] and climb.leaf != final[2]:
        climb.alarms.append(alarm(climb, AlarmKind.FINAL_HEAD))


def log(climb: Climb) -> None:
    """Rung 10: the head moves here, only forward, whatever follows."""
    header, reader = climb.header, climb.reader
    head = reader.head(climb.log)
    record = LogHead(header.session, header.counter, climb.leaf)
    kind, missing = log_heads.judge(head, climb.known, record, header.previous)
    # A replay of what has expired says nothing about the log.
    stale = climb.now_s >= header.expires_at and head is not None and record.place <= head.place
    if kind is not None and not stale:
        climb.alarms.append(alarm(climb, kind, missing))
    climb.new_head = log_heads.advance(head, record)
    climb.baseline = head is None
    climb.past_log = True
