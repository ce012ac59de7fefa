"""Opens the correspondence of a home, to look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.consumer.participant import open_participant
from tocsin.adapters.correspondence import Correspondence, open_correspondence


@dataclass(frozen=True, slots=True)
class Look:
    """The options of every command that looks at letters."""

    home: Path
    passphrase_file: Path | None
    as_json: bool = False


@contextmanager
def looking(look: Look) -> Iterator[Correspondence]:
    """The correspondence of the home, beside services that run. Raises TocsinError."""
    participant = open_participant(look.home, look.passphrase_file)
    with open_correspondence(participant.home, participant.storage_key) as correspondence:
        yield correspondence
