"""A network of its own for the benches that need Kafka: one broker, an authority, the demo's actors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.demo import running, stage
from scripts.demo.command import Commands

FOLDER = Path("var/bench/stage").absolute()


@contextmanager
def network() -> Iterator[Commands]:
    """The commands of a fresh network; its broker is stopped at the end."""
    running.down(FOLDER)
    stage.empty(FOLDER)
    try:
        commands = Commands(FOLDER, stage.raise_kafka(FOLDER))
        stage.found(commands)
        yield commands
    finally:
        running.down(FOLDER)
