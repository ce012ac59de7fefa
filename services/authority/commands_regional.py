"""`tocsin authority registrar …` at the authority, and `region …` at a regional registrar's own desk."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from services.authority.change_command import DryRunOption
from tocsin.runtime.options import (
    DEFAULT_HOME,
    BootstrapOption,
    HomeOption,
    JsonOption,
    PassphraseFileOption,
)

NameArgument = Annotated[str, typer.Argument(help="As caribbean: small letters, digits, hyphens.")]
DeskOption = Annotated[Path, typer.Option(help="Folder of this registrar, from `holder new`.")]


def register(authority: typer.Typer) -> None:
    """Add the groups `registrar` and `region`."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Regional registrars: each admits and changes the participants of its own regions, no others.",
    )
    group.command(
        epilog="Example: tocsin authority registrar add caribbean --region caribbean --keys dora.json"
    )(add)
    group.command(epilog="Example: tocsin authority registrar remove caribbean --take-over --dry-run")(
        remove
    )
    group.command("list", epilog="Example: tocsin authority registrar list --json")(list_all)
    group.command(epilog="Example: tocsin authority registrar take stick/region.list --dry-run")(take)
    group.command(epilog="Example: tocsin authority registrar state --out stick/directory.state")(state)
    authority.add_typer(group, name="registrar")
    desk = typer.Typer(
        no_args_is_help=True,
        help="A regional registrar's own folder: there admit, participant and renew sign its list.",
    )
    desk.command(
        epilog="Example: tocsin authority region init caribbean --home dora --state stick/directory.state"
    )(init)
    desk.command(
        epilog="Example: tocsin authority region update --home dora --state stick/directory.state"
    )(update)
    authority.add_typer(desk, name="region")


def add(
    name: NameArgument,
    region: Annotated[list[str], typer.Option(help="What it may sign for; repeatable.")],
    keys: Annotated[Path, typer.Option(help="Its public file, from `holder new` on its own machine.")],
    dry_run: DryRunOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Let an office admit and change the participants of its regions; compare its keys' fingerprint."""
    from services.authority import regional_registrars
    from services.authority.holders import read_holder_aloud
    from services.authority.office import open_office
    from services.authority.telling import tell_aloud, tell_end
    from tocsin.runtime import console

    holder, fingerprint = read_holder_aloud(keys)
    with open_office(home, passphrase_file) as office:
        told = regional_registrars.add(office, name, region, holder, dry_run=dry_run)
    for sentence in told:
        console.data(sentence)
    tell_aloud(fingerprint)
    then = "Next: tocsin authority publish, and registrar state for its own folder."
    tell_end(office, then, dry_run=dry_run)


def remove(
    name: NameArgument,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Keep whom it admitted, in the top list, after a look.")
    ] = False,
    leave_out: Annotated[
        list[str], typer.Option(help="With --take-over: the id of one that a thief admitted; repeatable.")
    ] = [],  # noqa: B006
    dry_run: DryRunOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Take a regional registrar away: it was robbed, or is no more. Says first who is concerned."""
    from services.authority import regional_registrars
    from services.authority.office import open_office
    from services.authority.telling import tell_end
    from tocsin.core.ids import parse_id
    from tocsin.runtime import console

    without = frozenset(map(parse_id, leave_out))
    if without and not take_over:
        raise typer.BadParameter("--leave-out says whom --take-over does not take")
    with open_office(home, passphrase_file) as office:
        removal = regional_registrars.removal(office, name, take_over=take_over, without=without)
        for sentence in removal.effects:
            console.data(console.harmless(sentence))
        if not dry_run:
            regional_registrars.remove(office, removal)
    then = "Next: tocsin authority publish. Until then nobody knows of it."
    tell_end(office, then, dry_run=dry_run)


def list_all(
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """The regional registrars, how many participants each has, and how long its list lasts."""
    from services.authority import regional_registrars
    from services.authority.office import find_office
    from tocsin.runtime import console

    rows = regional_registrars.rows(find_office(home, passphrase_file))
    console.rows(rows, regional_registrars.COLUMNS, as_json=as_json)


def take(
    file: Annotated[Path, typer.Argument(help="A registrar's region.list.")],
    dry_run: DryRunOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Put a regional list in force, after saying what it changes. Refused whole, or done whole."""
    from services.authority import regional_registrars
    from services.authority.office import open_office
    from tocsin.runtime import console

    with open_office(home, passphrase_file) as office:
        taking = regional_registrars.look_at(office, file)
        for effect in taking.effects or ["no entry changes: the same list is signed for another 60 days"]:
            console.data(console.harmless(effect))
        if not dry_run:
            regional_registrars.take(office, taking)
    if dry_run:
        console.say("nothing was changed; without --dry-run it will be")
    else:
        console.say(f"list {taking.paper.version} of {taking.registrar.name} is in force here.")
        console.say(
            "Next: topics apply and acl apply where somebody is new, then tocsin authority publish."
        )


def state(
    out: Annotated[Path, typer.Option(help="The file for the registrar; it holds no secret.")],
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Write the directory as it is now to a file, for a registrar without a broker. It lasts 24 hours."""
    from services.authority.office import open_office
    from services.authority.telling import tell_first_root
    from tocsin.adapters.tuf_regional_papers import write_state
    from tocsin.adapters.whole_files import write_whole
    from tocsin.runtime import console

    with open_office(home, passphrase_file) as office:
        write_whole(out, write_state(office.repository.files()), 0o644)
        tell_first_root(office.repository.pinned_root())
    console.say(f"{out} holds the directory of now; a registrar takes it within 24 hours.")


def init(
    name: NameArgument,
    state: Annotated[Path, typer.Option(help="From `registrar state` of the authority.")],
    home: DeskOption,
) -> None:
    """Make a holder's folder a regional registrar's. Compare the first root's fingerprint aloud."""
    from services.authority import regional_office
    from services.authority.telling import tell_aloud
    from tocsin.runtime import console

    folder = home.expanduser().absolute()
    print_ = regional_office.start(folder, name, state, int(time.time()))
    console.say(f"{folder} is a regional registrar's. The authority must read the same of its first root:")
    tell_aloud(print_)
    console.say("Next: challenge, admit and participant with --home here; each signs region.list.")


def update(
    home: DeskOption,
    state: Annotated[
        Path | None, typer.Option(help="From `registrar state`; without it the broker is asked.")
    ] = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Take over the newest state of the directory, verified."""
    import asyncio

    from services.authority import regional_office
    from tocsin.adapters.home import ParticipantHome
    from tocsin.adapters.tuf_topic import DirectoryTopic
    from tocsin.runtime import console

    folder, now_s = home.expanduser().absolute(), int(time.time())
    if state is not None:
        regional_office.update_from(folder, state, now_s)
    else:
        topic = DirectoryTopic(ParticipantHome(folder).access(bootstrap))
        asyncio.run(topic.read(anew=True))
        regional_office.update(folder, topic.files, now_s)
    console.say("the directory is as the authority published it.")
