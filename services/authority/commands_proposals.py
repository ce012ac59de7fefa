"""`tocsin authority proposal …`: changes that several registrars look at and sign."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from tocsin.runtime.options import DEFAULT_HOME, HomeOption, JsonOption, PassphraseFileOption

FileArgument = Annotated[Path, typer.Argument(help="A proposal, on the stick.")]
COLUMNS = ("list", "changes", "signed_by", "needed", "state", "file")


def register(authority: typer.Typer) -> None:
    """Add the group `proposal`."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Changes that several registrars sign. Where the root names registrars, admit, participant, "
        "audience, stream, schema and renew each write a proposal in place of a signed list.",
    )
    group.command("list", epilog="Example: tocsin authority proposal list --json")(list_all)
    group.command(epilog="Example: tocsin authority proposal show 7-3fa1.proposal")(show)
    group.command(epilog="Example: tocsin authority proposal sign 7-3fa1.proposal --home alice")(sign)
    group.command(epilog="Example: tocsin authority proposal publish 7-3fa1.proposal")(publish)
    group.command(epilog="Example: tocsin authority proposal rebase 7-3fa1.proposal")(rebase)
    group.command(epilog="Example: tocsin authority proposal drop 7-3fa1.proposal")(drop)
    authority.add_typer(group, name="proposal")


def list_all(
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """The proposals of the authority's folder that are neither published nor dropped."""
    from services.authority.office import find_office
    from services.authority.proposing import rows
    from tocsin.runtime import console

    console.rows(rows(find_office(home, passphrase_file)), COLUMNS, as_json=as_json)


def show(file: FileArgument) -> None:
    """Say what a proposal changes, for whom, who has signed it, and its fingerprint. Needs no network."""
    from services.authority.proposing import read_file
    from services.authority.telling import tell_proposal
    from tocsin.adapters.tuf_proposals import judge

    at_s = int(time.time())
    tell_proposal(judge(read_file(file), at_s), at_s)


def sign(
    file: FileArgument,
    home: Annotated[Path, typer.Option(help="Folder of this registrar, from `holder new`.")],
    instead: Annotated[
        bool, typer.Option("--instead", help="Another list of this version, signed here, was dropped.")
    ] = False,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Show a proposal as `show` does, and add this registrar's signatures to it."""
    from services.authority.registrars import sign
    from services.authority.telling import tell_proposal

    at_s = int(time.time())
    tell_proposal(sign(home, file, passphrase_file, at_s, instead=instead), at_s)


def publish(
    files: Annotated[list[Path], typer.Argument(help="A proposal; copies signed elsewhere are merged.")],
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Put a proposal in force that enough registrars signed. Refused whole, or done whole."""
    from services.authority.office import open_office
    from services.authority.proposing import put_in_force
    from tocsin.runtime import console

    with open_office(home, passphrase_file) as office:
        judged = put_in_force(office, files)
    console.say(f"list {judged.version} is in force here, signed by {', '.join(judged.signed_by)}.")
    console.say("Next: tocsin authority topics apply where somebody is new, then tocsin authority publish.")


def rebase(
    file: FileArgument,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Propose the same changes over the list in force now, for another 7 days; nobody has signed it."""
    from services.authority.office import open_office
    from services.authority.proposing import rebase
    from services.authority.telling import tell_proposed

    with open_office(home, passphrase_file) as office:
        tell_proposed(rebase(office, file))


def drop(
    file: FileArgument,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Forget a proposal of the authority's folder: it was withdrawn, or is old."""
    from services.authority.office import open_office
    from services.authority.proposing import drop
    from tocsin.runtime import console

    with open_office(home, passphrase_file) as office:
        drop(office, file)
    console.say(f"{file} is dropped. Who signed it signs another list of its version with --instead.")
