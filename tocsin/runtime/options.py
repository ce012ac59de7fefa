"""Options that several commands share: one spelling, one help text, one environment variable.

Use them as `def show(home: HomeOption = DEFAULT_HOME) -> None`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_HOME = Path("~/.tocsin")

HomeOption = Annotated[
    Path,
    typer.Option("--home", envvar="TOCSIN_HOME", help="Folder of this participant.", file_okay=False),
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
JsonOption = Annotated[
    bool, typer.Option("--json", help="JSON Lines, as when stdout is piped.", show_default=False)
]
