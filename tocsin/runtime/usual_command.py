"""A group of commands of which one is meant where none is named: `tocsin import FILE`."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


class UsualGroup(TyperGroup):
    """Runs its command `usual` for arguments that begin with no command of the group."""

    usual = "file"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As the group does, with the usual command put in front where none stands."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = [self.usual, *args]
        return super().parse_args(ctx, args)
