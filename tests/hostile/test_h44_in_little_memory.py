"""Hostile input 44 in a process that may not grow: a key file is refused before anything is made for it.

Each fault with its sentence: tests/adapters/test_key_files.py.
"""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.little_memory import said
from tocsin.adapters.key_files import KDF_FILE, KeyFolder
from tocsin.adapters.passphrase import Passphrase
from tocsin.core.primitives import Ed25519Private

IMPORTS = """
import sys
from pathlib import Path
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.passphrase import Passphrase
from tocsin.core.errors import KeyUnusableError
"""
OPEN = """
for path in sys.argv[1:]:
    try:
        KeyFolder.open(Path(path), Passphrase("canary words")).ed25519("record.pem")
    except KeyUnusableError as error:
        print("refused:", error)
    else:
        print("opened")
"""
# Argon2 with the parameters that we write takes 64 MiB.
ROOM_MIB = 160
TOO_MUCH = [
    {"memory_kib": 2**32},
    {"memory_kib": 2**22},
    {"iterations": 10**9},
    {"lanes": 0},
    {"lanes": 2**24 - 1},
    {"memory_kib": -1},
]


def answers(*folders: Path) -> list[str]:
    """What is said of the record key in each folder, by one process that may not grow."""
    return said(IMPORTS, OPEN, *folders, room_mib=ROOM_MIB).splitlines()


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A folder with a key."""
    path = tmp_path / "sound"
    path.mkdir(mode=0o700)
    KeyFolder.create(path, Passphrase("canary words")).write("record.pem", Ed25519Private.generate())
    return path


def copied(sound: Path, name: str) -> Path:
    return Path(shutil.copytree(sound, sound.with_name(name)))


def test_h44_parameters_that_would_eat_the_machine_are_refused_and_a_sound_key_opens(sound: Path) -> None:
    folders = [copied(sound, str(number)) for number in range(len(TOO_MUCH))]
    for folder, values in zip(folders, TOO_MUCH, strict=True):
        file = folder / KDF_FILE
        file.write_text(json.dumps(json.loads(file.read_text()) | values))
    opened, *refused = answers(sound, *folders)
    assert "opened" == opened
    for folder, answer in zip(folders, refused, strict=True):
        assert answer.startswith("refused:")
        assert (True, False) == (str(folder) in answer, "canary" in answer)


def test_h44_a_file_of_a_terabyte_is_not_read(sound: Path) -> None:
    folders = [copied(sound, name) for name in ("record.pem", KDF_FILE)]
    for folder in folders:
        with (folder / folder.name).open("r+b") as file:
            file.truncate(1 << 40)
    assert ["refused", "refused"] == [one.partition(":")[0] for one in answers(*folders)]
