"""`tocsin authority standby …`: a second machine that keeps the directory fresh in an emergency."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.runtime.options import DEFAULT_HOME, BootstrapOption, HomeOption, PassphraseFileOption

if TYPE_CHECKING:
    from tocsin.adapters.tuf_holders import Holder

StandbyHome = Annotated[Path, typer.Option("--home", help="Folder of the standby.")]
DraftOption = Annotated[
    Path | None, typer.Option(help="Where people hold the root: the draft for them to sign.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, do nothing.")]


def register(authority: typer.Typer) -> None:
    """Add the group `standby`."""
    group = typer.Typer(
        no_args_is_help=True,
        help="A second machine that signs the timestamp while the authority is silent, and nothing else.",
    )
    group.command(
        "new",
        epilog="Example: tocsin authority standby new --home standby --name Vienna --out standby.json",
    )(new)
    group.command("admit", epilog="Example: tocsin authority standby admit standby.json --out 1.root.json")(
        admit
    )
    group.command("accept", epilog="Example: tocsin authority standby accept 1.root.json --home standby")(
        accept
    )
    group.command("sign", epilog="Example: tocsin authority standby sign --home standby --dry-run")(sign)
    group.command("serve", epilog="Example: tocsin authority standby serve --home standby")(serve)
    group.command("remove", epilog="Example: tocsin authority standby remove")(remove)
    authority.add_typer(group, name="standby")


def new(
    name: Annotated[str, typer.Option(help="Which standby; stands in the root for all to read.")],
    out: Annotated[Path, typer.Option(help="Public file, for the authority.")],
    home: StandbyHome,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """On the standby's machine: make its folder and its one key."""
    from services.authority.holders import PUBLIC_FILE_MODE
    from services.authority.standby import new_standby
    from services.authority.telling import tell_aloud
    from tocsin.adapters.whole_files import write_whole
    from tocsin.core.enrolment import fingerprint
    from tocsin.runtime import console

    public = new_standby(home, name, passphrase_file)
    write_whole(out, public, PUBLIC_FILE_MODE)
    tell_aloud(fingerprint(public))
    console.say(f"{out} holds no secret: it goes to the authority, for tocsin authority standby admit")


def admit(
    file: Annotated[Path, typer.Argument(help="From `standby new`.")],
    out: Annotated[Path, typer.Option(help="The first root, for the standby to pin.")],
    draft: DraftOption = None,
    dry_run: DryRunOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """At the authority: a next root that lets this standby sign timestamps. Compare the fingerprint aloud.

    The standby's user of Kafka must be allowed to write to the directory's topic too.
    """
    from services.authority.holders import PUBLIC_FILE_MODE
    from services.authority.office import open_office
    from services.authority.seating import read_standby_file
    from services.authority.telling import tell_aloud, tell_first_root
    from tocsin.adapters.whole_files import write_whole
    from tocsin.runtime import console

    holder, fingerprint = read_standby_file(file)
    console.say(
        f"{holder.name}: signs timestamps while the authority is silent for 3 hours, for 72 at most"
    )
    tell_aloud(fingerprint)
    _seat(home, passphrase_file, holder, draft, dry_run=dry_run)
    if not dry_run:
        with open_office(home, passphrase_file) as office:
            pinned = office.repository.pinned_root()
        write_whole(out, pinned, PUBLIC_FILE_MODE)
        tell_first_root(pinned)
        console.say(f"{out} goes to the standby, for tocsin authority standby accept")


def remove(
    draft: DraftOption = None,
    dry_run: DryRunOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """At the authority: a next root without the standby. What it signed before counts until it ends."""
    _seat(home, passphrase_file, None, draft, dry_run=dry_run)


def _seat(
    home: Path, passphrase_file: Path | None, holder: Holder | None, draft: Path | None, *, dry_run: bool
) -> None:
    from services.authority.holders import PUBLIC_FILE_MODE
    from services.authority.office import open_office
    from services.authority.seating import seat_standby
    from services.authority.telling import tell_draft
    from tocsin.adapters.tuf_holders import show_draft
    from tocsin.adapters.whole_files import write_whole
    from tocsin.core.errors import SettingsError
    from tocsin.runtime import console

    with open_office(home, passphrase_file) as office:
        root = seat_standby(office, holder)
        if not root.signed and draft is None:
            raise SettingsError("people hold the root here: give --draft FILE for them to sign")
        tell_draft(show_draft(root.data))
        if dry_run:
            console.say("nothing was changed; without --dry-run it will be")
        elif root.signed:
            version = office.repository.roots.install(root.data, office.now_s())
            console.say(f"root {version} is in force here. Next: tocsin authority publish.")
        elif draft is not None:
            write_whole(draft, root.data, PUBLIC_FILE_MODE)
            console.say("Next: tocsin authority holder sign, root install, publish.")


def accept(
    file: Annotated[Path, typer.Argument(help="The authority's first root.")],
    home: StandbyHome,
) -> None:
    """On the standby's machine: pin the authority's first root. Compare its fingerprint aloud."""
    from services.authority.standby import accept_root
    from services.authority.telling import tell_aloud
    from tocsin.runtime import console

    tell_aloud(accept_root(home, file))
    console.say("Next: tocsin authority standby sign --dry-run, then keep standby serve running.")


def sign(
    home: StandbyHome,
    dry_run: DryRunOption = False,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Look at the topic once; sign where the authority has been silent for 3 hours.

    Ends with 3 where it must not sign: the topic shows an old state, the clock is behind, the list of
    entries has ended, or the authority has been silent for over 72 hours.
    """
    import asyncio

    from services.authority.standby import hold_standby, open_standby
    from tocsin.core.errors import RefusedByRuleError
    from tocsin.core.standby import Turn
    from tocsin.runtime import console

    standby = open_standby(home, passphrase_file, bootstrap)

    async def run() -> None:
        stamp, choice = await standby.look()
        console.say(f"timestamp {stamp.version}: {choice.reason}")
        if choice.turn is Turn.REFUSE:
            raise RefusedByRuleError(f"nothing was signed: {choice.reason}")
        if choice.turn is Turn.WAIT:
            console.say("nothing to do")
        elif dry_run:
            console.say("nothing was signed; without --dry-run it would be")
        else:
            console.data(f"timestamp {await standby.sign(stamp)}")
            console.warn("the standby stands in for the authority: bring it back")

    with hold_standby(standby):
        asyncio.run(run())


def serve(
    home: StandbyHome,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Run the service that looks every 5 minutes; /readyz answers 503 while it stands in."""
    from services.authority.standby_serving import serve_standby

    serve_standby(home, passphrase_file, bootstrap)
