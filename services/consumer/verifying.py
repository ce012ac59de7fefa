"""`tocsin verify`: is each log complete, up to when, and what is missing or contradicts itself?"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.consumer.assignment import ALL, parse_wanted
from services.consumer.log_evidence import Scope, raised_alarms, standings
from services.consumer.participant import Participant, open_participant
from services.consumer.replaying import Replay, memory_beside
from services.consumer.subscribe import parse_begin
from tocsin.adapters.inbox.known import InboxKnown
from tocsin.core.errors import DirectoryStaleError, SettingsError
from tocsin.core.log_standing import LogStanding, Standing
from tocsin.core.outcomes import Alarm, LogHead, LogId
from tocsin.core.streams import INBOX, Layout
from tocsin.runtime import console
from tocsin.runtime.exits import Exit
from tocsin.runtime.times import clock_time, iso_time

COLUMNS = (
    "originator_name",
    "stream",
    "region",
    "standing",
    "complete_until",
    "read_up_to",
    "stated_up_to",
    "missing",
)
MAX_SENTENCES = 20


@dataclass(frozen=True)
class Asked:
    """What the command was given."""

    home: Path
    passphrase_file: Path | None
    bootstrap: str | None
    streams: tuple[str, ...]
    since: str | None


def verify_store(asked: Asked, *, as_json: bool) -> Exit:
    """Judge what this home's inbox read; also beside a service. Raises TocsinError."""
    participant = open_participant(asked.home, asked.passphrase_file)
    directory = participant.directory_client().load()
    if directory is None:
        raise DirectoryStaleError(
            "no directory was fetched yet: run `tocsin subscribe all --until-end` first"
        )
    streams = _streams(asked.streams, directory.layout)
    since_s = parse_begin(asked.since).since_s or 0 if asked.since else 0
    with participant.inbox(read_only=True) as inbox:
        scope = Scope(inbox, directory, participant.identity.me, streams)
        found = standings(scope, raised_alarms(inbox, since_s), int(participant.clock()))
        return _told(found, inbox.known, as_json=as_json)


def verify_topic(asked: Asked, *, as_json: bool) -> Exit:
    """Judge what the broker shows today, and whether it is what the inbox read. Raises TocsinError."""
    participant = open_participant(asked.home, asked.passphrase_file)
    access = participant.access(asked.bootstrap)
    held = _held(participant)

    async def run() -> Exit:
        follower = participant.follower(access)
        now_s = int(participant.clock())
        directory = await follower.refresh(now_s, forced=True)
        for sentence in (follower.trouble, follower.clock_trouble, follower.late):
            if sentence is not None:
                console.warn(str(sentence))
        own = directory.participants.get(participant.identity.me)
        streams = ",".join(_streams(asked.streams, directory.layout)) or ALL
        wanted = parse_wanted(streams, (), directory.layout, own)
        with memory_beside(participant) as inbox:
            replay = Replay(inbox, directory, participant.identity.me, now_s)
            with inbox.transaction():
                inbox.known.keep(directory)
            with console.progress() as progress:
                bar = progress.add_task("replaying", total=None)
                await replay.run(
                    access, wanted, lambda at, of: progress.update(bar, completed=at, total=of)
                )
            scope = Scope(
                inbox,
                directory,
                participant.identity.me,
                wanted.streams,
                held=held,
                reads=wanted.reads,
                patience_s=0,
            )
            found = standings(scope, [*replay.alarms, *raised_alarms(inbox, 0)], now_s)
            if replay.refused:
                console.say(f"{replay.refused} values were refused, as every reader would")
            return _told(found, inbox.known, as_json=as_json)

    return asyncio.run(run())


def _held(participant: Participant) -> dict[LogId, LogHead]:
    """How far this home's own inbox came; nothing where there is none yet."""
    if not participant.has_read:
        return {}
    with participant.inbox(read_only=True) as inbox:
        return {one.log: one.head for one in inbox.logs.every() if one.log.stream != INBOX}


def _streams(asked: Sequence[str], layout: Layout) -> tuple[str, ...]:
    """The streams that were named; none for all of them. Raises SettingsError."""
    there = (*sorted(layout.streams), INBOX)
    if unknown := [one for one in asked if one not in (*there, ALL)]:
        raise SettingsError(f"no such stream: {', '.join(unknown)}; there are {', '.join(there)}")
    return () if ALL in asked else tuple(asked)


