"""`tocsin authority acl …` and `login …`: who may do what at the broker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.runtime.options import (
    DEFAULT_HOME,
    BootstrapOption,
    HomeOption,
    PassphraseFileOption,
)

if TYPE_CHECKING:
    from services.authority.access import Difference
    from tocsin.adapters.kafka.security import KafkaAccess

DeclarationOption = Annotated[
    Path | None,
    typer.Option("--declaration", help="Instead of the access.toml that comes with Tocsin."),
]
StraysOption = Annotated[
    bool, typer.Option("--remove-strays", help="Remove also ACLs that nothing explains.")
]
NameArgument = Annotated[
    str, typer.Argument(metavar="PARTICIPANT", help="Its id, or a login of the declaration.")
]


def register(authority: typer.Typer) -> None:
    """Add the groups `acl` and `login`."""
    acl = typer.Typer(no_args_is_help=True, help="Who may read and write what at the broker.")
    acl.command(epilog="Example: tocsin authority acl plan")(plan)
    acl.command(epilog="Example: tocsin authority acl apply --yes")(apply)
    authority.add_typer(acl, name="acl")
    login = typer.Typer(no_args_is_help=True, help="Logins at the broker (SCRAM-SHA-512).")
    login.command("list", epilog="Example: tocsin authority login list")(list_all)
    login.command("add", epilog="Example: tocsin authority login add 6f…e1 --out 6f…e1.secret")(add)
    login.command("remove", epilog="Example: tocsin authority login remove 6f…e1")(remove)
    authority.add_typer(login, name="login")


def plan(
    declaration: DeclarationOption = None,
    remove_strays: StraysOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Print how ACLs differ from what the directory asks for: + missing, - too many, ? unexplained."""
    _access, found = _found(home, passphrase_file, bootstrap, declaration)
    _tell(found, strays=remove_strays, done="differ")


def apply(  # noqa: PLR0913 - one parameter for each option
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing, as `plan`.")] = False,
    declaration: DeclarationOption = None,
    remove_strays: StraysOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Print the difference, ask, then make it so. Logins of those who take part no more end."""
    import asyncio

    from services.authority import access

    where, found = _found(home, passphrase_file, bootstrap, declaration)
    count = found.changes(strays=remove_strays)
    if dry_run or not count:
        _tell(found, strays=remove_strays, done="differ")
        return
    for line in found.lines(strays=remove_strays):
        _print(line)
    _ask(count, yes=yes)
    asyncio.run(access.apply(where, found, strays=remove_strays))
    _advise(found, strays=remove_strays, said=f"{count} ACLs and logins brought in line")


def list_all(
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """The names of all logins, with whose they are."""
    import asyncio

    from services.authority.office import find_office
    from tocsin.adapters.kafka.logins import read_logins

    office = find_office(home, passphrase_file)
    names = {
        one.id.hex(): f"{one.name} ({one.country})" for one in office.directory().participants.values()
    }
    for name in sorted(asyncio.run(read_logins(office.home.access(bootstrap, admin=True)))):
        _print(f"{name} {names.get(name, '')}".rstrip())


def add(  # noqa: PLR0913 - one parameter for each option
    name: NameArgument,
    out: Annotated[Path, typer.Option(help="New file for the secret, private.")],
    renew: Annotated[bool, typer.Option("--renew", help="It has a login: another secret.")] = False,
    declaration: DeclarationOption = None,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Make a login; its secret is written to one file that only you may read, and shown nowhere."""
    from services.authority import logins
    from services.authority.office import find_office
    from tocsin.adapters import access_declaration
    from tocsin.runtime import console

    office = find_office(home, passphrase_file)
    declared = access_declaration.declaration(declaration)
    logins.check_name(name, office.directory(), declared, office.now_s())
    logins.add(office.home.access(bootstrap, admin=True), name, out, renew=renew)
    console.say(
        f"the secret of login {name} is in {out}: hand the file over, not by the way of the ca_file, and "
        "delete it here. In its home it is named by settings.toml:\n"
        f'[kafka]\nsecurity_protocol = "SASL_SSL"\nuser = "{name}"\npassword_file = "kafka.secret"'
    )


def remove(
    name: NameArgument,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """End a login, anybody's: who is connected stays so until the broker asks anew, ten minutes at most."""
    from services.authority import logins
    from services.authority.office import find_office
    from tocsin.runtime import console

    office = find_office(home, passphrase_file)
    logins.remove(office.home.access(bootstrap, admin=True), name)
    console.say(f"login {name} is removed")


def _found(
    home: Path, passphrase_file: Path | None, bootstrap: str | None, declaration: Path | None
) -> tuple[KafkaAccess, Difference]:
    import asyncio

    from services.authority import access
    from services.authority.office import find_office
    from tocsin.adapters import access_declaration

    office = find_office(home, passphrase_file)
    where, declared = office.home.access(bootstrap, admin=True), access_declaration.declaration(declaration)
    found = access.difference(where, office.directory(), declared, office.now_s())
    return where, asyncio.run(found)


def _tell(found: Difference, *, strays: bool, done: str) -> None:
    for line in found.lines(strays=strays):
        _print(line)
    _advise(found, strays=strays, said=f"{found.changes(strays=strays)} ACLs and logins {done}")


def _advise(found: Difference, *, strays: bool, said: str) -> None:
    from tocsin.runtime import console

    console.say(said)
    for sentence in found.advice(strays=strays):
        console.warn(sentence)


def _print(line: str) -> None:
    from tocsin.runtime import console

    console.data(console.harmless(line))


def _ask(count: int, *, yes: bool) -> None:
    """Returns if it shall be. Raises SettingsError where nobody can be asked."""
    import sys

    from tocsin.core.errors import SettingsError

    if yes:
        return
    if not sys.stdin.isatty():
        raise SettingsError("nothing was changed: look at the plan, then run again with --yes")
    typer.confirm(f"change {count} ACLs and logins?", abort=True, err=True)
