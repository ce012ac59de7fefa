"""The reader's verbs: `subscribe`, `tap`, `reports`, `export`, `quarantine`, `consumer`, and those beside.

Options and help are here; what they do is in modules that are imported when a command runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.consumer.commands_attachments import register_attachments
from services.consumer.commands_letters import register_letters
from services.consumer.commands_screen import register_screen
from services.consumer.commands_wholeness import register_wholeness
from services.consumer.sinks import commands as sinks
from tocsin.runtime.options import (
    DEFAULT_HOME,
    BootstrapOption,
    HomeOption,
    JsonOption,
    PassphraseFileOption,
)

StreamsArgument = Annotated[str, typer.Argument(help="Streams, by comma: ion, pics, alerts; or all.")]
RegionOption = Annotated[
    list[str] | None, typer.Option("--region", help="Only this region; may be repeated.")
]
FromOption = Annotated[
    str | None,
    typer.Option(
        "--from",
        help="earliest, latest, or a time (ISO 8601, UTC unless it says).  [default: latest; with --sink "
        "earliest]",
        show_default=False,
    ),
]
SinkOption = Annotated[
    list[str] | None,
    typer.Option("--sink", help="spool=DIR, webhook=URL, ping=MAILBOX, or a sink of the settings."),
]
FilterOption = Annotated[
    list[str] | None,
    typer.Option("--filter", help="For the sinks: kind=seizure, hs=2933, action>=refuse; all must hold."),
]
QuietOption = Annotated[
    str | None,
    typer.Option("--quiet", help="For the sinks: 22:00-06:00 Europe/Amsterdam; delivered after."),
]
DigestOption = Annotated[
    int, typer.Option("--digest", min=0, max=1_440, help="For the sinks: only every so many minutes.")
]
OwnNetworkOption = Annotated[
    bool, typer.Option("--own-network", help="A webhook may lie in a private network.")
]
UntilEndOption = Annotated[
    bool, typer.Option("--until-end/--follow", help="Stop where the streams end now, or go on.")
]


def register(app: typer.Typer) -> None:
    """Add the reader's verbs to the root command."""
    app.command(epilog="Example: tocsin subscribe alerts --sink spool=in/")(subscribe)
    app.command(epilog="Example: tocsin tap ion,pics --to lake/ --until-end")(tap)
    app.command(epilog="Example: tocsin reports --stream pics --since 2026-01-01 --json")(reports)
    app.command(epilog="Example: tocsin export --stream pics --format xlsx --out pics.xlsx")(export)
    register_wholeness(app)
    register_attachments(app)
    register_letters(app)
    refused = typer.Typer(no_args_is_help=True, help="Records that were refused.")
    refused.command("list", epilog="Example: tocsin quarantine list --json")(quarantine_list)
    refused.command("show", epilog="Example: tocsin quarantine show 12")(quarantine_show)
    refused.command("retry", epilog="Example: tocsin quarantine retry --all")(quarantine_retry)
    app.add_typer(refused, name="quarantine")
    service = typer.Typer(no_args_is_help=True, help="The reader as a service.")
    service.command(epilog="Example: tocsin consumer serve --bootstrap kafka:9092")(serve)
    service.command(epilog="Example: tocsin consumer token dashboard")(token)
    app.add_typer(service, name="consumer")
    register_screen(app)
    sinks.register(app)


