"""Who takes part, as rows for people and programs, and what soon needs somebody's hand."""

from __future__ import annotations

from typing import Any

from tocsin.core.agreements import reminders
from tocsin.core.directory import Directory
from tocsin.core.participants import Participant
from tocsin.core.public_keys import PublicKey
from tocsin.core.standing import NO_DAY
from tocsin.runtime.times import clock_time

COLUMNS = ("id", "name", "country", "roles", "sector", "state", "agreement_ends", "keys_end")
WARN_BEFORE_S = 30 * 86_400


def participant_rows(directory: Directory, now_s: int) -> list[dict[str, Any]]:
    """One row for each participant, by country and name."""
    everyone = sorted(directory.participants.values(), key=lambda one: (one.country, one.name))
    return [_row(one, now_s) for one in everyone]


def _row(one: Participant, now_s: int) -> dict[str, Any]:
    ends = [key.not_after_s for key in _latest(one).values()]
    return {
        "id": one.id.hex(),
        "name": one.name,
        "country": one.country,
        "roles": ", ".join(one.roles),
        "sector": one.sector,
        "state": state(one, now_s),
        "agreement_ends": None if one.agreement_ends_s == NO_DAY else clock_time(one.agreement_ends_s),
        "keys_end": clock_time(min(ends)) if ends else None,
    }


def state(one: Participant, now_s: int) -> str:
    """In a few words, whether a participant takes part."""
    if one.ended is not None and now_s >= one.ended.at_s:
        return f"ended ({one.ended.reason})"
    for suspension in one.suspensions:
        if suspension.covers(now_s):
            return f"suspended ({suspension.reason})"
    if now_s >= one.agreement_ends_s:
        return "agreement ended"
    return "takes part"


def warnings(directory: Directory, now_s: int) -> list[str]:
    """Entries that readers leave out, what ends within 30 days of those that take part, and agreements that
    ended lately.
    """
    said = [f"every reader leaves out {name}: {why}" for name, why in sorted(directory.refused.items())]
    said += [one.to_others(now_s) for one in reminders(directory, directory.participants.values(), now_s)]
    for one in directory.participants.values():
        if not one.in_force(now_s):
            continue
        for purpose, key in _latest(one).items():
            if key.not_after_s < now_s + WARN_BEFORE_S:
                said.append(f"the last {purpose} key of {one.name} ends {clock_time(key.not_after_s)}")
    return said


def show_participant(one: Participant, directory: Directory, now_s: int) -> dict[str, Any]:
    """All that the directory says of a participant, and its audiences now."""
    audiences = [
        each.name
        for each in directory.audiences.values()
        if directory.is_member(one.id, each.id, b"", now_s)
    ]
    return _row(one, now_s) | {
        "regions": list(one.regions),
        "sponsor": one.sponsor.hex() if one.sponsor else None,
        "agreement": one.agreement,
        "contact": one.contact,
        "prefixes": list(one.prefixes),
        "audiences": sorted(audiences),
        "keys": [_key_row(key, now_s) for key in one.keys],
    }


def _key_row(key: PublicKey, now_s: int) -> dict[str, Any]:
    state = "ended" if now_s > key.not_after_s else "in use"
    if not key.in_use:
        state = "retired" if key.revoked_at_s is None else "stolen"
    return {
        "id": key.id.hex(),
        "purpose": key.purpose,
        "state": state,
        "not_before": clock_time(key.not_before_s),
        "not_after": clock_time(key.not_after_s),
        "person": key.person,
        "final_heads": None if key.final is None else len(key.final),
    }


def _latest(one: Participant) -> dict[str, PublicKey]:
    """Of each purpose the key that lasts longest."""
    found: dict[str, PublicKey] = {}
    for key in one.keys:
        held = found.get(key.purpose)
        if key.in_use and (held is None or held.not_after_s < key.not_after_s):
            found[key.purpose] = key
    return found
