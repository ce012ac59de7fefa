"""`tocsin authority participant …`: who takes part, and every change of it, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from services.authority import commands_papers
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
    JsonOption,
    PassphraseFileOption,
)

if TYPE_CHECKING:
    from services.authority.changing import Change
    from services.authority.office import Office


def register(authority: typer.Typer) -> None:
    """Add the group `participant`; its verbs that take papers are in `commands_papers`."""
    group = typer.Typer(no_args_is_help=True, help="Who takes part, and changes of it.")
    group.command("list", epilog="Example: tocsin authority participant list --json")(list_all)
    group.command("show", epilog="Example: tocsin authority participant show 6f…e1")(show)
    group.command(
        "agreement",
        epilog="Example: tocsin authority participant agreement 6f…e1 --reference MOU-8 --ends 2028-12-31",
    )(agreement)
    group.command(
        "contact",
        epilog="Example: tocsin authority participant contact 6f…e1 'drugs.desk@police.example, +31 70 …'",
    )(contact)
    group.command(
        "prefixes",
        epilog="Example: tocsin authority participant prefixes 6f…e1 --prefix awb:020 --prefix s10:CH",
    )(prefixes)
    group.command(
        "suspend",
        epilog="Example: tocsin authority participant suspend 6f…e1 --reason security --until 2027-01-31",
    )(suspend)
    group.command("resume", epilog="Example: tocsin authority participant resume 6f…e1")(resume)
    group.command("expel", epilog="Example: tocsin authority participant expel 6f…e1 --reason expelled")(
        expel
    )
    commands_papers.register(authority, group)
    authority.add_typer(group, name="participant")


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
    way = Way(home, passphrase_file, "agreement", note, dry_run)
    change_participant(way, id_, lambda office: new_agreement(reference, ends_s, office.now_s()))


def contact(
    id_: IdArgument,
    text: Annotated[str, typer.Argument(metavar="CONTACT", help="Of the office, never of a person.")],
    note: NoteOption = "",
    dry_run: DryRunOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Say how an office is reached: its firms are shown it when their agreement ends. '' takes it away."""
    from services.authority.changing import new_contact

    way = Way(home, passphrase_file, "contact", note, dry_run)
    change_participant(way, id_, lambda _office: new_contact(text))


def prefixes(  # noqa: PLR0913 - one parameter for each option
    id_: IdArgument,
    prefix: Annotated[
        list[str], typer.Option(help="How its own numbers begin (an S10: end); repeatable.")
    ] = [],  # noqa: B006
    none: Annotated[bool, typer.Option("--none", help="Take all away: any number may be its own.")] = False,
    note: NoteOption = "",
    dry_run: DryRunOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Say how a carrier's own numbers begin, in place of what its entry says.

    A target in an alert to it that begins otherwise is another firm's, and is refused by senders and by it.
    """
    from services.authority.changing import new_prefixes

    if none is bool(prefix):
        raise typer.BadParameter("give every --prefix that it has, or --none")
    way = Way(home, passphrase_file, "prefixes", note, dry_run)
    change_participant(way, id_, lambda _office: new_prefixes(prefix))


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
    way = Way(home, passphrase_file, "suspend", note, dry_run)
    change_participant(way, id_, lambda office: suspend(reason, until_s, office.now_s()))


def resume(
    id_: IdArgument,
    note: NoteOption = "",
    dry_run: DryRunOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """End a suspension now."""
    from services.authority.changing import resume

    way = Way(home, passphrase_file, "resume", note, dry_run)
    change_participant(way, id_, lambda office: resume(office.now_s()))


def expel(  # noqa: PLR0913 - one parameter for each option
    id_: IdArgument,
    reason: Annotated[str, typer.Option(help="expelled, withdrew or agreement-ended.")],
    heads: HeadsOption = True,
    heads_file: HeadsFileOption = None,
    note: NoteOption = "",
    dry_run: DryRunOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """End a participation for good. Its entry stays, so that its old reports can be verified.

    Its record keys end at the heads that it stated last (read from Kafka): what lies behind them is
    refused by every reader, whatever its date. With --heads-file they end at what a reader holds, where
    its own word is not to be trusted or was withheld; with --no-heads nothing of it is believed.
    """
    from services.authority.changing import expel

    def change(office: Office) -> Change:
        return expel(reason, Heads(heads, heads_file, bootstrap).final(office, id_), office.now_s())

    change_participant(Way(home, passphrase_file, "expel", note, dry_run), id_, change)
