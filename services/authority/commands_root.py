"""`tocsin authority root | holder | ceremony`: the root in the hands of several people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.runtime.options import DEFAULT_HOME, HomeOption, PassphraseFileOption

HolderFiles = Annotated[
    list[Path], typer.Option("--holder", help="Public file of a holder; repeat for each.")
]
QuorumOption = Annotated[int, typer.Option(min=1, help="How many of them must sign.")]
KINDS = ("create", "rotate", "lost-holder")


def register(authority: typer.Typer) -> None:
    """Add the groups `root` and `holder`, and `ceremony`."""
    root = typer.Typer(no_args_is_help=True, help="The root in the hands of several people.")
    root.command(
        epilog="Example: tocsin authority root draft --holder a.json --holder b.json --holder c.json "
        "--quorum 2 --out 2.root.json"
    )(draft)
    root.command(epilog="Example: tocsin authority root show 2.root.json")(show)
    root.command(epilog="Example: tocsin authority root install 2.root.json")(install)
    authority.add_typer(root, name="root")
    holder = typer.Typer(no_args_is_help=True, help="Who holds the root, on an offline machine.")
    holder.command(
        epilog="Example: tocsin authority holder new --home alice --name Alice --out alice.json"
    )(new)
    holder.command(epilog="Example: tocsin authority holder sign 2.root.json --home alice")(sign)
    authority.add_typer(holder, name="holder")
    authority.command(
        epilog="Example: tocsin authority ceremony create --person alice --person bob --person carol "
        "--quorum 2"
    )(ceremony)


def new(
    name: Annotated[str, typer.Option(help="Who holds it; stands in the root for all to read.")],
    out: Annotated[Path, typer.Option(help="Public file, for the stick.")],
    home: Annotated[Path, typer.Option(help="New folder of this holder.")],
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Make a holder's two keys, Ed25519 and ML-DSA-65, in a folder of their own."""
    from services.authority.holders import PUBLIC_FILE_MODE, new_holder
    from services.authority.telling import tell_aloud
    from tocsin.adapters.whole_files import write_whole
    from tocsin.core.enrolment import fingerprint
    from tocsin.runtime import console

    public = new_holder(home, name, passphrase_file)
    write_whole(out, public, PUBLIC_FILE_MODE)
    tell_aloud(fingerprint(public))
    console.say(f"{out} holds no secret: it goes to the authority. {home} stays with {name}, offline.")


def sign(
    file: Annotated[Path, typer.Argument(help="A draft, on the stick.")],
    home: Annotated[Path, typer.Option(help="Folder of this holder.")],
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Show a draft, and add this holder's signatures to it."""
    from services.authority.holders import sign_draft
    from services.authority.telling import tell_draft

    tell_draft(sign_draft(home, file, passphrase_file))


def draft(  # noqa: PLR0913 - one option for each thing that the root says
    out: Annotated[Path, typer.Option(help="Draft to write, for the stick.")],
    holder: HolderFiles = [],  # noqa: B006
    quorum: QuorumOption = 1,
    registrar: Annotated[
        list[Path], typer.Option(help="Public file of who signs the list of entries; repeat for each.")
    ] = [],  # noqa: B006
    registrar_quorum: Annotated[int, typer.Option(min=1, help="How many registrars must sign.")] = 1,
    no_registrars: Annotated[
        bool, typer.Option("--no-registrars", help="The authority's own folder signs the list again.")
    ] = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Draft the next root: other holders or registrars, or without options the same for another year.

    A root that the authority's own folder holds is signed at once. With registrars a change of the list is
    a proposal: see `tocsin authority proposal`. A root with other registrars is published with the first
    list that they sign: `tocsin authority renew` proposes one.
    """
    from services.authority.holders import PUBLIC_FILE_MODE, seats_of
    from services.authority.office import open_office
    from services.authority.seating import next_root
    from services.authority.telling import tell_draft
    from tocsin.adapters.tuf_holders import show_draft
    from tocsin.adapters.whole_files import write_whole
    from tocsin.core.errors import SettingsError

    if registrar and no_registrars:
        raise SettingsError("--registrar and --no-registrars contradict each other")
    seats = {"root": seats_of(holder, quorum)} if holder else {}
    if registrar:
        seats["targets"] = seats_of(registrar, registrar_quorum)
    with open_office(home, passphrase_file) as office:
        if no_registrars:
            seats["targets"] = office.repository.roots.own_seats("targets")
        drafted = next_root(office, seats)
    write_whole(out, drafted.data, PUBLIC_FILE_MODE)
    tell_draft(show_draft(drafted.data))


def show(file: Annotated[Path, typer.Argument(help="A draft, or a root.")]) -> None:
    """Say what a draft or a root says, and who has signed it."""
    from services.authority.telling import tell_draft
    from tocsin.adapters.tuf_holders import MAX_DRAFT_BYTES, show_draft
    from tocsin.adapters.whole_files import read_whole
    from tocsin.core.errors import SettingsError

    data = read_whole(file, MAX_DRAFT_BYTES)
    if data is None:
        raise SettingsError(f"there is no file {file}")
    tell_draft(show_draft(data))


def install(
    file: Annotated[Path, typer.Argument(help="A root that its holders signed.")],
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Take a root that enough holders signed, of this root and of the one before. Then publish."""
    from services.authority.founding import install_root
    from tocsin.runtime import console

    version, waits = install_root(home, passphrase_file, file)
    console.say(f"root {version} is in force here. Next: tocsin authority publish.")
    if waits:
        console.say(
            "It names others to sign the list of entries, and is published with the first list that they "
            "sign. First: tocsin authority renew."
        )


def ceremony(
    kind: Annotated[str, typer.Argument(help="create, rotate or lost-holder.")],
    person: Annotated[list[str], typer.Option(help="A holder's short name; repeat for each.")],
    quorum: QuorumOption,
) -> None:
    """Print the script of a ceremony, step by step, to be read aloud."""
    from services.authority.ceremony import check_people, script
    from tocsin.core.errors import SettingsError
    from tocsin.runtime import console

    if kind not in KINDS:
        raise SettingsError(f"there is no ceremony {kind}: use {', '.join(KINDS)}")
    if not len(person) < 2 * quorum <= 2 * len(person):
        raise SettingsError(
            f"a quorum of {quorum} of {len(person)}: more than half, and at most all of them"
        )
    check_people(person)
    for number, step in enumerate(script(kind, person, quorum), 1):
        console.data(f"{number}. {step}")
