"""Takes the authority's welcome into a participant's folder."""

from __future__ import annotations

from pathlib import Path

from services.keys.showing import told_aloud
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.tuf_signing import first_root_fingerprint
from tocsin.adapters.whole_files import read_whole
from tocsin.core.enrolment import MAX_WELCOME_BYTES, read_welcome
from tocsin.core.errors import RefusedByRuleError, SettingsError
from tocsin.runtime import console
from tocsin.runtime.options import command


def accept_welcome(home_path: Path, file: Path) -> None:
    """Pin the root and note the id; the same welcome twice changes nothing.

    Raises SettingsError, MalformedError for another file, UntrustedError for what is no first root,
    RefusedByRuleError for another root or id, or where it is somebody else's welcome. Then nothing changed.
    """
    home = ParticipantHome.open(home_path)
    data = read_whole(file, MAX_WELCOME_BYTES)
    if data is None:
        raise SettingsError(f"there is no file {file}: tocsin authority admit --out writes it, there")
    welcome = read_welcome(data)
    root = first_root_fingerprint(welcome.root)
    with home.hold("keys"):
        name = home.request()[1].name
        if welcome.name not in {None, name}:
            raise RefusedByRuleError(f"{file} is the welcome of {welcome.name}, and this home is {name}'s")
        home.accept(welcome, name)
    console.say(f"this participant is {welcome.participant.hex()}")
    console.say("the directory's first root is pinned")
    told_aloud(root)
    console.say(f"next: {command('doctor', home_path)}")
