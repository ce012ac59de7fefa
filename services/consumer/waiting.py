"""Says what is not whole: what waits for what and since when, what is missing, who is silent."""

from __future__ import annotations

from tocsin.adapters.inbox.causes import Cause
from tocsin.adapters.inbox.keys import generation_from
from tocsin.adapters.inbox.statements import InboxStatements
from tocsin.adapters.inbox.store import Inbox
from tocsin.adapters.inbox.waiting import WaitingSummary
from tocsin.core.checkpoints import Behind
from tocsin.core.directory import Directory
from tocsin.core.outcomes import AlarmKind
from tocsin.core.spans import span
from tocsin.core.streams import CHECKPOINTS_TOPIC, Place
from tocsin.runtime.times import clock_time

MAX_SENTENCES = 20
SILENCE_S = 2 * 3_600
COMING_S = 86_400
_MISSING = frozenset({AlarmKind.GAP, AlarmKind.WRONG_PREVIOUS, AlarmKind.FINAL_HEAD})


def waiting_sentences(inbox: Inbox, now_s: int) -> list[str]:
    """One sentence for each thing that records wait for, with their number; at most 20."""
    found = sorted(inbox.waiting.summary(), key=lambda one: (one.since_s, one.subject))
    heard = _last_heard(inbox)
    sentences = [
        _sentence(inbox, one) + _asked(inbox, one, heard.get(one.originator), now_s)
        for one in found[:MAX_SENTENCES]
    ]
    if more := len(found) - MAX_SENTENCES:
        sentences += [f"and {more} more such waits"] if more > 0 else []
    if unknown := inbox.waiting.positions(Cause.SIGNER):
        sentences.append(f"{_records(unknown)} by signers that the directory does not know yet")
    if cramped := inbox.waiting.positions(Cause.ROOM):
        sentences.append(f"no {Cause.ROOM}: {_records(cramped)} will be read again; see docs/operations.md")
    return sentences


def silent_sentences(inbox: Inbox, now_s: int, directory: Directory | None = None) -> list[str]:
    """One sentence for each originator that stated no heads for over two hours; at most 20.

    Meant for a reader that is up to date: to one that was away everybody seems silent. Who by `directory`
    may publish no longer has nothing to state.
    """
    heard = _last_heard(inbox)
    unheard = {who: since_s for who, since_s in inbox.logs.read_since().items() if who not in heard}
    silent = sorted(
        (at_s, who)
        for who, at_s in (heard | unheard).items()
        if now_s > at_s + SILENCE_S and (directory is None or _may_publish(who, directory, now_s))
    )
    said = [
        f"{_name(inbox, who)} has been silent for {span(now_s - at_s)}: {_heard(heard.get(who))}; its "
        "service stands still, or the broker withholds it: ask it"
        for at_s, who in silent[:MAX_SENTENCES]
    ]
    more = len(silent) - MAX_SENTENCES
    return [*said, f"and {more} more are silent"] if more > 0 else said


def _heard(at_s: int | None) -> str:
    return (
        "no checkpoint of it was ever seen"
        if at_s is None
        else f"its last checkpoint is of {clock_time(at_s)}"
    )


def _may_publish(who: bytes, directory: Directory, now_s: int) -> bool:
    return any(directory.may_publish(who, stream, now_s) for stream in directory.layout.streams)


def withheld_sentences(inbox: Inbox, behind: list[Behind]) -> list[str]:
    """One sentence for each log of which a checkpoint states more than the broker gives; at most 20."""
    said = []
    for one in behind[:MAX_SENTENCES]:
        head = inbox.logs.head(one.log)
        here = f"came up to {head.counter}" if head and head.session == one.head.session else "did not come"
        log = f"{_name(inbox, one.log.originator)}, {one.log.stream}, {one.log.scope}"
        said.append(f"the broker withholds records: {log}: stated up to {one.head.counter}, {here}")
    more = len(behind) - MAX_SENTENCES
    return [*said, f"and of {more} more logs"] if more > 0 else said


def _last_heard(inbox: Inbox) -> dict[bytes, int]:
    return InboxStatements(inbox.database).last_times(CHECKPOINTS_TOPIC)


def _asked(inbox: Inbox, one: WaitingSummary, heard_s: int | None, now_s: int) -> str:
    """Of a key that does not come: when it was asked for, and whether its sender is there."""
    if one.cause is not Cause.KEY:
        return ""
    asked_s = inbox.keys.asked_at_s(generation_from(one.subject))
    asked = f", asked {clock_time(asked_s)}" if asked_s is not None else ", not asked yet"
    if heard_s is None:
        return f"{asked}, no checkpoint of the sender was seen yet"
    if now_s > heard_s + SILENCE_S:
        return f"{asked}, the sender has been silent for {span(now_s - heard_s)}"
    return asked


def missing_sentences(inbox: Inbox, since_s: int) -> list[str]:
    """One sentence for each gap seen since `since_s`: of the broker's offsets, or of a log."""
    sentences = gone_sentences(inbox, since_s)
    for one in inbox.alarms.since(since_s, MAX_SENTENCES):
        if one.alarm.kind in _MISSING:
            about = one.alarm
            count = f"{_records(about.missing)} " if about.missing else ""
            log = f"{_name(inbox, about.originator)}, {about.stream}, {about.scope}"
            sentences.append(f"gap: {count}missing ({about.kind}): {log}, before {about.counter}")
    return sentences


def gone_sentences(inbox: Inbox, since_s: int) -> list[str]:
    """One sentence for each stretch of offsets that was gone before we read it; at most 10,000 are kept."""
    return [_gone(place, found) for place, found in inbox.offsets.gaps(since_s)]


def latest_missing(inbox: Inbox, since_s: int) -> list[str]:
    """`missing_sentences` for a service that says all that is wrong: at most 20, and how many more."""
    found = missing_sentences(inbox, since_s)
    more = len(found) - MAX_SENTENCES
    return [*found[-MAX_SENTENCES:], *([f"and {more} more gaps: tocsin alarms"] if more > 0 else [])]


def coming_sentences(inbox: Inbox, now_s: int) -> list[str]:
    """One sentence about files of which parts came within a day and others have not."""
    count = inbox.attachments.coming(now_s - COMING_S)
    if not count:
        return []
    files = "1 file has" if count == 1 else f"{count} files have"
    return [f"{files} parts that have not come yet: tocsin attachments list"]


def _sentence(inbox: Inbox, one: WaitingSummary) -> str:
    subject = f", generation {generation_from(one.subject).generation}," if one.cause is Cause.KEY else ""
    who, since = _name(inbox, one.originator), clock_time(one.since_s)
    verb = "waits" if one.records == 1 else "wait"
    return f"{_records(one.records)} of {who} {verb} for {one.cause}{subject} since {since}"


def _gone(place: Place, found: int) -> str:
    where = f"{place.topic}, partition {place.partition}"
    if found <= place.offset:
        return f"{where}, was restored to an older state or made anew: read again from its beginning"
    return f"gap: offsets {place.offset} to {found - 1} of {where}, were gone"


def _name(inbox: Inbox, participant: bytes) -> str:
    return inbox.known.name(participant) or participant.hex()


def _records(count: int) -> str:
    return f"{count} record{'' if count == 1 else 's'}"
