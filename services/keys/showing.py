"""Shows the public halves of a participant's keys, and hands out its application."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tocsin.adapters.custodians import spoken
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.whole_files import write_whole
from tocsin.core.enrolment import Request
from tocsin.core.errors import SettingsError
from tocsin.core.public_keys import PublicKey
from tocsin.runtime import console
from tocsin.runtime.options import command
from tocsin.runtime.times import iso_time

PUBLIC_FILE_MODE = 0o644
COLUMNS = ("purpose", "id", "not_before", "not_after", "person")
WARN_BEFORE_END_S = 30 * 86_400


def told(request: Request, home: Path) -> None:
    """Say what was made and what comes next."""
    console.say(f"made {len(request.keys)} keys of {request.name} ({request.country})")
    told_aloud(request.fingerprint)
    asking = command("keys request --out request.json", home)
    console.say(f"next: {asking}, and hand it to the authority")


def hand_out(home_path: Path, out: Path | None) -> None:
    """Write the application to `out` or stdout, its fingerprint to stderr. Raises TocsinError."""
    data, request = ParticipantHome.open(home_path).request()
    hand_over(data, out, "the request is for the authority")
    told_aloud(request.fingerprint)


def told_aloud(fingerprint: str) -> None:
    """Say a fingerprint as code and as words: the authority's screen shows the same."""
    console.say(f"fingerprint, to be read aloud to the authority: {fingerprint}")
    console.say(f"in words: {spoken(fingerprint)}")


def hand_over(data: bytes, out: Path | None, what: str) -> None:
    """Write a file for somebody else to `out` or stdout. Raises StorageError."""
    if out is None:
        console.data(data.decode())
    else:
        write_whole(out, data, PUBLIC_FILE_MODE)
        console.say(f"{out}: {what}; it holds no secret")


def show_keys(home_path: Path, *, as_json: bool, clock: Callable[[], float] = time.time) -> None:
    """Print the public keys on stdout, who they belong to on stderr. Raises TocsinError."""
    home = ParticipantHome.open(home_path)
    _data, request = home.request()
    try:
        participant = home.participant_id().hex()
    except SettingsError:
        participant = None
    common = {"participant": participant, "fingerprint": request.fingerprint}
    console.rows((_row(key) | common for key in request.keys), COLUMNS, as_json=as_json)
    console.say(f"{request.name} ({request.country}), {_admitted(participant)}")
    told_aloud(request.fingerprint)
    for key in request.keys:
        if key.not_after_s < clock() + WARN_BEFORE_END_S:
            console.warn(f"the {key.purpose} key ends at {iso_time(key.not_after_s)}")


def _admitted(participant: str | None) -> str:
    return f"admitted as {participant}" if participant else "not admitted yet"


def _row(key: PublicKey) -> dict[str, Any]:
    return {
        "purpose": key.purpose,
        "id": key.id.hex(),
        "not_before": iso_time(key.not_before_s),
        "not_after": iso_time(key.not_after_s),
        "person": key.person,
    }
