"""The directory: its files on the topic, changed by whoever runs the broker, and entries that it signs.

`topic`: through the real fetcher and the stock updater, from a good older state; what is taken must be,
entry by entry, that state or the one that the authority signed since. `entry`: an entry of any content is
taken, or refuses itself alone. `memory`: what a reader keeps of the directory on its own disk, damaged.
"""

from __future__ import annotations

import json
import random
import shutil
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

from tests.fuzz.dice import mutated, with_value
from tests.fuzz.homes import changing
from tests.fuzz.target import Target, Verdict
from tests.support.authority import COLOMBIA, NETHERLANDS, new_repository
from tests.support.parties import DAY_S, NOW_S, Party
from tests.support.world import NEIGHBOUR, targets
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.core.directory import STREAMS, Directory, read_directory
from tocsin.core.errors import TheirFault, TocsinError

AUSTRIA, BRAZIL = Party("Austria", country="AT"), Party("Brazil", country="BR")


def open_topic(folder: Path) -> Target:
    """The target `topic`. An input is JSON: file name -> content in base 64, null where it is gone."""
    repository = new_repository(folder / "repository", COLOMBIA, NETHERLANDS)
    pinned, held, used = repository.pinned_root(), folder / "held", folder / "used"
    older = repository.files()
    repository.put_targets(dict([AUSTRIA.target()]), NOW_S)
    old = repository.files()
    rightly = [_taken(DirectoryClient(held, pinned).refresh(old, NOW_S))]
    repository.roots.renew(NOW_S)
    repository.put_targets(dict([BRAZIL.target()]), NOW_S)
    good = repository.files()
    read = [name for name, data in good.items() if old.get(name) != data]
    stranger = _of_a_stranger(folder / "stranger")
    rightly.append(_taken(DirectoryClient(_copied(held, used), pinned).refresh(good, NOW_S)))

    def make(dice: random.Random) -> bytes:
        changes: dict[str, str | None] = {}
        if dice.random() < 0.1:  # whole and sound, and signed by nobody whom we know
            changes = {name: b64encode(data).decode() for name, data in stranger.items()}
        for name in dice.sample(read, dice.choice((0, 1, 1, 2) if changes else (1, 1, 1, 2))):
            changes[name] = _changed(name, good, (older, old, stranger), dice)
        return json.dumps(changes).encode()

    def judge(value: bytes) -> Verdict:
        changes = {
            name: None if data is None else b64decode(data) for name, data in json.loads(value).items()
        }
        files = {name: data for name, data in (good | changes).items() if data is not None}
        if files == good:
            return Verdict.SAME
        client = DirectoryClient(_copied(held, used), pinned)
        client.load()
        before = client.directory
        try:
            found = client.refresh(files, NOW_S + 60)
        except TocsinError:
            assert client.directory is before, "refused, and the directory is another"
            return Verdict.REFUSED
        return Verdict.ALLOWED if _taken(found) in rightly else Verdict.ACCEPTED

    return Target(make, judge)


def _of_a_stranger(folder: Path) -> dict[str, bytes]:
    """Another authority's files, as new as ours."""
    repository = new_repository(folder, COLOMBIA, BRAZIL, authority="stranger")
    for name in ("Stranger", "Another"):
        repository.put_targets(dict([Party(name).target()]), NOW_S)
    return {name: data for name, data in repository.files().items() if "root" not in name}


def _changed(
    name: str, good: dict[str, bytes], others: tuple[dict[str, bytes], ...], dice: random.Random
) -> str | None:
    match dice.randrange(8):
        case 0:
            return None
        case 1:
            data = dice.choice([*dice.choice(others).values(), *good.values()])
        case 2 | 3 if name.endswith(".json"):
            data = _other_metadata(good[name], dice)
        case _:
            data = mutated(good[name], dice)
    return b64encode(data).decode()


def _other_metadata(data: bytes, dice: random.Random) -> bytes:
    """Metadata with its values changed, or one role's signatures under another's content."""
    parsed = json.loads(data)
    if dice.random() < 0.8:
        parsed["signed"] = with_value(parsed["signed"], dice)
    else:
        parsed["signatures"] = with_value(parsed["signatures"], dice)
    return json.dumps(parsed).encode()


def _copied(held: Path, used: Path) -> Path:
    shutil.rmtree(used, ignore_errors=True)
    shutil.copytree(held, used)
    return used


def _taken(directory: Directory) -> tuple[Any, ...]:
    """What a reader would act on: all of it but how it was written down."""
    entries = (directory.participants, directory.audiences, directory.schemas, directory.layout)
    return (directory.version, directory.expires_at_s, directory.refused, *entries)


def open_memory(folder: Path) -> Target:
    """The target `memory`. An input is a file's name, a line feed, its content. Then the topic is read: it
    makes good what was lost, or the reader says what is wrong.
    """
    repository = new_repository(folder / "repository", COLOMBIA, NETHERLANDS)
    pinned, held, used = repository.pinned_root(), folder / "held", folder / "used"
    good = repository.files()
    wanted = _taken(DirectoryClient(held, pinned).refresh(good, NOW_S))
    files = {one.relative_to(held).as_posix(): one.read_bytes() for one in held.rglob("*") if one.is_file()}

    def make(dice: random.Random) -> bytes:
        return changing(files, dice)

    def judge(value: bytes) -> Verdict:
        head, _, data = value.partition(b"\n")
        if files.get(head.decode()) == data:
            return Verdict.SAME
        (_copied(held, used) / head.decode()).write_bytes(data)
        client = DirectoryClient(used, pinned)
        try:
            loaded = client.load()
            found = client.refresh(good, NOW_S + 60)
        except TocsinError:
            return Verdict.REFUSED
        rightly = _taken(found) == wanted and (loaded is None or _taken(loaded)[2:] == wanted[2:])
        return Verdict.ALLOWED if rightly else Verdict.ACCEPTED

    return Target(make, judge)


def open_entry(_folder: Path) -> Target:
    """The target `entry`. An input is the target's name, a line feed, its content."""
    entries = targets()
    names, others = sorted(entries), len(read_directory(7, NOW_S + DAY_S, entries).participants)

    def make(dice: random.Random) -> bytes:
        name = dice.choice(names)
        if dice.random() < 0.5:
            return name.encode() + b"\n" + mutated(entries[name], dice)
        data = with_value(json.loads(entries[name]), dice)
        return name.encode() + b"\n" + json.dumps(data, sort_keys=True, separators=(",", ":")).encode()

    def judge(value: bytes) -> Verdict:
        head, _, data = value.partition(b"\n")
        name = head.decode()
        if entries.get(name) == data:
            return Verdict.SAME
        try:
            found = read_directory(7, NOW_S + DAY_S, entries | {name: data})
        except TheirFault:
            assert name == STREAMS, "one bad entry refused the directory"
            return Verdict.REFUSED
        assert len(found.participants) >= others - 1 or name == STREAMS
        assert name == STREAMS or NEIGHBOUR.id in found.participants or NEIGHBOUR.id.hex() in name
        return Verdict.REFUSED if name in found.refused else Verdict.ALLOWED

    return Target(make, judge)
