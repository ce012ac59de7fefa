"""Takes the authority's welcome into a participant's folder."""

from __future__ import annotations

from pathlib import Path

from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.whole_files import read_whole
from tocsin.core.enrolment import MAX_WELCOME_BYTES, fingerprint, read_welcome
from tocsin.core.errors import SettingsError
from tocsin.runtime import console
from tocsin.runtime.options import command


def accept_welcome(home_path: Path, file: Path) -> None:
    """Pin the root and note the id; the same welcome twice changes nothing.

    Raises SettingsError, MalformedError for another file, RefusedByRuleError for another root or id.
    """
    home = ParticipantHome.open(home_path)
    data = read_whole(file, MAX_WELCOME_BYTES)
    if data is None:
        raise SettingsError(f"there is no file {file}: tocsin authority admit --out writes it, there")
    welcome = read_welcome(data)
    with home.hold("keys"):
        home.accept(welcome, home.request()[1].name)
    console.say(f"this participant is {welcome.participant.hex()}")
    console.say(
        f"pinned the directory's root, to be compared with the authority: {fingerprint(welcome.root)}"
    )
    console.say(f"next: {command('doctor', home_path)}")
