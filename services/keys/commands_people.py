"""`tocsin people` and `tocsin audit`: who acts for the participant, and what they did. Options only."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.runtime.options import (
    DEFAULT_HOME,
    HomeOption,
    JsonOption,
    PassphraseFileOption,
    PersonFileOption,
)

MAX_VALID_DAYS = 1_095
AsOption = Annotated[
    str | None, typer.Option("--as", help="The administrator who does this; asked for a passphrase.")
]
OutOption = Annotated[
    Path | None, typer.Option(help="File for the authority; stdout if not given.", show_default=False)
]


def register_people(app: typer.Typer) -> None:
    """Add `people` and `audit` to the root command."""
    people = typer.Typer(no_args_is_help=True, help="Local accounts: who proposes, who releases.")
    people.command(
        epilog="Example: tocsin people add ben --name 'Ben Silva' --role release-officer --as ana "
        "--out ben.change"
    )(add)
    people.command(epilog="Example: tocsin people disable ben --as ana --reason 'left the unit'")(disable)
    people.command("list", epilog="Example: tocsin people list")(list_people)
    people.command(epilog="Example: tocsin people request --out keys.change")(request)
    app.add_typer(people, name="people")
    audit = typer.Typer(no_args_is_help=True, help="The log of who proposed, released, exported, withdrew.")
    audit.command(epilog="Example: tocsin audit verify")(verify)
    audit.command(epilog="Example: tocsin audit show --json")(show)
    audit.command(epilog="Example: tocsin audit restart --as ana --reason 'disk was restored'")(restart)
    app.add_typer(audit, name="audit")


def add(  # noqa: PLR0913 - one parameter for each option
    handle: Annotated[str, typer.Argument(help="What people type: ana, b.silva.")],
    name: Annotated[str, typer.Option(help="The person's name; it stays in this home, encrypted.")],
    role: Annotated[
        list[str],
        typer.Option(help="officer, release-officer, reader, administrator or auditor; repeatable."),
    ],
    acting: AsOption = None,
    valid_days: Annotated[
        int, typer.Option(min=1, max=MAX_VALID_DAYS, help="How long a release key is valid.")
    ] = 730,
    new_passphrase_file: Annotated[
        Path | None,
        typer.Option(help="The new person's passphrase, mode 0600; asked twice if not given."),
    ] = None,
    out: OutOption = None,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    person_file: PersonFileOption = None,
) -> None:
    """Add an account with a passphrase of its own, which the person types and nobody else knows.

    The first account is an administrator's; later ones are added by an administrator. A release officer
    gets a release key: hand the change to the authority, since it counts once the directory has it.
    """
    from services.keys.people import Administrator, NewPerson
    from services.keys.people_told import add_told

    new = NewPerson(handle, name, tuple(role), valid_days, new_passphrase_file)
    add_told(home, passphrase_file, Administrator(acting, person_file), new, out)


def disable(  # noqa: PLR0913 - one parameter for each option
    handle: Annotated[str, typer.Argument(help="As `tocsin people list` shows it.")],
    reason: Annotated[str, typer.Option(help="For the audit log; one line, no content.")],
    acting: AsOption = None,
    stolen: Annotated[
        bool, typer.Option("--stolen", help="Somebody else may have the key: what it signed is void.")
    ] = False,
    out: OutOption = None,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    person_file: PersonFileOption = None,
) -> None:
    """Disable an account here at once; hand the change to the authority, so that readers refuse its key.

    The account stays in the list, since the audit log names it.
    """
    from services.keys.people import Administrator
    from services.keys.people_told import Leaving, disable_told

    leaving = Leaving(handle, reason, stolen)
    disable_told(home, passphrase_file, Administrator(acting, person_file), leaving, out)


def list_people(
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Show the accounts: roles, opaque handle, and whether the directory has the release key."""
    from services.keys.people_told import list_told

    list_told(home, passphrase_file, as_json=as_json)


def request(
    out: OutOption = None, home: HomeOption = DEFAULT_HOME, passphrase_file: PassphraseFileOption = None
) -> None:
    """Write the change for the authority again: release keys that it has not taken up or retired."""
    from services.keys.people_told import request_told

    request_told(home, passphrase_file, out)


def verify(
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check every line of the audit log against the one before it, and its end against the database.

    Ends with 0 if it is whole, 3 if a line was changed, removed, added or cut off. Keep the number and
    the hash that it prints elsewhere: then even who has every passphrase cannot write the past anew.
    """
    from services.keys.auditing import verify_log

    verify_log(home, passphrase_file, as_json=as_json)


def show(
    who: Annotated[str | None, typer.Option(help="Only what this person did.")] = None,
    what: Annotated[
        str | None, typer.Option(help="Only what was done to this proposal or account.")
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Show the audit log: who did what to which, when and why; never content. Needs no passphrase."""
    from services.keys.auditing import show_log

    raise typer.Exit(show_log(home, who, what, as_json=as_json))


def restart(
    reason: Annotated[str, typer.Option(help="What happened to the log.")],
    acting: Annotated[str, typer.Option("--as", help="The administrator who looked.")],
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    person_file: PersonFileOption = None,
) -> None:
    """Put a damaged audit log aside and go on in a new one, whose first line says so."""
    from services.keys.auditing import restart_log
    from services.keys.people import Administrator

    restart_log(home, passphrase_file, Administrator(acting, person_file), reason)
