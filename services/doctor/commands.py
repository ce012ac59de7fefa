"""`tocsin doctor`: what is wrong with a home, its broker and its directory, and what to do about it."""

from __future__ import annotations

from typing import Annotated

import typer

from tocsin.runtime.options import (
    DEFAULT_HOME,
    BootstrapOption,
    HomeOption,
    JsonOption,
    PassphraseFileOption,
)

MAX_WAIT_S = 120.0


def register(app: typer.Typer) -> None:
    """Add `doctor` to the root command."""
    app.command(epilog="Example: tocsin doctor --only tls --only login")(doctor)


def doctor(
    only: Annotated[
        list[str],
        typer.Option(
            metavar="CHECK",
            help="home, files, disk, versions, passphrase, web, names, ports, tls, login, directory, "
            "clock, entry, keys, topics, rights, heartbeat; repeatable. What it stands on is run too.",
            show_default=False,
        ),
    ] = [],  # noqa: B006
    wait_s: Annotated[
        float, typer.Option(min=0.1, max=MAX_WAIT_S, help="Longest wait for one answer, in seconds.")
    ] = 10.0,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Check a home and the way to its broker, from file modes to a sealed heartbeat and back.

    Each finding says what, where and what to do. Exit code 0: nothing failed (there may be warnings).
    It also runs beside a service; it takes a newer directory, and changes nothing else but its own
    heartbeat.json.
    """
    from services.doctor.case import Asked
    from services.doctor.telling import examine_told
    from tocsin.core.symptoms import Check

    known = [check.value for check in Check]
    if unknown := [one for one in only if one not in known]:
        raise typer.BadParameter(f"there is no check {unknown[0]!r}; there are {', '.join(known)}")
    wanted = [Check(one) for one in only] or list(Check)
    asked = Asked(home, passphrase_file, bootstrap, wait_s)
    raise typer.Exit(examine_told(asked, wanted, as_json=as_json))