def subscribe(  # noqa: PLR0913 - one parameter for each option
    streams: StreamsArgument,
    region: RegionOption = None,
    begin: FromOption = None,
    until_end: UntilEndOption = False,
    attachments: Annotated[
        bool,
        typer.Option(
            "--attachments/--no-attachments", help="With ion and pics, also the files of reports."
        ),
    ] = True,
    sink: SinkOption = None,
    sink_filter: FilterOption = None,
    quiet: QuietOption = None,
    digest: DigestOption = 0,
    own_network: OwnNetworkOption = False,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Print reports as they come: JSON Lines when piped, else one line each; or bring them to sinks.

    The inbox of the home is brought up to date first, then printed from, each report once a run.
    `earliest` prints everything that it holds, `latest` what is news to it. Files of reports go into
    the inbox: see `tocsin attachments`. With `--sink` nothing is printed: each sink is brought what it
    was not brought yet, a new one from `--from` on (earliest). Ends with 0 if all is whole, 5 if
    something waits or is missing (each thing is said), 6 if no broker answers, 7 if the directory is
    too old.
    """
    from services.consumer.running import Asked, subscribe_to

    asked = Asked(home, passphrase_file, bootstrap, streams, tuple(region or ()), attachments)
    if sink:
        if as_json:
            raise typer.BadParameter("with --sink nothing is printed: leave --json out")
        from services.consumer.sinks.plans import Given
        from services.consumer.sinks.subscribing import bring_to_sinks

        given = Given(tuple(sink_filter or ()), quiet, digest, begin or "earliest", own_network)
        raise typer.Exit(bring_to_sinks(asked, tuple(sink), given, until_end=until_end))
    if sink_filter or quiet or digest or own_network:
        raise typer.BadParameter("--filter, --quiet, --digest and --own-network go with --sink")
    begin = begin or "latest"
    raise typer.Exit(subscribe_to(asked, begin, until_end=until_end, as_json=as_json))


def tap(  # noqa: PLR0913 - one parameter for each option
    streams: StreamsArgument,
    to: Annotated[Path, typer.Option("--to", help="Folder of the files; new, or filled by a tap.")],
    region: RegionOption = None,
    exercise: Annotated[bool, typer.Option("--exercise", help="Exercise reports too.")] = False,
    until_end: UntilEndOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Write reports as Parquet files (stream=/region=/month=) for DuckDB, Spark or a notebook.

    Each version of a report is one row, once, also after a crash and over many runs. The files hold
    content in clear: they are readable by you alone, and what becomes of them is yours to answer for.
    """
    from services.consumer.running import Asked, tap_into

    asked = Asked(home, passphrase_file, bootstrap, streams, tuple(region or ()))
    raise typer.Exit(tap_into(asked, to, exercise=exercise, until_end=until_end))


def reports(  # noqa: PLR0913 - one parameter for each option
    stream: Annotated[list[str] | None, typer.Option("--stream", help="Only this stream.")] = None,
    region: RegionOption = None,
    originator: Annotated[
        str | None, typer.Option("--originator", help="Name or id of the sender.")
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only this kind.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="Sent at or after this time.")] = None,
    after: Annotated[int, typer.Option("--after", min=0, help="Behind this cursor.")] = 0,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most so many.")] = 500,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """What the inbox holds, without asking Kafka; also beside a service that runs."""
    from services.consumer.looking import Looked, print_reports

    looked = Looked(tuple(stream or ()), tuple(region or ()), originator, kind, since)
    print_reports(home, passphrase_file, looked, (after, limit), as_json=as_json)


def export(  # noqa: PLR0913 - one parameter for each option
    out: Annotated[Path, typer.Option("--out", help="File to write (0600); replaced.", dir_okay=False)],
    file_format: Annotated[str, typer.Option("--format", help="csv, xlsx or jsonl; html or pdf.")],
    report: Annotated[
        str | None, typer.Argument(help="With html and pdf: id or national reference.")
    ] = None,
    stream: Annotated[list[str] | None, typer.Option("--stream", help="Only this stream.")] = None,
    region: RegionOption = None,
    originator: Annotated[
        str | None, typer.Option("--originator", help="Name or id of the sender.")
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only this kind.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="Sent at or after this time.")] = None,
    language: Annotated[str, typer.Option("--lang", help="Of the printed sheet: en, fr, es or ar.")] = "en",
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Write reports of the inbox to a file: a table, JSON Lines, or one report as a sheet to print.

    A table has the columns that `tocsin import` reads; cells that begin like formulas do not run. The
    file holds content in clear: it is readable by you alone, and what becomes of it is yours to answer
    for.
    """
    from services.consumer.exporting import FileFormat, export_reports
    from services.consumer.looking import Looked
    from services.consumer.printing import print_report

    if file_format not in list(FileFormat):
        raise typer.BadParameter(f"--format is one of {', '.join(FileFormat)}")
    if (file_format in {FileFormat.HTML, FileFormat.PDF}) is (report is None):
        raise typer.BadParameter("html and pdf take the id or reference of one REPORT, the others none")
    if report is not None:
        as_pdf = file_format == FileFormat.PDF
        print_report(home, passphrase_file, report, language, out, as_pdf=as_pdf)
        return
    looked = Looked(tuple(stream or ()), tuple(region or ()), originator, kind, since)
    export_reports(home, passphrase_file, looked, FileFormat(file_format), out)


def quarantine_list(
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Refused records: place, step of the ladder, reason."""
    from services.consumer.looking import print_quarantine

    print_quarantine(home, passphrase_file, as_json=as_json)


def quarantine_show(
    id_: Annotated[int, typer.Argument(metavar="ID", help="As in `quarantine list`.")],
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """One refused record, with the first 512 of its sealed bytes in hex."""
    from services.consumer.looking import print_refused

    print_refused(home, passphrase_file, id_)


def quarantine_retry(
    id_: Annotated[int | None, typer.Argument(metavar="[ID]", help="As in `quarantine list`.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every refused record.")] = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Read refused records again and judge them by the directory as it is now."""
    from services.consumer.running import Asked, retry

    if (id_ is None) is not everything:
        raise typer.BadParameter("give the ID of one record, or --all")
    raise typer.Exit(retry(Asked(home, passphrase_file, bootstrap, "all", attachments=True), id_))


def serve(
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Read on and on, and answer over HTTP: /v1/reports, /v1/stream, /healthz, /readyz, /metrics."""
    from services.consumer.app import serve_home

    serve_home(home, passphrase_file, bootstrap)


def token(
    name: Annotated[str, typer.Argument(help="What it is for, e.g. dashboard.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take the token of this name away.")] = False,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Make a bearer token for reading over HTTP; it is printed once and stored hashed."""
    from services.consumer.looking import make_token

    make_token(home, name, remove=remove)
