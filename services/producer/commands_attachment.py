"""`tocsin attachment`: a file before it is sent. Options and help only, as in `commands`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.producer.options import KeepLocationOption


def register_attachment(app: typer.Typer) -> None:
    """Add `attachment` to the root command."""
    group = typer.Typer(no_args_is_help=True, help="A photograph or file before it is sent with a report.")
    group.command(epilog="Example: tocsin attachment preview photo.jpg --out as-sent.jpg")(preview)
    app.add_typer(group, name="attachment")


def preview(
    file: Annotated[Path, typer.Argument(help="JPEG, PNG, WebP, GIF, PDF, XLSX, DOCX, text or CSV.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write it (0600); must not be there.")],
    keep_location: KeepLocationOption = False,
) -> None:
    """Write a file as it would be sent with a report, and say what was taken out of it.

    Needs no home, no passphrase and no broker; nothing is sent. A picture is made anew from what can be
    seen in it, without the place where it was taken. Ends with 3 for what may not be sent.
    """
    from services.producer.attaching import preview as write_preview

    write_preview(file, out, keep_location=keep_location)
