"""Papers that are handed over, and backups: changed on their way, by mistake or on purpose.

`paper`: what was signed, sealed or proved is refused when it is changed, or says what it said. `backup` and
`shares`: a changed backup is refused and nothing is left of the try, or the home is as it was.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.keys import backing_up as keys_backup
from services.keys.restoring import restore
from services.recovery.backing_up import back_up
from services.recovery.containers import pack
from services.recovery.restoring import Restoring
from tests.fuzz.dice import mutated
from tests.fuzz.homes import WORDS, changing, cheap_folder, named, silent
from tests.fuzz.target import Target, Verdict
from tests.support.parties import DAY_S, NOW_S, Party, seed
from tests.support.world import NEIGHBOUR, ORIGINATOR
from tocsin.adapters import custodians
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.home_contents import files_of
from tocsin.adapters.key_files import KDF_FILE, STORAGE_KEY_FILE
from tocsin.core import challenge, consents, enrolment, key_changes
from tocsin.core.enrolment import Welcome
from tocsin.core.errors import TocsinError
from tocsin.core.participants import read_participant

APPLICATION = seed("application")
NEW = Party("New")


@dataclass(frozen=True)
class Paper:
    """`read` gives what would be acted on. `bound`: nothing else may ever come of it."""

    data: bytes
    read: Callable[[bytes], Any]
    bound: bool = True


def _papers() -> dict[str, Paper]:
    given, expected = challenge.new_challenge(APPLICATION, NEIGHBOUR.keys, lambda _count: seed("challenge"))
    key, kem = NEIGHBOUR.key("statement").id, {NEIGHBOUR.key("kem").id: NEIGHBOUR.kem}
    ends_s = NOW_S + 300 * DAY_S
    consent = consents.Consent(
        NEIGHBOUR.id, APPLICATION, "courier", "MOU-7", ends_s, NOW_S, NEIGHBOUR.key("statement").id
    )
    entry = read_participant(NEIGHBOUR.target()[1])
    retired = key_changes.Retirement(NEIGHBOUR.key("kem").id, NOW_S, key_changes.STOLEN)
    change = key_changes.KeyChange(NEIGHBOUR.id, NOW_S, key, (NEW.key("kem"),), (retired,))

    def answered(data: bytes) -> None:
        challenge.check_answer(challenge.answer_challenge(challenge.read_challenge(data), kem), expected)

    def consented(data: bytes) -> None:
        consents.check_consent(consents.read_consent(data), consent, entry, NOW_S)

    def changed(data: bytes) -> Any:
        return key_changes.apply_key_change(key_changes.read_key_change(data), entry, NOW_S)

    answer = challenge.answer_challenge(given, kem)
    welcome = enrolment.write_welcome(Welcome(NEIGHBOUR.id, b"root"))
    return {
        "welcome": Paper(welcome, enrolment.read_welcome, bound=False),
        "challenge": Paper(challenge.write_challenge(given), answered),
        "answer": Paper(
            challenge.write_answer(answer),
            lambda data: challenge.check_answer(challenge.read_answer(data), expected),
        ),
        "consent": Paper(consents.write_consent(consent, NEIGHBOUR.statement), consented),
        "key change": Paper(key_changes.write_key_change(change, NEIGHBOUR.statement), changed),
    }


def open_paper(_folder: Path) -> Target:
    """The target `paper`. An input is the kind, a line feed, the file."""
    papers = _papers()
    wanted = {name: one.read(one.data) for name, one in papers.items()}
    files = {name: one.data for name, one in papers.items()}

    def make(dice: random.Random) -> bytes:
        return changing(files, dice)

    def judge(value: bytes) -> Verdict:
        head, _, data = value.partition(b"\n")
        paper = papers[head.decode()]
        if data == paper.data:
            return Verdict.SAME
        try:
            found = paper.read(data)
        except TocsinError:
            return Verdict.REFUSED
        # What was not signed beside it is not read.
        return Verdict.ALLOWED if found == wanted[head.decode()] or not paper.bound else Verdict.ACCEPTED

    spaced = {name: json.dumps(json.loads(one), indent=1).encode() for name, one in files.items()}
    return Target(make, judge, examples=tuple(named(name, one) for name, one in spaced.items()))


def _home(folder: Path) -> tuple[Path, Path]:
    """(an admitted home without databases, the file of its passphrase)."""
    folder.mkdir(parents=True)
    folder.chmod(0o700)
    home, words = folder / "home", folder / "words"
    words.touch(mode=0o600)
    words.write_text(WORDS)
    home.mkdir(mode=0o700)
    keys = cheap_folder(home / "keys")
    keys.write("record.pem", ORIGINATOR.record)
    keys.create_storage_key()
    ParticipantHome.open(home).accept(Welcome(ORIGINATOR.id, b"root"), "Focal point")
    return home, words


def _contents(home: Path) -> dict[str, bytes]:
    return {one.relative_to(home).as_posix(): one.read_bytes() for one in files_of(home)}


def open_backup(folder: Path) -> Target:
    """The target `backup`: the one file of `tocsin backup`."""
    home, words = _home(folder)
    back_up(home, folder / "made.tar", words, clock=lambda: NOW_S)
    good, wanted = (folder / "made.tar").read_bytes(), _contents(home)
    changed, again = folder / "changed.tar", folder / "again"

    def make(dice: random.Random) -> bytes:
        return mutated(good, dice)

    def judge(data: bytes) -> Verdict:
        if data == good:
            return Verdict.SAME
        changed.write_bytes(data)
        try:
            Restoring(changed, again, words).run()
        except TocsinError as error:
            silent(error, (WORDS.encode(),))
            assert not again.exists(), "refused, and something is there"
            return Verdict.REFUSED
        found = _contents(again)
        shutil.rmtree(again)
        return Verdict.ALLOWED if found == wanted else Verdict.ACCEPTED

    def repacked() -> bytes:
        """The same parts under other times in the archive."""
        back_up(home, folder / "folder", words, clock=lambda: NOW_S)
        pack(folder / "folder", folder / "repacked.tar")
        return (folder / "repacked.tar").read_bytes()

    return Target(make, judge, 128, (repacked(),))


def open_shares(folder: Path) -> Target:
    """The target `shares`: a file of the folder of `tocsin keys backup`, or a custodian's share."""
    home, words = _home(folder)
    source, used, again = folder / "made", folder / "used", folder / "again"
    written = keys_backup.back_up(home, source, custodians.Rule(3, 2), words, lambda: NOW_S)
    for number, share in enumerate(written[:2]):
        (source / f"share-{number}").write_text(share)
    files = _contents(source)
    wanted = _restored(_contents(home))

    def make(dice: random.Random) -> bytes:
        name = dice.choice((keys_backup.BACKUP_FILE, "share-0", "share-1", *files))
        return changing({name: files[name]}, dice)

    def judge(value: bytes) -> Verdict:
        head, _, data = value.partition(b"\n")
        name = head.decode()
        if files.get(name) == data:
            return Verdict.SAME
        shutil.rmtree(used, ignore_errors=True)
        shutil.copytree(source, used)
        (used / name).write_bytes(data)
        shares = [(used / f"share-{number}").rename(folder / f"share-{number}") for number in range(2)]
        try:
            restore(used, shares, again, words, lambda: NOW_S)
        except TocsinError as error:
            silent(error, (WORDS.encode(), *(one.encode() for one in written)))
            assert not again.exists(), "refused, and something is there"
            return Verdict.REFUSED
        found = _restored(_contents(again))
        shutil.rmtree(again)
        return Verdict.ALLOWED if found == wanted else Verdict.ACCEPTED

    in_capitals = named("share-0", files["share-0"].upper())
    return Target(make, judge, 192, (in_capitals,))


def _restored(contents: dict[str, bytes]) -> dict[str, bytes]:
    """What is the same under another passphrase."""
    of_the_passphrase = (KDF_FILE, STORAGE_KEY_FILE, ".pem", ".lock")
    return {name: data for name, data in contents.items() if not name.endswith(of_the_passphrase)}
