"""Runs `tocsin` as its users do: a command line, a home, a passphrase file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LOG = "commands.log"
TOCSIN = Path(sys.executable).with_name("tocsin")


class SceneError(Exception):
    """A command did not do what the demo needs; the message is its own."""


@dataclass
class Commands:
    """The commands of one demo: every call is kept in `log`, so that what was shown can be repeated."""

    folder: Path
    bootstrap: str
    log: list[str] = field(default_factory=list)

    def environment(self, home: str) -> dict[str, str]:
        """What a user of `home` would have set."""
        where = {"TOCSIN_BOOTSTRAP": self.bootstrap} if self.bootstrap else {}
        return (
            os.environ
            | {
                "TOCSIN_HOME": str(self.folder / home),
                "TOCSIN_PASSPHRASE_FILE": str(self.folder / "passphrases" / home),
                "NO_COLOR": "1",
                "COLUMNS": "140",
            }
            | where
        )

    def run(self, home: str, *words: str, allowed: tuple[int, ...] = (0,), text: str | None = None) -> str:
        """Standard output of `tocsin WORDS` in `home`. Raises SceneError with its own message."""
        self.log.append(f"[{home}] tocsin {' '.join(words)}")
        done = subprocess.run(
            [TOCSIN, *words],
            env=self.environment(home),
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        with (self.folder / LOG).open("a") as log:
            log.write(done.stderr)
        if done.returncode not in allowed:
            said = (done.stderr or done.stdout).strip()[-1500:]
            raise SceneError(f"{self.log[-1]}\nexit {done.returncode}: {said}")
        return done.stdout

    def lines(self, home: str, *words: str, allowed: tuple[int, ...] = (0,)) -> list[dict[str, Any]]:
        """The JSON Lines that a command writes."""
        return [json.loads(line) for line in self.run(home, *words, allowed=allowed).splitlines()]
