"""Judges given inputs under a target's limits: `python -m tests.fuzz.replay CORPUS/TARGET/INPUT…`.

Prints the paths of those that are believed or of which something dies; with `--examples`, what each target
makes of its own unchanged inputs where it does not allow them.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from tests.fuzz.target import Target, Verdict
from tests.fuzz.targets import TARGETS, opener
from tests.fuzz.worker import Room, judged

_FINE = {(Verdict.ALLOWED, None)}


def judged_in_room(target: Target, data: bytes) -> tuple[str, str | None]:
    """As `judged`, under the target's limit of memory."""
    with Room(target.room_mib):
        return judged(target, data)


def main(words: list[str]) -> None:
    """Print what is amiss as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        targets = {name: opener(name)(Path(folder) / name) for name in TARGETS}
        if words == ["--examples"]:
            found = {
                name: [judged_in_room(one, data) for data in one.examples] for name, one in targets.items()
            }
            print(json.dumps({name: said for name, said in found.items() if set(said) - _FINE}))
            return
        bad = []
        for path in map(Path, words):
            _, fault = judged_in_room(targets[path.parent.name], path.read_bytes())
            if fault is not None:
                bad.append([str(path), fault])
        print(json.dumps(bad))


if __name__ == "__main__":
    main(sys.argv[1:])
