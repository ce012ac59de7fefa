"""What a change of one participant means for the others, in sentences, before it is signed."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.core.directory import Directory
from tocsin.core.participants import Participant
from tocsin.core.public_keys import PublicKey
from tocsin.core.standing import NO_DAY
from tocsin.runtime.times import clock_time


def effects(
    before: Directory, after: Directory, id_: bytes, now_s: int, *, whole: bool = True
) -> list[str]:
    """What is different for the participant `id_` and for whom else, at `now_s`; [] for nothing.

    Without the `whole` directory the other originators are not counted.
    """
    return [
        *_membership(before, after, id_, now_s, _others(after, id_, now_s) if whole else "the"),
        *_streams(before, after, id_, now_s),
        *_keys(before.participants[id_], after.participants[id_]),
        *_ends(before.participants[id_], after.participants[id_]),
        *_prefixes(before.participants[id_], after),
    ]


def _prefixes(was: Participant, after: Directory) -> Iterator[str]:
    will = after.participants[was.id]
    if was.prefixes == will.prefixes:
        return
    if gone := [one for one in was.prefixes if one not in will.prefixes]:
        yield f"its numbers begin no more with {', '.join(gone)}"
    for kind in ("awb", "s10"):
        own = [one for one in will.prefixes if one.startswith(kind)]
        yield (
            f"targets of type {kind} in alerts to it: only {', '.join(own)}; senders and it refuse others"
            if own
            else f"targets of type {kind} in alerts to it: any"
        )
    for one in after.participants.values():
        if shared := sorted(set(one.prefixes) & set(will.prefixes)) if one.id != was.id else []:
            yield f"{one.name} has {', '.join(shared)} too: a target that begins so may go to either"


def _membership(before: Directory, after: Directory, id_: bytes, now_s: int, others: str) -> Iterator[str]:
    left, joined = [], []
    for audience in after.audiences.values():
        was = before.is_member(id_, audience.id, b"", now_s)
        will = after.is_member(id_, audience.id, b"", now_s)
        if was and not will:
            left.append(audience.name)
        if will and not was:
            joined.append(audience.name)
    if left:
        yield (
            f"leaves {', '.join(sorted(left))}: each of {others} other originators seals its next "
            "record for them under a new key, which it is not given"
        )
    if joined:
        yield (
            f"joins {', '.join(sorted(joined))}: each of {others} other originators wraps it the "
            "present key, or makes a new one where the audience keeps its history from newcomers"
        )


def _others(after: Directory, id_: bytes, now_s: int) -> str:
    return str(sum(1 for one in after.participants if one != id_ and _publishes(after, one, now_s)))


def _publishes(directory: Directory, id_: bytes, now_s: int) -> bool:
    return any(directory.may_publish(id_, stream, now_s) for stream in directory.layout.streams)


def _streams(before: Directory, after: Directory, id_: bytes, now_s: int) -> Iterator[str]:
    lost, won = [], []
    for stream in after.layout.streams:
        was, will = (one.may_publish(id_, stream, now_s) for one in (before, after))
        if was and not will:
            lost.append(stream)
        if will and not was:
            won.append(stream)
    if lost:
        yield f"publishes no more to {', '.join(sorted(lost))}: readers refuse what it dates from now on"
    if won:
        yield f"may publish to {', '.join(sorted(won))}"


def _keys(before: Participant, after: Participant) -> Iterator[str]:
    old = {key.id: key for key in before.keys}
    new = {key.id: key for key in after.keys}
    for id_, key in new.items():
        if id_ not in old:
            yield f"new {key.purpose} key {id_.hex()}, until {clock_time(key.not_after_s)}"
        elif old[id_].in_use and not key.in_use:
            yield _retired(key)
        elif old[id_].not_after_s != key.not_after_s:
            yield f"{key.purpose} key {id_.hex()} ends {clock_time(key.not_after_s)}"
    for id_ in old.keys() - new.keys():
        yield f"{old[id_].purpose} key {id_.hex()} is forgotten: it ended long ago"


def _retired(key: PublicKey) -> str:
    what = "stolen" if key.revoked_at_s is not None else "retired"
    if key.purpose == "record":
        logs = len(key.final or {})
        return (
            f"record key {key.id.hex()} is {what}: of {logs} logs what lies up to the final head stays "
            "good, all else under it is refused"
        )
    if key.purpose == "kem":
        return f"kem key {key.id.hex()} is {what}: what was wrapped to it is replaced at each sender"
    return f"{key.purpose} key {key.id.hex()} is {what}: nothing new under it is believed"


def _ends(before: Participant, after: Participant) -> Iterator[str]:
    if before.agreement_ends_s != after.agreement_ends_s or before.agreement != after.agreement:
        end = (
            "has no end"
            if after.agreement_ends_s == NO_DAY
            else f"ends {clock_time(after.agreement_ends_s)}"
        )
        yield f"agreement {after.agreement or 'none'} {end}"
    if before.contact != after.contact:
        yield f"contact: {after.contact or 'none'}"
    for one in set(after.suspensions) - set(before.suspensions):
        until = "until told otherwise" if one.until_s == NO_DAY else f"until {clock_time(one.until_s)}"
        yield f"suspended ({one.reason}) from {clock_time(one.from_s)} {until}"
    if after.ended is not None and before.ended is None:
        ended = after.ended
        yield f"ended ({ended.reason}) at {clock_time(ended.at_s)}; its entry stays, so that old reports do"
