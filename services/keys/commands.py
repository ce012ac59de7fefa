"""`tocsin keys init | request | accept | show`: from an empty folder to an admitted participant."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.runtime.options import DEFAULT_HOME, HomeOption, JsonOption, PassphraseFileOption

MAX_VALID_DAYS = 1_095


def register(app: typer.Typer) -> None:
    """Add `keys` to the root command."""
    keys = typer.Typer(no_args_is_help=True, help="Make this participant's keys and have it admitted.")
    keys.command(epilog="Example: tocsin keys init --name 'National Narcotics Unit' --country CO")(init)
    keys.command(epilog="Example: tocsin keys request --out request.json")(request)
    keys.command(epilog="Example: tocsin keys accept welcome.json")(accept)
    keys.command(epilog="Example: tocsin keys show --json")(show)
    app.add_typer(keys, name="keys")


def init(
    name: Annotated[str, typer.Option(help="The organisation's name, as others shall see it.")],
    country: Annotated[str, typer.Option(help="ISO 3166-1 code, two capitals.")],
    person: Annotated[
        str | None,
        typer.Option(help="Opaque handle of who holds the release key; made up if not given."),
    ] = None,
    valid_days: Annotated[
        int, typer.Option(min=1, max=MAX_VALID_DAYS, help="How long the keys are valid.")
    ] = 730,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Make the folder and four keys under one passphrase (at least 12 characters).

    There is no copy of the keys anywhere: whoever loses folder or passphrase is admitted anew.
    """
    from services.keys.making import KeyTerms, make_keys
    from services.keys.showing import told

    told(make_keys(home, KeyTerms(name, country, person, valid_days), passphrase_file))


def request(
    out: Annotated[
        Path | None, typer.Option(help="File to write; stdout if not given.", show_default=False)
    ] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Write the application for the authority: name, country, public keys, signed.

    It holds no secret. Read the fingerprint aloud to the authority, which sees the same one.
    """
    from services.keys.showing import hand_out

    hand_out(home, out)


def accept(
    welcome: Annotated[Path, typer.Argument(help="The authority's answer.")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Take the authority's answer: our id, and the directory's first root, which is pinned."""
    from services.keys.accepting import accept_welcome

    accept_welcome(home, welcome)


def show(as_json: JsonOption = False, home: HomeOption = DEFAULT_HOME) -> None:
    """Print ids, purposes and validity of the keys, and the request's fingerprint; never a secret."""
    from services.keys.showing import show_keys

    show_keys(home, as_json=as_json)
