"""`tocsin attachments`: the files that came with reports. Options and help only, as in `commands`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.runtime.options import DEFAULT_HOME, HomeOption, JsonOption, PassphraseFileOption


def register_attachments(app: typer.Typer) -> None:
    """Add `attachments` to the root command."""
    group = typer.Typer(no_args_is_help=True, help="Photographs and files that came with reports.")
    group.command("list", epilog="Example: tocsin attachments list XX-CUS-2026-00001")(list_)
    group.command(epilog="Example: tocsin attachments save XX-CUS-2026-00001 --out case/")(save)
    app.add_typer(group, name="attachments")


def list_(
    name: Annotated[
        str | None, typer.Argument(metavar="[REFERENCE|ID]", help="Of one report; all if not given.")
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """The files that the inbox holds, and of how many parts each is here; also beside a service."""
    from services.consumer.attachments import print_attachments

    print_attachments(home, passphrase_file, name, as_json=as_json)


def save(
    name: Annotated[
        str, typer.Argument(metavar="REFERENCE|ID", help="Of a report, for all its files; or of one file.")
    ],
    out: Annotated[
        Path, typer.Option("--out", help="Folder to write into; made if it is not there.")
    ] = Path(),
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Write files out of the encrypted inbox, in clear, readable by you alone, never over another file.

    Prints the path of each. Names are made safe, and extensions are those of the content. Ends with 5
    where parts of a file have not come yet: such a file is not written.
    """
    from services.consumer.attachments import save_attachments

    raise typer.Exit(save_attachments(home, passphrase_file, name, out))
