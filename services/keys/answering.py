"""Answers the authority's challenge: this participant holds the KEM keys that it named."""

from __future__ import annotations

from pathlib import Path

from tocsin.adapters import passphrase
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.own_keys import own_keys
from tocsin.adapters.whole_files import read_whole
from tocsin.core.challenge import answer_challenge, read_challenge, write_answer
from tocsin.core.errors import SettingsError
from tocsin.core.json_fields import MAX_TARGET_BYTES


def answer(home_path: Path, challenge: Path, passphrase_file: Path | None) -> bytes:
    """The answer to the challenge in a file. Raises SettingsError, KeyUnusableError, MalformedError,
    UntrustedError where it is for a key that is not here.
    """
    data = read_whole(challenge, MAX_TARGET_BYTES)
    if data is None:
        raise SettingsError(f"there is no file {challenge}: the authority hands it out")
    asked = read_challenge(data)
    home = ParticipantHome.open(home_path)
    folder = KeyFolder.open(home.keys, passphrase.existing(passphrase_file))
    return write_answer(answer_challenge(asked, own_keys(folder).kem.all()))
