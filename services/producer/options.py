"""Options that several of the publisher's commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Language(StrEnum):
    """The languages of questions, labels and hints."""

    EN = "en"
    FR = "fr"
    ES = "es"
    AR = "ar"


LanguageOption = Annotated[Language, typer.Option("--lang", help="Of questions, labels and hints.")]
AudienceOption = Annotated[
    str | None,
    typer.Option(
        "--audience",
        help="Who may read it: focal-points, couriers, to.<participant id> …",
        show_default=False,
    ),
]
ListsOption = Annotated[
    bool,
    typer.Option(
        "--lists/--no-lists",
        help="Look into this home's own watch-lists too; where there are any, the passphrase is needed.",
    ),
]
WaitOption = Annotated[
    bool, typer.Option("--wait/--no-wait", help="Publish now, or only accept into the outbox.")
]
AttachOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--attach",
        help="A photograph or file that goes with the report; may be repeated.",
        show_default=False,
    ),
]
KeepLocationOption = Annotated[
    bool, typer.Option("--keep-location", help="Leave in where a picture was taken, and nothing else.")
]

LETTER_TIMEOUT_S = 60.0
UrlOption = Annotated[
    str | None,
    typer.Option("--url", help="Hand it to the producer service there.", show_default=False),
]
TokenFileOption = Annotated[
    Path | None,
    typer.Option("--token-file", help="File (0600) with the service's token.", show_default=False),
]
LangOption = Annotated[
    str | None, typer.Option("--language", help="Of the text, e.g. es.", show_default=False)
]
TextOption = Annotated[
    str | None,
    typer.Option("--text", help="What there is to say; @FILE reads a file.", show_default=False),
]
