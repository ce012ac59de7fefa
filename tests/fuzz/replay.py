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
from tests.fuzz.worker import Room, told


def judged(target: Target, data: bytes) -> str:
    """The verdict, or the error in words."""
    with Room(target.room_mib):
        try:
            return target.judge(data)
        except Exception as error:
            return told(error)


def main(words: list[str]) -> None:
    """Print what is amiss as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        targets = {name: opener(name)(Path(folder) / name) for name in TARGETS}
        if words == ["--examples"]:
            found = {name: [judged(one, data) for data in one.examples] for name, one in targets.items()}
            print(json.dumps({name: said for name, said in found.items() if set(said) - {Verdict.ALLOWED}}))
            return
        bad = []
        for path in map(Path, words):
            verdict = judged(targets[path.parent.name], path.read_bytes())
            if verdict not in set(Verdict) - {Verdict.ACCEPTED}:
                bad.append([str(path), verdict])
        print(json.dumps(bad))


if __name__ == "__main__":
    main(sys.argv[1:])
