"""`tocsin verify`, `alarms`, `heads`: whether all came. Options and help only, as in `commands`."""

from __future__ import annotations

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

SinceOption = Annotated[str | None, typer.Option("--since", help="Raised at or after this time.")]


def register_wholeness(app: typer.Typer) -> None:
    """Add the verbs to the root command."""
    app.command(epilog="Example: tocsin verify --stream pics --from-topic")(verify)
    app.command(epilog="Example: tocsin alarms --since 2026-11-01")(alarms)
    app.command(epilog="Example: tocsin heads 6f…e1 --out heads.json")(heads)


def verify(  # noqa: PLR0913 - one parameter for each option
    stream: Annotated[
        list[str] | None, typer.Option("--stream", help="Only this stream; may be repeated.")
    ] = None,
    from_topic: Annotated[
        bool,
        typer.Option("--from-topic", help="Read the topics again from their beginning, and compare."),
    ] = False,
    since: Annotated[
        str | None, typer.Option("--since", help="Leave out what was wrong before this time.")
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Whether everything came: for each originator, stream and region, complete until when.

    Originators state hourly how far their logs reach; what came is compared with that. Without Kafka, from
    this home's inbox, also beside a service that runs; with --from-topic from what the broker shows today,
    compared with what the inbox read. Ends with 0 if every log is complete, 5 if one has a gap, contradicts
    itself, lacks its end, is not stated yet, or its originator is silent: each is said, with what to do.
    """
    from services.consumer.verifying import Asked, verify_store, verify_topic

    if from_topic and since is not None:
        raise typer.BadParameter("--since goes with the inbox: a replay knows no earlier time")
    asked = Asked(home, passphrase_file, bootstrap, tuple(stream or ()), since)
    raise typer.Exit((verify_topic if from_topic else verify_store)(asked, as_json=as_json))


def alarms(
    since: SinceOption = None,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """What wants a person's look: gaps, forks, manifests that conflict, false checkpoints."""
    from services.consumer.looking import print_alarms

    print_alarms(home, passphrase_file, since, as_json=as_json)


def heads(
    originator: Annotated[str, typer.Argument(metavar="ID", help="32 hex digits, as in reports.")],
    out: Annotated[
        Path | None, typer.Option(help="File to write; stdout if not given.", show_default=False)
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Write how far this reader has read an originator's logs, for the authority that expels it.

    Also beside a service that runs. Bring the inbox up to date first: what lies behind these heads will be
    refused by everybody. The fingerprint is compared by voice.
    """
    from services.consumer.heads import write_heads

    write_heads(home, passphrase_file, originator, out)
