"""What the verbs that change a participant share: their options, and the way from a wish to an entry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.authority.changing import Change
    from services.authority.office import Office
    from tocsin.core.public_keys import Final

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="As `participant list` shows it.")]
NoteOption = Annotated[str, typer.Option("--note", help="For the authority's own record; not published.")]
HeadsOption = Annotated[
    bool, typer.Option("--heads/--no-heads", help="Believe what its last checkpoint states, or nothing.")
]
HeadsFileOption = Annotated[
    Path | None,
    typer.Option(help="Believe the heads in this file instead: a reader's `tocsin heads ID --out`."),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what it means, change nothing.")]


@dataclass(frozen=True)
class Way:
    """What every change is asked with."""

    home: Path
    passphrase_file: Path | None
    verb: str
    note: str
    dry_run: bool


@dataclass(frozen=True)
class Heads:
    """Up to where what a participant's record keys signed is believed: `file`, else its last checkpoint,
    else nothing.
    """

    stated: bool
    file: Path | None
    bootstrap: str | None

    def final(self, office: Office, id_: str) -> Final:
        """The final heads. Raises RefusedByRuleError for a file of another participant."""
        if self.file is not None:
            return _filed_heads(self.file, id_)
        return _stated_heads(office, id_, self.bootstrap) if self.stated else {}


def _filed_heads(file: Path, id_: str) -> Final:
    from services.authority.applications import read_optional
    from services.authority.telling import tell_aloud
    from tocsin.core.enrolment import fingerprint
    from tocsin.core.errors import RefusedByRuleError
    from tocsin.core.stated_heads import read_stated_heads
    from tocsin.runtime import console

    data = read_optional(file) or b""
    participant, final = read_stated_heads(data)
    if participant.hex() != id_.lower():
        raise RefusedByRuleError(f"{file} states the heads of {participant.hex()}, not of {id_}")
    console.say(f"{file} states the heads of {len(final)} logs; whoever wrote it must read the same:")
    tell_aloud(fingerprint(data))
    return final


def _stated_heads(office: Office, id_: str, bootstrap: str | None) -> Final:
    import asyncio

    from services.authority.last_heads import last_heads
    from tocsin.core.ids import parse_id
    from tocsin.runtime import console

    access = office.home.access(bootstrap)
    final, _at_s = asyncio.run(last_heads(access, office.directory(), parse_id(id_)))
    console.say(f"its last checkpoint states the heads of {len(final)} logs")
    return final


def change_participant(way: Way, id_: str, make: Callable[[Office], Change]) -> Office:
    """Say what a change means, and carry it out unless it is tried only; the office, not held any more.

    Raises RefusedByRuleError; then nothing changed.
    """
    from services.authority.changing import carry_out, decide
    from services.authority.office import open_office
    from services.authority.telling import tell_end
    from tocsin.core.ids import parse_id
    from tocsin.runtime import console

    with open_office(way.home, way.passphrase_file) as office:
        decision = decide(office, parse_id(id_), way.verb, way.note, make(office))
        console.say(f"{decision.participant.name} ({decision.participant.country}):")
        for effect in decision.effects:
            console.data(effect)
        if not way.dry_run:
            carry_out(office, decision)
        then = "Next: tocsin authority publish. Until then nobody knows of it."
        tell_end(office, then, dry_run=way.dry_run)
    return office
