"""The verbs that take a participant's papers: `challenge`, `participant change-keys`, `new-folder`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.authority.change_command import (
    DryRunOption,
    Heads,
    HeadsFileOption,
    HeadsOption,
    IdArgument,
    NoteOption,
    Way,
    change_participant,
)
from tocsin.runtime.options import (
    DEFAULT_HOME,
    BootstrapOption,
    HomeOption,
    PassphraseFileOption,
)

if TYPE_CHECKING:
    from services.authority.changing import Change
    from services.authority.office import Office


def register(authority: typer.Typer, group: typer.Typer) -> None:
    """Add `challenge` to the authority, and the others to `participant`."""
    authority.command(epilog="Example: tocsin authority challenge co.request.json --out co.challenge.json")(
        challenge
    )
    group.command(
        "change-keys",
        epilog="Example: tocsin authority participant change-keys co.change.json --answer co.answer.json",
    )(change_keys)
    group.command(
        "new-folder",
        epilog="Example: tocsin authority participant new-folder 6f…e1 request.json --answer answer.json",
    )(new_folder)


def challenge(
    file: Annotated[Path, typer.Argument(help="A request, or a change of keys.")],
    out: Annotated[Path | None, typer.Option(help="Challenge to hand back; else stdout.")] = None,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Ask who applies to show that it holds its KEM keys; `keys answer` answers, within 30 days."""
    from services.authority.applications import read_application
    from services.authority.challenging import challenge
    from services.authority.office import open_office
    from services.authority.telling import tell_aloud
    from tocsin.adapters.whole_files import write_whole
    from tocsin.core.challenge import write_challenge
    from tocsin.runtime import console

    application = read_application(file)
    with open_office(home, passphrase_file) as office:
        data = write_challenge(challenge(office, application.digest, application.keys))
    if out is None:
        console.data(data.decode())
    else:
        write_whole(out, data)
    tell_aloud(application.fingerprint)
    console.say("The other side must read the same.")
    console.say("Hand the challenge back; tocsin keys answer makes the file for --answer.")


def change_keys(
    file: Annotated[Path, typer.Argument(help="From the participant's `tocsin keys rotate`.")],
    answer: Annotated[Path | None, typer.Option(help="Its answer to the challenge.")] = None,
    note: NoteOption = "",
    dry_run: DryRunOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Add and retire keys of a participant, as a statement key of it that is in force signed."""
    from services.authority.applications import read_change, read_optional
    from services.authority.challenging import check, forget
    from tocsin.core.key_changes import apply_key_change
    from tocsin.runtime import console

    signed = read_change(file)
    keys = signed.change.keys
    answered = read_optional(answer)

    def change(office: Office) -> Change:
        if not dry_run:
            check(office, signed.digest, keys, answered)
        return lambda one: apply_key_change(signed, one, office.now_s())

    way = Way(home, passphrase_file, "change-keys", note, dry_run)
    done = change_participant(way, signed.change.participant.hex(), change)
    if not dry_run:
        forget(done, signed.digest)
    console.say(f"change {signed.digest.hex()}")


def new_folder(  # noqa: PLR0913 - one parameter for each option
    id_: IdArgument,
    file: Annotated[Path, typer.Argument(help="From `tocsin keys request` in its new folder.")],
    answer: Annotated[Path | None, typer.Option(help="Its answer to the challenge.")] = None,
    heads: HeadsOption = True,
    heads_file: HeadsFileOption = None,
    note: NoteOption = "",
    dry_run: DryRunOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Give a participant that lost its folder, or its statement key, the keys of a new one.

    Its old keys are revoked. Compare the fingerprint by voice: nothing else says that it is the same.
    Then hand it `tocsin authority welcome ID` for `tocsin keys accept`.
    """
    from services.authority.applications import read_application, read_optional, read_request_file
    from services.authority.challenging import check, forget
    from services.authority.changing import new_folder

    request, application = read_request_file(file), read_application(file)
    answered = read_optional(answer)

    def change(office: Office) -> Change:
        if not dry_run:
            check(office, application.digest, application.keys, answered)
        final = Heads(heads, heads_file, bootstrap).final(office, id_)
        return new_folder(request, final, office.now_s())

    done = change_participant(Way(home, passphrase_file, "new-folder", note, dry_run), id_, change)
    if not dry_run:
        forget(done, application.digest)
