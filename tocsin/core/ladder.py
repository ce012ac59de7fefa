"""Law: the reader's ladder. Bytes, a place and a time go in; one `RecordFate` comes out.

Everything that can refuse a record lives on these rungs, cheapest first, with the numbers of the wire
format. Nothing before rung 10 stores anything; at rung 10 the log's head moves, only forward, whatever
follows; each item is then judged alone. Expected trouble is a fate; an exception here is a bug.
Storing the fate in one transaction, fetching keys and directories, and asking again for what was
parked are left to the consumer. Source: wire format, "Ladder of a reader".
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tocsin.core import log_heads, wire
from tocsin.core.errors import CannotOpenError, MalformedError, UntrustedError
from tocsin.core.ids import ID_BYTES, leaf_of
from tocsin.core.items import judge_items
from tocsin.core.key_schedule import GenerationId
from tocsin.core.opening import open_record, read_items
from tocsin.core.outcomes import (
    Alarm,
    AlarmKind,
    ItemFate,
    KnownLeaf,
    LogHead,
    LogId,
    Outcome,
    Reason,
    RecordFate,
    Step,
    best,
)
from tocsin.core.participants import Audience, PublicKey
from tocsin.core.reader import DomainCheck, Reader
from tocsin.core.signatures import verify_record
from tocsin.core.streams import GLOBAL, INBOX, Place

SKEW_S = 300
AHEAD_LIMIT_S = 24 * 3_600
HOUR_S = 3_600
MAX_SUITE = 255


class _Stopped(Exception):
    """A rung ended the climb."""

    def __init__(self, outcome: Outcome, step: Step, reason: Reason) -> None:
        super().__init__(reason)
        self.outcome, self.step, self.reason = outcome, step, reason


@dataclass(slots=True)
class _Climb:
    """What is known of a record so far; becomes its fate wherever the climb ends."""

    reader: Reader
    place: Place
    now_s: int
    envelope: wire.Envelope
    header: wire.Header
    leaf: bytes
    log: LogId
    known: KnownLeaf | None = None
    new_head: LogHead | None = None
    baseline: bool = False
    past_log: bool = False
    alarms: list[Alarm] = field(default_factory=list)

    def fate(
        self, outcome: Outcome, step: Step, reason: Reason, items: tuple[ItemFate, ...] = ()
    ) -> RecordFate:
        if not self.past_log:
            return RecordFate(outcome, step, reason, self.header)
        return RecordFate(
            outcome,
            step,
            reason,
            self.header,
            self.log,
            self.leaf,
            self.new_head,
            self.baseline,
            tuple(self.alarms),
            items,
        )


def examine(
    value: bytes | None, place: Place, reader: Reader, now_s: int, domain_check: DomainCheck
) -> RecordFate:
    """The fate of a Kafka value read at `place` at `now_s` (seconds)."""
    try:
        climb = _read(value, place, reader, now_s)
    except _Stopped as stop:
        return RecordFate(stop.outcome, stop.step, stop.reason)
    return _climb(climb, domain_check, resumed=False)


def resume(
    value: bytes, place: Place, reader: Reader, now_s: int, domain_check: DomainCheck
) -> RecordFate:
    """The fate of a record that was parked after rung 10: its log is not judged again."""
    return _climb(_read(value, place, reader, now_s), domain_check, resumed=True)


def _climb(climb: _Climb, domain_check: DomainCheck, *, resumed: bool) -> RecordFate:
    try:
        _place(climb)
        key = _signer(climb)
        _signature(climb, key)
        if resumed:
            climb.past_log = True
        else:
            _known(climb)
            _retired(climb, key)
            _log(climb)
        _suite(climb.header)
        _role(climb)
        _time(climb)
        secret = _for_me(climb)
        items = _open(climb, secret)
    except _Stopped as stop:
        return climb.fate(stop.outcome, stop.step, stop.reason)
    return _judged(climb, items, domain_check)


def _judged(climb: _Climb, items: tuple[wire.Item, ...], domain_check: DomainCheck) -> RecordFate:
    audience = _audience(climb)
    fates = judge_items(items, climb.header, audience, climb.reader, domain_check)
    for fate in fates:
        if fate.reason is Reason.OTHER_BYTES:
            climb.alarms.append(_alarm(climb, AlarmKind.OTHER_BYTES))
    outcome = best(tuple(fate.outcome for fate in fates))
    chosen = next(fate for fate in fates if fate.outcome is outcome)
    return climb.fate(outcome, chosen.step, chosen.reason, fates)


def _quarantine(step: Step, reason: Reason) -> _Stopped:
    return _Stopped(Outcome.QUARANTINED, step, reason)


def _read(value: bytes | None, place: Place, reader: Reader, now_s: int) -> _Climb:
    """Rungs 1 to 4."""
    if not value:
        raise _quarantine(Step.SIZE, Reason.EMPTY)
    if len(value) > wire.MAX_RECORD_BYTES:
        raise _quarantine(Step.SIZE, Reason.TOO_LARGE)
    if wire.kind_of(value) != "envelope":
        raise _quarantine(Step.MAGIC, Reason.NOT_OURS)
    try:
        envelope = wire.decode_envelope(value)
    except MalformedError:
        raise _quarantine(Step.ENVELOPE, Reason.MALFORMED) from None
    try:
        header = wire.decode_header(envelope.header)
    except MalformedError:
        raise _quarantine(Step.HEADER, Reason.MALFORMED) from None
    if not _within_bounds(header):
        raise _quarantine(Step.HEADER, Reason.OUT_OF_BOUNDS)
    scope = header.audience.hex() if header.stream == INBOX else header.region
    log = LogId(header.originator, header.stream, scope)
    leaf = leaf_of(envelope.header, envelope.ciphertext)
    return _Climb(reader, place, now_s, envelope, header, leaf, log)


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


def _place(climb: _Climb) -> None:
    """Rung 5: what the header says is where we read it; what Kafka says beside it is not asked."""
    header, place = climb.header, climb.place
    owned = climb.reader.directory.own_audiences.get(header.audience)
    if place.stream == INBOX:
        right = (
            header.stream == INBOX
            and header.region == GLOBAL
            and owned is not None
            and owned.id == place.inbox_of
        )
    else:
        right = owned is None and header.stream == place.stream and _right_partition(climb)
    if not right:
        raise _quarantine(Step.PLACE, Reason.WRONG_PLACE)


def _right_partition(climb: _Climb) -> bool:
    header = climb.header
    layout = climb.reader.directory.layout
    try:
        partition = layout.partition(header.stream, header.region, header.originator)
    except MalformedError:
        return False
    return partition == climb.place.partition


def _signer(climb: _Climb) -> PublicKey:
    """Rung 6. An unknown key may stand in a newer directory: only the position is parked."""
    header = climb.header
    owner = climb.reader.directory.keys.get(header.signing_key)
    if owner is None:
        raise _Stopped(Outcome.PARKED, Step.SIGNER, Reason.UNKNOWN_KEY)
    participant, key = owner
    if participant.id != header.originator or key.purpose != "record":
        raise _quarantine(Step.SIGNER, Reason.WRONG_KEY)
    if not key.valid_at(header.time):
        raise _quarantine(Step.SIGNER, Reason.KEY_NOT_VALID)
    return key


def _signature(climb: _Climb, key: PublicKey) -> None:
    """Rung 7."""
    try:
        verify_record(key.public, climb.envelope.signature, climb.leaf)
    except UntrustedError:
        raise _quarantine(Step.SIGNATURE, Reason.BAD_SIGNATURE) from None


def _known(climb: _Climb) -> None:
    """Rung 8. What was skipped because it was not for us may have become ours: it goes on."""
    header = climb.header
    climb.known = climb.reader.known_leaf(climb.log, header.session, header.counter)
    if climb.known is None or not climb.known.settled:
        return
    if climb.known.leaf16 == climb.leaf[:ID_BYTES]:
        expired = climb.now_s >= header.expires_at
        outcome = Outcome.SKIPPED if expired else Outcome.DUPLICATE
        raise _Stopped(outcome, Step.KNOWN, Reason.EXPIRED if expired else Reason.KNOWN)


def _retired(climb: _Climb, key: PublicKey) -> None:
    """Rung 9: under a retired key a log is read up to its final head and no further."""
    if key.final is None:
        return
    header = climb.header
    final = key.final.get((header.stream, header.region))
    here = (header.session, header.counter)
    if header.stream == INBOX or final is None or here > final[:2]:
        raise _quarantine(Step.RETIRED, Reason.RETIRED_KEY)
    if here == final[:2] and climb.leaf != final[2]:
        climb.alarms.append(_alarm(climb, AlarmKind.FINAL_HEAD))


def _log(climb: _Climb) -> None:
    """Rung 10: the head moves here, only forward, whatever follows."""
    header, reader = climb.header, climb.reader
    head = reader.head(climb.log)
    record = LogHead(header.session, header.counter, climb.leaf)
    kind, missing = log_heads.judge(head, climb.known, record, header.previous)
    # A replay of what has expired says nothing about the log.
    stale = climb.now_s >= header.expires_at and head is not None and record.place <= head.place
    if kind is not None and not stale:
        climb.alarms.append(_alarm(climb, kind, missing))
    climb.new_head = log_heads.advance(head, record)
    climb.baseline = head is None
    climb.past_log = True


def _suite(header: wire.Header) -> None:
    """Rung 11."""
    if header.suite in (0, MAX_SUITE):
        raise _quarantine(Step.SUITE, Reason.NO_SUCH_SUITE)
    if header.suite != wire.SUITE:
        raise _Stopped(Outcome.PARKED, Step.SUITE, Reason.UNKNOWN_SUITE)


def _role(climb: _Climb) -> None:
    """Rung 12."""
    header = climb.header
    if not climb.reader.directory.may_publish(header.originator, header.stream, header.time):
        raise _quarantine(Step.ROLE, Reason.ROLE)


def _time(climb: _Climb) -> None:
    """Rung 13."""
    header, now_s = climb.header, climb.now_s
    if now_s >= header.expires_at:
        raise _Stopped(Outcome.SKIPPED, Step.TIME, Reason.EXPIRED)
    if header.time > now_s + AHEAD_LIMIT_S:
        raise _quarantine(Step.TIME, Reason.FROM_THE_FUTURE)
    if header.time > now_s + SKEW_S:
        raise _Stopped(Outcome.PARKED, Step.TIME, Reason.FROM_THE_FUTURE)
    if header.expires_at > header.time + _audience(climb).max_age_s + HOUR_S:
        raise _quarantine(Step.TIME, Reason.OUT_OF_BOUNDS)


def _audience(climb: _Climb) -> Audience:
    audience = climb.reader.directory.audience(climb.header.audience)
    if audience is None:
        raise _Stopped(Outcome.PARKED, Step.TIME, Reason.UNKNOWN_AUDIENCE)
    return audience


def _for_me(climb: _Climb) -> bytes:
    """Rung 14: the generation's secret, or why there is none."""
    header, reader = climb.header, climb.reader
    if header.originator == reader.me:
        raise _Stopped(Outcome.SKIPPED, Step.FOR_ME, Reason.OWN_RECORD)
    generation = GenerationId(header.originator, header.audience, header.generation)
    manifest = reader.manifest(generation)
    named = _by_directory(climb) if manifest is None else reader.me in manifest.members
    if not named:
        raise _Stopped(Outcome.SKIPPED, Step.FOR_ME, Reason.NOT_A_MEMBER)
    secret = reader.secret(generation)
    if manifest is None or secret is None:
        raise _Stopped(Outcome.PARKED, Step.FOR_ME, Reason.NO_KEY)
    if not manifest.not_before - SKEW_S <= header.time <= manifest.not_after + SKEW_S:
        raise _quarantine(Step.FOR_ME, Reason.OUTSIDE_WINDOW)
    return secret


def _by_directory(climb: _Climb) -> bool:
    header, reader = climb.header, climb.reader
    return reader.directory.is_member(reader.me, header.audience, header.originator, header.time)


def _open(climb: _Climb, secret: bytes) -> tuple[wire.Item, ...]:
    """Rungs 15 and 16."""
    try:
        padded = open_record(climb.envelope, climb.header, secret)
    except CannotOpenError:
        raise _quarantine(Step.OPEN, Reason.CANNOT_OPEN) from None
    try:
        return read_items(padded)
    except MalformedError:
        raise _quarantine(Step.INNER, Reason.MALFORMED) from None


def _alarm(climb: _Climb, kind: AlarmKind, missing: int = 0) -> Alarm:
    log, header = climb.log, climb.header
    return Alarm(kind, log.originator, log.stream, log.scope, header.session, header.counter, missing)
