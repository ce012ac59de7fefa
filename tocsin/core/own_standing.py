"""Law: what the directory says of ourselves, and whether our keys fit it.

It guarantees that a home is told before the day on which it could do nothing: each purpose has a key that
the directory has in force and the home holds, and agreement and keys are told with the days that are
left. Replacing keys is left to `key_changes`.
Source: wire format, "Directory"; docs/operations.md, "Doctor".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tocsin.core.diagnosis import DAY_S, WARN_BEFORE_DAYS, days
from tocsin.core.directory import Directory
from tocsin.core.findings import Finding, ill, well
from tocsin.core.own_entry import strange_keys, strange_words
from tocsin.core.participants import Participant
from tocsin.core.standing import NO_DAY
from tocsin.core.symptoms import Check, Symptom

PURPOSES = ("record", "statement", "kem")
_WARN_S = WARN_BEFORE_DAYS * DAY_S

Held = Mapping[str, Collection[bytes]]
"""purpose -> the ids of the keys that the home holds."""


def judge_entry(directory: Directory, me: bytes, now_s: int) -> Finding:
    """Of our own entry: whether we take part, and until when."""
    entry = directory.participants.get(me)
    if entry is None:
        return ill(Symptom.NOT_NAMED, me.hex())
    who = f"{entry.name} ({entry.country}), {', '.join(entry.roles)}"
    if now_s >= entry.agreement_ends_s:
        return ill(Symptom.AGREEMENT_ENDED, who, _asked(directory, entry, "has ended"))
    if not entry.in_force(now_s):
        return ill(Symptom.NOT_TAKING_PART, who)
    if entry.agreement_ends_s == NO_DAY:
        return well(Check.ENTRY, "takes part", who)
    left_s = entry.agreement_ends_s - now_s
    what = _asked(directory, entry, f"ends in {days(left_s)}")
    return ill(Symptom.AGREEMENT_ENDS, who, what) if left_s < _WARN_S else well(Check.ENTRY, what, who)


def _asked(directory: Directory, entry: Participant, ends: str) -> str:
    sponsor = None if entry.sponsor is None else directory.participants.get(entry.sponsor)
    reference = "" if entry.agreement is None else f" {entry.agreement}"
    with_whom = "" if sponsor is None else f" with {sponsor.name} ({sponsor.country})"
    return f"agreement{reference}{with_whom} {ends}"


def judge_keys(entry: Participant, held: Held, now_s: int) -> list[Finding]:
    """Of each purpose its last key; then keys of ours that only one side knows."""
    # People may hold the release keys, each in a folder of their own.
    wanted = (*PURPOSES, "release") if held.get("release") else PURPOSES
    found = [_judge_purpose(entry, purpose, held.get(purpose, ()), now_s) for purpose in wanted]
    every = {id_ for ids in held.values() for id_ in ids}
    found += [
        ill(Symptom.STRANGE_KEY, key.id.hex(), strange_words(key).split(":", 1)[0])
        for key in strange_keys(entry, PURPOSES, every, now_s)
    ]
    listed = {key.id for key in entry.keys}
    for purpose in PURPOSES:
        found += [
            ill(Symptom.KEY_NOT_LISTED, id_.hex(), f"a {purpose} key")
            for id_ in sorted(held.get(purpose, ()))
            if id_ not in listed
        ]
    return found


def _judge_purpose(entry: Participant, purpose: str, held: Collection[bytes], now_s: int) -> Finding:
    good = [key for key in entry.keys_for(purpose, now_s) if key.id in held]
    if not good:
        return ill(Symptom.NO_KEY, purpose, f"no {purpose} key is in force in the directory and here")
    last = max(good, key=lambda key: key.not_after_s)
    left_s = last.not_after_s - now_s
    what = f"{purpose} key ends in {days(left_s)}"
    if left_s < _WARN_S:
        return ill(Symptom.KEY_ENDS, last.id.hex(), what)
    return well(Check.KEYS, what, last.id.hex())
