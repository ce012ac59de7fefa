"""`tocsin authority participant …`: who takes part, and every change of it, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.runtime.options import (
    DEFAULT_HOME,
    BootstrapOption,
    HomeOption,
    JsonOption,
    PassphraseFileOption,
)

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
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what it means, change nothing.")]


@dataclass(frozen=True)
class _Way:
    """What every change is asked with."""

    home: Path
    passphrase_file: Path | None
    verb: str
    note: str
    dry_run: bool


def register(authority: typer.Typer) -> None:
    """Add the group `participant` and `challenge`."""
    authority.command(epilog="Example: tocsin authority challenge co.request.json --out co.challenge.json")(
        challenge
    )
    group = typer.Typer(no_args_is_help=True, help="Who takes part, and changes of it.")
    group.command("list", epilog="Example: tocsin authority participant list --json")(list_all)
    group.command("show", epilog="Example: tocsin authority participant show 6f…e1")(show)
    group.command(
        "agreement",
        epilog="Example: tocsin authority participant agreement 6f…e1 --reference MOU-8 --ends 2028-12-31",
    )(agreement)
    group.command(
        "suspend",
        epilog="Example: tocsin authority participant suspend 6f…e1 --reason security --until 2027-01-31",
    )(suspend)
    group.command("resume", epilog="Example: tocsin authority participant resume 6f…e1")(resume)
    group.command("expel", epilog="Example: tocsin authority participant expel 6f…e1 --reason expelled")(
        expel
    )
    group.command(
        "change-keys",
        epilog="Example: tocsin authority participant change-keys co.change.json --answer co.answer.json",
    )(change_keys)
    group.command(
        "new-folder",
        epilog="Example: tocsin authority participant new-folder 6f…e1 request.json --answer answer.json",
    )(new_folder)
    authority.add_typer(group, name="participant")


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


def list_all(
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Everybody in the directory; warnings of what ends within 30 days."""
    from services.authority import listing
    from services.authority.office import find_office
    from tocsin.runtime import console

    office = find_office(home, passphrase_file)
    directory, now_s = office.directory(), office.now_s()
    console.rows(listing.participant_rows(directory, now_s), listing.COLUMNS, as_json=as_json)
    for warning in listing.warnings(directory, now_s):
        console.warn(warning)


def show(
    id_: IdArgument,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """One participant: standing, agreement, audiences, every key."""
    from services.authority.changing import present
    from services.authority.listing import show_participant
    from services.authority.office import find_office
    from tocsin.core.ids import parse_id
    from tocsin.runtime import console

    office = find_office(home, passphrase_file)
    directory = office.directory()
    participant = present(directory, parse_id(id_))
    console.json_line(show_participant(participant, directory, office.now_s()))


def agreement(  # noqa: PLR0913 - one parameter for each option
    id_: IdArgument,
    reference: Annotated[str, typer.Option(help="Reference of the agreement.")],
    ends: Annotated[str, typer.Option(help="Its last day, 2028-12-31.")],
    note: NoteOption = "",
    dry_run: DryRunOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Give a participant another agreement, or another end of it."""
    from services.authority.changing import new_agreement
    from tocsin.core.standing import day_end_s

    ends_s = day_end_s(ends)
    way = _Way(home, passphrase_file, "agreement", note, dry_run)
    _change(way, id_, lambda office: new_agreement(reference, ends_s, office.now_s()))


def suspend(  # noqa: PLR0913 - one parameter for each option
    id_: IdArgument,
    reason: Annotated[str, typer.Option(help="agreement, inquiry, own-request or security.")],
    until: Annotated[str | None, typer.Option(help="Last day; without it until resumed.")] = None,
    note: NoteOption = "",
    dry_run: DryRunOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Stop a participant for a while: it is sent no new key, and what it dates from now on is refused."""
    from services.authority.changing import suspend
    from tocsin.core.standing import day_end_s

    until_s = day_end_s(until) if until else None
    way = _Way(home, passphrase_file, "suspend", note, dry_run)
    _change(way, id_, lambda office: suspend(reason, until_s, office.now_s()))


def resume(
    id_: IdArgument,
    note: NoteOption = "",
    dry_run: DryRunOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """End a suspension now."""
    from services.authority.changing import resume

    way = _Way(home, passphrase_file, "resume", note, dry_run)
    _change(way, id_, lambda office: resume(office.now_s()))


def expel(  # noqa: PLR0913 - one parameter for each option
    id_: IdArgument,
    reason: Annotated[str, typer.Option(help="expelled, withdrew or agreement-ended.")],
    heads: HeadsOption = True,
    note: NoteOption = "",
    dry_run: DryRunOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """End a participation for good. Its entry stays, so that its old reports can be verified.

    Its record keys end at the heads that it stated last (read from Kafka): what lies behind them is
    refused by every reader, whatever its date. With --no-heads nothing more of it is believed.
    """
    from services.authority.changing import expel

    def change(office: Office) -> Change:
        final = _heads(office, id_, bootstrap) if heads else {}
        return expel(reason, final, office.now_s())

    _change(_Way(home, passphrase_file, "expel", note, dry_run), id_, change)


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

    way = _Way(home, passphrase_file, "change-keys", note, dry_run)
    done = _change(way, signed.change.participant.hex(), change)
    if not dry_run:
        forget(done, signed.digest)
    console.say(f"change {signed.digest.hex()}")


def new_folder(  # noqa: PLR0913 - one parameter for each option
    id_: IdArgument,
    file: Annotated[Path, typer.Argument(help="From `tocsin keys request` in its new folder.")],
    answer: Annotated[Path | None, typer.Option(help="Its answer to the challenge.")] = None,
    heads: HeadsOption = True,
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
        return new_folder(request, _heads(office, id_, bootstrap) if heads else {}, office.now_s())

    done = _change(_Way(home, passphrase_file, "new-folder", note, dry_run), id_, change)
    if not dry_run:
        forget(done, application.digest)


def _heads(office: Office, id_: str, bootstrap: str | None) -> Final:
    """The heads that the participant stated last, read from Kafka."""
    import asyncio

    from services.authority.last_heads import last_heads
    from tocsin.core.ids import parse_id
    from tocsin.runtime import console

    access = office.home.access(bootstrap)
    final, _at_s = asyncio.run(last_heads(access, office.directory(), parse_id(id_)))
    console.say(f"its last checkpoint states the heads of {len(final)} logs")
    return final


def _change(way: _Way, id_: str, make: Callable[[Office], Change]) -> Office:
    from services.authority.changing import carry_out, decide
    from services.authority.office import open_office
    from tocsin.core.ids import parse_id
    from tocsin.runtime import console

    with open_office(way.home, way.passphrase_file) as office:
        decision = decide(office, parse_id(id_), way.verb, way.note, make(office))
        console.say(f"{decision.participant.name} ({decision.participant.country}):")
        for effect in decision.effects:
            console.data(effect)
        if way.dry_run:
            console.say("nothing was changed; without --dry-run it will be")
        else:
            carry_out(office, decision)
            console.say("Next: tocsin authority publish. Until then nobody knows of it.")
    return office
