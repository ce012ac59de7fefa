"""`tocsin backup` and `tocsin restore`: a whole home, while its services run, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.runtime.options import DEFAULT_HOME, HomeOption, JsonOption, PassphraseFileOption

DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Check everything, change nothing.")]


def register(app: typer.Typer) -> None:
    """Add `backup` and `restore` to the root command."""
    app.command(epilog="Example: tocsin backup /media/a/2026-11-28.tar")(backup)
    app.command(epilog="Example: tocsin restore /media/a/2026-11-28.tar --home new")(restore)


def backup(
    out: Annotated[Path, typer.Argument(metavar="DIR|FILE.tar", help="New folder, or new file.")],
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Back up the folder of a participant, an authority or a standby, also while its services run.

    Databases are copied by SQLite, keys and databases stay encrypted under the home's passphrase, and a
    sealed manifest lists each part with its SHA-256. For the day on which the passphrase is lost there is
    `tocsin keys backup`, with custodians.
    """
    from services.recovery.told import back_up_told

    back_up_told(home, passphrase_file, out, as_json=as_json)


def restore(  # noqa: PLR0913 - one parameter for each option
    source: Annotated[
        Path | None, typer.Argument(metavar="[DIR|FILE.tar]", help="A backup of `tocsin backup`.")
    ] = None,
    before_upgrade: Annotated[
        bool, typer.Option("--before-upgrade", help="Go back to the databases before the last upgrade.")
    ] = False,
    leave_waiting: Annotated[
        bool,
        typer.Option("--leave-waiting", help="Even where reports wait, or may wait, in the newer outbox."),
    ] = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Make an empty home of a backup, under the passphrase of then; or undo an upgrade.

    A damaged, cut or changed backup, one of a newer version, and a folder that is not empty are refused;
    `--dry-run` reads and checks all of a backup. With `--before-upgrade` the services must stand still; the
    newer databases are put aside in `before-upgrade/` and never deleted. Run it with the newer version:
    the older one cannot see what waits, and needs `--leave-waiting`.
    """
    from services.recovery.told import go_back_told, restore_told

    if (source is None) is not before_upgrade:
        raise typer.BadParameter("give a backup, or --before-upgrade")
    if source is not None:
        if leave_waiting:
            raise typer.BadParameter("--leave-waiting goes with --before-upgrade")
        restore_told(source, home, passphrase_file, dry_run=dry_run, as_json=as_json)
        return
    go_back_told(home, passphrase_file, dry_run=dry_run, leave_waiting=leave_waiting, as_json=as_json)
