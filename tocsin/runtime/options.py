"""Options that several commands share: one spelling, one help text, one environment variable.

Use them as `def show(home: HomeOption = DEFAULT_HOME) -> None`.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_HOME = Path("~/.tocsin")
HOME_VARIABLE = "TOCSIN_HOME"

HomeOption = Annotated[
    Path,
    typer.Option("--home", envvar=HOME_VARIABLE, help="Folder of this participant.", file_okay=False),
]
PassphraseFileOption = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        envvar="TOCSIN_PASSPHRASE_FILE",
        help="File with the passphrase, mode 0600. Without it you are asked.",
        show_default=False,
    ),
]
PersonFileOption = Annotated[
    Path | None,
    typer.Option(
        "--person-passphrase-file",
        envvar="TOCSIN_PERSON_PASSPHRASE_FILE",
        help="File with the passphrase of the person named by --as, mode 0600. Without it you are asked.",
        show_default=False,
    ),
]
BootstrapOption = Annotated[
    str | None,
    typer.Option(
        "--bootstrap",
        envvar="TOCSIN_BOOTSTRAP",
        help="Kafka's addresses, host:port,host:port. Without it settings.toml is asked.",
        show_default=False,
    ),
]


def command(line: str, home: Path) -> str:
    """`tocsin line` as it is to be typed for `home`, to be shown to people."""
    meant = Path(os.environ.get(HOME_VARIABLE, DEFAULT_HOME))
    return f"tocsin {line}" if home == meant else f"tocsin {line} --home {shlex.quote(str(home))}"


JsonOption = Annotated[
    bool, typer.Option("--json", help="JSON Lines, as when stdout is piped.", show_default=False)
]