def _told(found: Sequence[LogStanding], known: InboxKnown, *, as_json: bool) -> Exit:
    """Print a row for each log and a sentence for each that is not whole; the exit code says which."""
    console.rows((_row(one, known) for one in found), COLUMNS, as_json=as_json)
    faulty = [one for one in found if not one.standing.is_whole]
    for one in faulty[:MAX_SENTENCES]:
        console.warn(_sentence(one, known))
    if (more := len(faulty) - MAX_SENTENCES) > 0:
        console.warn(f"and {more} more logs are not whole")
    if later := sum(one.evidence.begins_later for one in found):
        console.say(
            f"{_logs(later)} began before the first record that came: retention took the beginning, or the "
            "broker hides it; the two look the same"
        )
    counts = Counter(one.standing for one in found)
    said = ", ".join(f"{standing}: {counts[standing]}" for standing in Standing if counts[standing])
    console.say(f"{_logs(len(found))}; {said or 'nothing of what was asked about was read yet'}")
    return Exit.INCOMPLETE if faulty or not found else Exit.WHOLE


def _row(one: LogStanding, known: InboxKnown) -> dict[str, Any]:
    evidence = one.evidence
    log, stated = evidence.log, evidence.stated
    end = stated.head if stated is not None else None
    return {
        "originator": log.originator.hex(),
        "originator_name": known.name(log.originator),
        "stream": log.stream,
        "region": None if log.stream == INBOX else log.scope,
        "standing": one.standing.value,
        "complete_until": _time(one.complete_until_s),
        "last_checkpoint": _time(stated.time_s if stated is not None else None),
        "session": evidence.head.session if evidence.head else None,
        "read_up_to": evidence.head.counter if evidence.head else 0,
        "stated_up_to": end.counter if end is not None else None,
        "begins_later": evidence.begins_later,
        "missing": one.missing,
        "gaps": [_alarm(alarm) for alarm in one.holes],
        "forks": [_alarm(alarm) for alarm in one.contradictions],
    }


def _alarm(alarm: Alarm) -> dict[str, Any]:
    return {
        "kind": alarm.kind.value,
        "session": alarm.session,
        "counter": alarm.counter,
        "missing": alarm.missing,
    }


def _sentence(one: LogStanding, known: InboxKnown) -> str:
    """What is wrong, where, and what to do."""
    log, stated = one.evidence.log, one.evidence.stated
    where = known.name(log.originator) or log.originator.hex()
    place = "our inbox" if log.stream == INBOX else ", ".join(filter(None, (log.stream, log.scope)))
    return f"{where}, {place}: {one.standing}: " + _ADVICE[one.standing].format(
        missing=f"{one.missing} record{'' if one.missing == 1 else 's'}" if one.missing else "some records",
        before=", ".join(str(alarm.counter) for alarm in one.holes[:5]),
        counters=", ".join(f"{alarm.kind} at {alarm.counter}" for alarm in one.contradictions[:5])
        or "other records than were stated, or than this home holds",
        here=one.evidence.head.counter if one.evidence.head else 0,
        last=f"its last checkpoint is of {clock_time(stated.time_s)}"
        if stated
        else "it never stated its logs",
    )


_ADVICE = {
    Standing.COMING: "{missing} were stated minutes ago: run verify again in 10 minutes",
    Standing.UNSTATED: "no checkpoint names it yet: run verify again in 10 minutes",
    Standing.SILENT: "{last}; what it sent since may be missing unseen: ask it",
    Standing.BEHIND: "{missing} behind {here} did not come: the broker withholds or lost them; ask the "
    "originator to publish anew, and the broker's operator",
    Standing.HOLES: "{missing} before {before}: ask the originator to publish anew, look at the broker",
    Standing.CONTRADICTS: "{counters}: compare with the originator by voice",
}


def _time(time_s: int | None) -> str | None:
    return None if time_s is None else iso_time(time_s)


def _logs(count: int) -> str:
    return f"{count} log{'' if count == 1 else 's'}"
