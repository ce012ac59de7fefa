"""`tocsin screen`: a firm's own parcels against its alerts. Options and help only, as in `commands`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.runtime.options import DEFAULT_HOME, HomeOption, JsonOption, PassphraseFileOption
from tocsin.runtime.usual_command import UsualGroup

HitArgument = Annotated[str, typer.Argument(metavar="HIT", help="Id of a hit, or how it begins.")]


def register_screen(app: typer.Typer) -> None:
    """Add `screen` to the root command."""
    group = typer.Typer(
        cls=UsualGroup,
        no_args_is_help=True,
        help="Look for what alerts name among your own parcels: `tocsin screen FILE`, or `-`; `--watch`.",
        epilog="Example: tocsin screen day.csv.gz --map map.toml",
    )
    group.command("file", epilog="Example: tocsin screen day.csv.gz --map map.toml")(screen)
    group.command("hits", epilog="Example: tocsin screen hits --open")(hits)
    group.command("explain", epilog="Example: tocsin screen explain 3fa9c2")(explain)
    group.command("answer", epilog="Example: tocsin screen answer 3fa9c2 stopped")(answer)
    app.add_typer(group, name="screen")


def screen(  # noqa: PLR0913 - one parameter for each option
    file: Annotated[
        Path | None,
        typer.Argument(help="CSV or JSON Lines, plain or gzip; - is standard input.", dir_okay=False),
    ] = None,
    map_: Annotated[
        Path | None, typer.Option("--map", help="What your own columns mean (TOML).", show_default=False)
    ] = None,
    watch: Annotated[
        Path | None,
        typer.Option(help="Screen every file that comes into this folder.", show_default=False),
    ] = None,
    archive: Annotated[
        Path | None,
        typer.Option(
            help="Screen the files kept here, for alerts that are new to each.", show_default=False
        ),
    ] = None,
    settle_s: Annotated[
        float, typer.Option("--settle-s", min=0.1, help="With --watch: unchanged for so many seconds.")
    ] = 5,
    encoding: Annotated[
        str | None, typer.Option(help="utf-8, utf-16, cp1250, cp1251, cp1252, gb18030.", show_default=False)
    ] = None,
    separator: Annotated[
        str | None, typer.Option(help="comma, semicolon, tab, bar, or a character.", show_default=False)
    ] = None,
    refused: Annotated[
        Path | None,
        typer.Option(help="Keep malformed rows there (0600, JSON Lines).", show_default=False),
    ] = None,
    own_list: Annotated[
        Path | None,
        typer.Option(
            "--list", help="Numbers of your own to look for: a CSV of type,value.", show_default=False
        ),
    ] = None,
    exercise: Annotated[bool, typer.Option("--exercise", help="Alerts of exercises too.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Look through parcels for what the alerts in your inbox name. Nothing leaves this machine.

    New hits are printed; running it again repeats none. Names of persons are never read. Ends with 0, or
    with 3 if a row was malformed (each is said by line) or a file is no table.
    """
    from services.consumer.screening.archive import screen_archive
    from services.consumer.screening.parcel_files import ParcelFormat
    from services.consumer.screening.parcel_map import ParcelMap, read_parcel_map
    from services.consumer.screening.screening import Asked, screen_file
    from services.consumer.screening.watching import watch_parcels

    if file is not None and (watch is not None or archive is not None):
        raise typer.BadParameter("give a FILE, or --watch FOLDER and --archive FOLDER")
    if file is None and watch is None and archive is None:
        raise typer.BadParameter("give a FILE, --watch FOLDER or --archive FOLDER")
    if refused is not None and file is None:
        raise typer.BadParameter("--refused goes with a FILE")
    parcel_map = ParcelMap() if map_ is None else read_parcel_map(map_)
    if own_list is not None and file is None and watch is None:
        raise typer.BadParameter("--list goes with a FILE or --watch")
    form = ParcelFormat(parcel_map, encoding, separator)
    asked = Asked(home, passphrase_file, form, exercise, own_list, as_json)
    if file is not None:
        raise typer.Exit(screen_file(asked, file, refused))
    if watch is not None:
        raise typer.Exit(watch_parcels(asked, watch, archive, settle_s))
    assert archive is not None
    raise typer.Exit(screen_archive(asked, archive))


def hits(
    only_open: Annotated[bool, typer.Option("--open", help="Only those without an answer.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Hits that were found, oldest first, each with what became of its alert."""
    from services.consumer.screening.showing import print_hits

    print_hits(home, passphrase_file, only_open=only_open, as_json=as_json)


def explain(
    hit: HitArgument,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """One hit: what the alert names beside what the parcel declares, what to do, until when."""
    from services.consumer.screening.showing import explain_hit

    explain_hit(home, passphrase_file, hit, as_json=as_json)


def answer(
    hit: HitArgument,
    code: Annotated[
        str,
        typer.Argument(
            help="stopped, held, refused, already-delivered, nothing-found, false-match, passed-on or"
            " not-lawful-here."
        ),
    ],
    note: Annotated[str, typer.Option(help="For yourselves; it is never sent.")] = "",
    with_parcel: Annotated[
        bool, typer.Option("--with-parcel-number", help="Send the parcel's number, too.")
    ] = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Say what became of a hit. The code alone leaves, unless you let the parcel's number leave too.

    A later answer to the same hit replaces an earlier one.
    """
    from services.consumer.screening.answering import answer_hit

    answer_hit(home, passphrase_file, (hit, code), note, with_parcel=with_parcel)
