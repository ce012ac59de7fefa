"""`tocsin quarantine …`: what was refused, why, and whether it may be taken by now."""

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


def register(app: typer.Typer) -> None:
    """Add `quarantine` to the root command."""
    refused = typer.Typer(no_args_is_help=True, help="Records that were refused.")
    refused.command("list", epilog="Example: tocsin quarantine list --json")(quarantine_list)
    refused.command("show", epilog="Example: tocsin quarantine show 12")(quarantine_show)
    refused.command("retry", epilog="Example: tocsin quarantine retry --all")(quarantine_retry)
    refused.command("export", epilog="Example: tocsin quarantine export refused.jsonl")(quarantine_export)
    app.add_typer(refused, name="quarantine")


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


def quarantine_export(
    out: Annotated[Path, typer.Argument(help="File to write (0600); replaced.", dir_okay=False)],
    with_values: Annotated[
        bool, typer.Option("--with-values", help="Also the ciphertexts, read again from Kafka.")
    ] = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Write what support needs to say why records were refused: JSON Lines without a byte of content.

    Place, step, reason, sender, time, SHA-256 and size of each. `--with-values` adds the first 1,000 values
    as the broker holds them, which only readers of the stream can open.
    """
    from services.consumer.exporting_refused import export_refused

    export_refused(home, passphrase_file, bootstrap, out, with_values=with_values)
