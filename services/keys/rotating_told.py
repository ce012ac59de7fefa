"""`tocsin keys rotate`, with what its user must know and do next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.keys.rotating import ROTATED, OpenHome, finish, open_home, rotate, rotate_stolen
from services.keys.showing import hand_over, told_aloud
from tocsin.core.enrolment import fingerprint
from tocsin.core.errors import SettingsError
from tocsin.core.key_changes import PLANNED, STOLEN, read_key_change
from tocsin.runtime import console
from tocsin.runtime.times import read_time


@dataclass(frozen=True)
class Wish:
    """Which keys are to be replaced, why, and whether that is to be finished."""

    purposes: tuple[str, ...]
    reason: str
    finishing: bool
    valid_days: int
    since: str | None = None
    """ISO 8601, UTC unless it says: since when a stolen key may have been in other hands."""


def rotate_told(home: Path, passphrase_file: Path | None, wish: Wish, out: Path | None) -> None:
    """Make the change, hand it out, say what comes next. Raises TocsinError."""
    reason = wish.reason
    if unknown := [one for one in wish.purposes if one not in ROTATED]:
        raise SettingsError(f"--purpose {unknown[0]}: use {', '.join(ROTATED)}")
    if reason not in {PLANNED, STOLEN}:
        raise SettingsError(f"--reason {reason}: use {PLANNED} or {STOLEN}")
    opened = open_home(home, passphrase_file)
    wanted = wish.purposes or opened.purposes()
    if wish.finishing:
        data = finish(opened, wanted)
    elif reason == STOLEN:
        data = _stolen(opened, wanted, wish)
    else:
        data = rotate(opened, wanted, wish.valid_days)
    hand_over(data, out, "the change is for the authority")
    signed = read_key_change(data)
    told_aloud(fingerprint(signed.signed))
    for one in _next(finishing=wish.finishing, stolen=reason == STOLEN):
        console.say(one)


def _stolen(opened: OpenHome, wanted: tuple[str, ...], wish: Wish) -> bytes:
    since_s = opened.now_s if wish.since is None else _time_s(wish.since)
    if since_s > opened.now_s:
        raise SettingsError(f"--since {wish.since}: that is still to come")
    done = rotate_stolen(opened, wanted, wish.valid_days, since_s)
    if done.again:
        console.say(f"{done.again} items that left since then will leave again, under the new key")
    if done.lost:
        console.warn(f"{done.lost} items are too old to leave again: publish them anew from their source")
    return done.change


def _time_s(text: str) -> int:
    try:
        return read_time(text)
    except ValueError as error:
        raise SettingsError(f"--since {text!r}: use a time such as 2026-11-20T08:00Z") from error


def _next(*, finishing: bool, stolen: bool) -> list[str]:
    if finishing:
        return ["next: when the directory shows them as retired, tocsin keys destroy"]
    if stolen:
        return [
            "nothing is published until the authority has taken up the change",
            "what was stolen opened records until now; from the next record on it opens nothing",
        ]
    return [
        "next: the authority challenges a new KEM key (tocsin keys answer) and takes up the change",
        "then the producer and the reader use the new keys by themselves; finish with tocsin keys "
        "rotate --finish, when no report waits that the old release key approved",
    ]
