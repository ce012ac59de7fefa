"""`tocsin import`: a file, a spool folder, a template. Options and help only, as in `commands`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tocsin.runtime.options import (
    DEFAULT_HOME,
    BootstrapOption,
    HomeOption,
    JsonOption,
    PassphraseFileOption,
)
from tocsin.runtime.usual_command import UsualGroup


class Numbers(StrEnum):
    """What divides a number from its decimals."""

    POINT = "point"
    COMMA = "comma"


class Dates(StrEnum):
    """The order of a date that is not ISO 8601."""

    ISO = "iso"
    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


def register_import(app: typer.Typer) -> None:
    """Add `import` to the root command."""
    group = typer.Typer(
        cls=UsualGroup,
        no_args_is_help=True,
        help="Reports from a table: `tocsin import FILE`, `--watch FOLDER`, `--explain FILE`, `template`.",
        epilog="Example: tocsin import seizures.csv.gz --profile unodc-ids --dry-run",
    )
    group.command("file", epilog="Example: tocsin import seizures.xlsx --sheet 2026 --dry-run")(import_)
    group.command(
        "template", epilog="Example: tocsin import template seizure --lang fr --out saisies.xlsx"
    )(template)
    app.add_typer(group, name="import")


def import_(  # noqa: PLR0913 - one parameter for each option
    file: Annotated[
        Path | None, typer.Argument(help="CSV (plain or gzip), XLSX or JSON Lines.", dir_okay=False)
    ] = None,
    profile: Annotated[
        str, typer.Option(help="What the columns mean: template (by their names), or unodc-ids.")
    ] = "template",
    map_: Annotated[
        Path | None, typer.Option("--map", help="What own columns mean (TOML).", show_default=False)
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show how it would be read, and propose a map.")
    ] = False,
    watch: Annotated[
        Path | None,
        typer.Option(help="Import every file that comes into this folder.", show_default=False),
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
    sheet: Annotated[
        str | None, typer.Option(help="Which sheet of a workbook.", show_default=False)
    ] = None,
    numbers: Annotated[
        Numbers | None,
        typer.Option(
            help="The decimal mark; not given: point, unless a column has both.", show_default=False
        ),
    ] = None,
    dates: Annotated[Dates, typer.Option(help="The order of dates such as 03/04/2026.")] = Dates.ISO,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row, keep nothing.")] = False,
    refused: Annotated[
        Path | None,
        typer.Option(
            help="Write refused rows there (0600), to correct and import: .xlsx, .csv or .jsonl.",
            show_default=False,
        ),
    ] = None,
    as_: Annotated[
        str | None,
        typer.Option("--as", help="Participant id that the home must be, else nothing is imported."),
    ] = None,
    audience: Annotated[
        str | None,
        typer.Option("--audience", help="Who may read it: focal-points …", show_default=False),
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Publish now, or only accept into the outbox.")
    ] = True,
    timeout_s: Annotated[
        float, typer.Option("--timeout-s", min=1, help="How many seconds to wait for Kafka at most.")
    ] = 3_600,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Turn the rows of a file into reports and publish them. Running it again adds nothing.

    How the file was read (encoding, separator, sheet) is said, and what is doubtful is asked, never
    guessed. Ends with 0 if every row is published, 3 if some were refused (each is named by its cell, or
    by line and column).
    """
    from services.producer.importing.tables import Format
    from services.producer.importing_file import Source, explain_file, import_file, try_file
    from services.producer.participant import check_is
    from services.producer.publishing import Ask
    from services.producer.watching import watch_folder

    if (file is None) is (watch is None):
        raise typer.BadParameter("give a FILE, or --watch FOLDER")
    if map_ is not None and profile != "template":
        raise typer.BadParameter("give --map or --profile, not both")
    source = Source(
        profile, Format(encoding, separator, sheet), map_, numbers and numbers.value, dates.value
    )
    if file is not None and explain:
        raise typer.Exit(explain_file(file, source.format))
    check_is(home, as_)
    ask = Ask(home, passphrase_file, bootstrap, timeout_s if wait else None, as_json)
    if watch is not None:
        raise typer.Exit(watch_folder(ask, watch, source, audience, settle_s))
    assert file is not None
    if dry_run:
        raise typer.Exit(try_file(ask, file, source, refused))
    raise typer.Exit(import_file(ask, file, source, refused, audience))


def template(
    kind: Annotated[str, typer.Argument(help="Kind of incident, e.g. seizure.")],
    out: Annotated[Path, typer.Option("--out", help="File to write: .xlsx or .csv.", dir_okay=False)],
    language: Annotated[str, typer.Option("--lang", help="en, fr, es or ar.")] = "en",
) -> None:
    """Write an empty table for a kind of incident; filled in, it imports without a map."""
    from services.producer.importing.templates import write_template
    from tocsin.runtime import console

    for path in write_template(kind, language, out):
        console.data(str(path))
