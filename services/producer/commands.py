"""The publisher's verbs: `publish`, `send`, `status`, `producer`; the other groups register here.

Options and help are here; what they do is in modules that are imported when a command runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.producer.commands_alert import register_alert
from services.producer.commands_attachment import register_attachment
from services.producer.commands_codes import register_codes
from services.producer.commands_import import register_import
from services.producer.commands_letters import register_letters
from services.producer.commands_report import register_report
from services.producer.commands_request import register_request
from services.producer.options import (
    AttachOption,
    AudienceOption,
    KeepLocationOption,
    ShrinkOption,
    WaitOption,
)
from tocsin.runtime.options import (
    DEFAULT_HOME,
    BootstrapOption,
    HomeOption,
    JsonOption,
    PassphraseFileOption,
)
from tocsin.runtime.usual_command import UsualGroup

TimeoutOption = Annotated[
    float, typer.Option("--timeout-s", min=1, help="How many seconds to wait for Kafka at most.")
]


def register(app: typer.Typer) -> None:
    """Add the publisher's verbs to the root command."""
    publishing = typer.Typer(
        cls=UsualGroup,
        help="Publish reports: `tocsin publish FILE`; or a firm's `tip`.",
        epilog="Example: tocsin publish report.json",
    )
    publishing.command("file", epilog="Example: tocsin publish report.json")(publish)
    app.add_typer(publishing, name="publish")
    app.command(epilog="Example: tocsin send")(send)
    app.command(epilog="Example: tocsin status XX-CUS-2026-00001")(status)
    register_import(app)
    register_report(app)
    register_alert(app)
    register_attachment(app)
    register_codes(app)
    register_letters(app, publishing)
    register_request(app)
    service = typer.Typer(no_args_is_help=True, help="The publisher as a service.")
    service.command(epilog="Example: tocsin producer serve --bootstrap kafka:9092")(serve)
    service.command(epilog="Example: tocsin producer token customs-database")(token)
    app.add_typer(service, name="producer")


def publish(  # noqa: PLR0913 - one parameter for each option
    file: Annotated[
        str, typer.Argument(help="JSON object, JSON array or JSON Lines; - reads stdin.")
    ] = "-",
    audience: AudienceOption = None,
    kind: Annotated[
        str | None,
        typer.Option(help="incident or alert; seen from the fields if not given.", show_default=False),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="New content under a known reference is a new version.")
    ] = False,
    approve: Annotated[
        bool, typer.Option("--approve", help="Release it with the release key of this home.")
    ] = False,
    attach: AttachOption = None,
    keep_location: KeepLocationOption = False,
    shrink: ShrinkOption = False,
    withdraw: Annotated[
        str | None,
        typer.Option(metavar="REFERENCE|ID", help="Take back that report instead.", show_default=False),
    ] = None,
    reason: Annotated[
        str | None,
        typer.Option(
            help="Why it is taken back: error, court-order, false-positive, danger-to-operation, "
            "data-subject-request or other.",
            show_default=False,
        ),
    ] = None,
    wait: WaitOption = True,
    timeout_s: TimeoutOption = 60,
    url: Annotated[
        str | None,
        typer.Option(help="Hand it to the producer service there instead.", show_default=False),
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option(help="File (0600) with the service's token.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Accept reports into the outbox, seal and publish them, and print receipts.

    Ends with 0 if all are published, 3 if some were refused (nothing of those is stored), 5 if some are
    accepted but wait for Kafka: they are safe, and `tocsin send` or the service publishes them.

    --attach takes files of at most 7.5 MB for one report. Pictures are sent without the place where they
    were taken: `tocsin attachment preview` shows them as they are sent.

    --withdraw REFERENCE --reason error takes a report back: readers erase it and confirm (`tocsin status`).
    """
    from services.producer.attaching import prepare_files
    from services.producer.publishing import Ask, How, publish_file, withdraw_report
    from services.producer.submitting import submit_file, submit_withdrawal
    from tocsin.core.errors import SettingsError

    if (withdraw is None) != (reason is None):
        raise SettingsError("--withdraw REFERENCE and --reason CODE belong together")
    if withdraw is not None and reason is not None:
        if url is not None:
            raise typer.Exit(submit_withdrawal(url, token_file, withdraw, reason, as_json=as_json))
        ask = Ask(home, passphrase_file, bootstrap, timeout_s if wait else None, as_json)
        raise typer.Exit(withdraw_report(ask, withdraw, reason))
    files = prepare_files(attach or (), keep_location=keep_location, shrink=shrink)
    how = How(kind, audience, update, approve, files)
    if url is not None:
        raise typer.Exit(submit_file(url, token_file, file, how, as_json=as_json))
    ask = Ask(home, passphrase_file, bootstrap, timeout_s if wait else None, as_json)
    raise typer.Exit(publish_file(ask, file, how))


def send(
    timeout_s: TimeoutOption = 600,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Publish what waits in the outbox, answer requests for keys, take receipts of withdrawals.

    Ends with 0 if nothing waits any more, else 5.
    """
    from services.producer.publishing import Ask, send_waiting

    raise typer.Exit(send_waiting(Ask(home, passphrase_file, bootstrap, timeout_s, as_json)))


def status(
    name: Annotated[
        str | None, typer.Argument(metavar="[REFERENCE|ID]", help="Counts of all if not given.")
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """What became of a report: accepted, sealed, published (region, partition, offset) or refused.

    Where something waits it says since when, why (the broker is asked, 5 s at most), and what to do. Also
    beside a service that runs. For one report it ends with 0 if published, 5 if not yet, 3 if refused.
    """
    from services.producer.looking import print_status

    raise typer.Exit(print_status(home, passphrase_file, name, bootstrap, as_json=as_json))


def serve(
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Accept reports over HTTP (/v1/reports) and publish them, also after the broker was away."""
    from services.producer.app import serve_home

    serve_home(home, passphrase_file, bootstrap)


def token(
    name: Annotated[str, typer.Argument(help="What it is for, e.g. customs-database.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take the token of this name away.")] = False,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Make a bearer token for handing in reports over HTTP; it is printed once and stored hashed."""
    from services.producer.tokens import make_token

    make_token(home, name, remove=remove)
