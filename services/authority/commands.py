"""`tocsin authority …`: founds the authority, admits, defines audiences and streams, publishes."""

from __future__ import annotations

import typer

from services.authority import (
    commands_access,
    commands_audiences,
    commands_directory,
    commands_kafka,
    commands_participants,
    commands_proposals,
    commands_regional,
    commands_root,
    commands_standby,
)


def register(app: typer.Typer) -> None:
    """Add `authority` to the root command."""
    authority = typer.Typer(
        no_args_is_help=True,
        help="Who takes part, with which keys, roles and audiences: the directory. It reads no report.",
    )
    commands_directory.register(authority)
    commands_participants.register(authority)
    commands_audiences.register(authority)
    commands_root.register(authority)
    commands_proposals.register(authority)
    commands_regional.register(authority)
    commands_kafka.register(authority)
    commands_access.register(authority)
    commands_standby.register(authority)
    app.add_typer(authority, name="authority")
