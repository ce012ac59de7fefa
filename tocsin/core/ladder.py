"""Law: the reader's ladder. Bytes, a place and a time go in; one `RecordFate` comes out.

Everything that can refuse a record lives on these rungs, cheapest first, with the numbers of the wire
format. Nothing before rung 10 stores anything; at rung 10 the log's head moves, only forward, whatever
follows; each item is then judged alone. Expected trouble is a fate; an exception here is a bug.
Storing the fate in one transaction, fetching keys and directories, and asking again for what was
parked are left to the consumer. Source: wire format, "Ladder of a reader".
"""

from __future__ import annotations

from tocsin.core import rungs_early as early
from tocsin.core import rungs_late as late
from tocsin.core import wire
from tocsin.core.climb import Climb, Stopped, alarm
from tocsin.core.items import judge_items
from tocsin.core.outcomes import AlarmKind, Reason, RecordFate, best
from tocsin.core.reader import DomainCheck, Reader
from tocsin.core.streams import Place


def examine(
    value: bytes | None, place: Place, reader: Reader, now_s: int, domain_check: DomainCheck
) -> RecordFate:
    """The fate of a Kafka value read at `place` at `now_s` (seconds)."""
    try:
        climb = early.read(value, place, reader, now_s)
    except Stopped as stop:
        return RecordFate(stop.outcome, stop.step, stop.reason)
    return _climb(climb, domain_check, resumed=False)


def resume(value: bytes, place: Place, reader: Reader, now_s: int, domain_check: DomainCheck) -> RecordFate:
    """The fate of a record that was parked after rung 10: its log is not judged again.

    `value` must be the very bytes that were parked, or read again and compared with their leaf.
    """
    try:
        climb = early.read(value, place, reader, now_s)
    except Stopped as stop:
        return RecordFate(stop.outcome, stop.step, stop.reason)
    return _climb(climb, domain_check, resumed=True)


def _climb(climb: Climb, domain_check: DomainCheck, *, resumed: bool) -> RecordFate:
    try:
        early.place(climb)
        key = early.signer(climb)
        early.signature(climb, key)
        if resumed:
            climb.past_log = True
            late.expiry(climb)
        else:
            early.known(climb)
            early.retired(climb, key)
            early.log(climb)
        late.suite(climb.header)
        late.role(climb)
        late.time(climb)
        secret = late.for_me(climb)
        items = late.open_items(climb, secret)
    except Stopped as stop:
        return climb.fate(stop.outcome, stop.step, stop.reason)
    return _judged(climb, items, domain_check)


def _judged(climb: Climb, items: tuple[wire.Item, ...], domain_check: DomainCheck) -> RecordFate:
    audience = late.audience(climb)
    fates = judge_items(items, climb.header, audience, climb.reader, domain_check)
    for fate in fates:
        if fate.reason is Reason.OTHER_BYTES:
            climb.alarms.append(alarm(climb, AlarmKind.OTHER_BYTES))
    outcome = best(tuple(fate.outcome for fate in fates))
    chosen = next(fate for fate in fates if fate.outcome is outcome)
    return climb.fate(outcome, chosen.step, chosen.reason, fates)
