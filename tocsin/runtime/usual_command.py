"""A group of commands of which one is meant where none is named: `tocsin import FILE`."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


class UsualGroup(TyperGroup):
    """Runs its command `usual` for arguments that begin with no command of the group."""

    usual = "file"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As the group does, with the usual command put in front where none stands."""
        named = args and (args[0] in self.commands or args[0] == "--help")
        if not named and (args or not self.no_args_is_help):
            args = [self.usual, *args]
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The group's help, then that of the usual command, which most people look for."""
        super().format_help(ctx, formatter)
        usual = self.commands[self.usual]
        usual.format_help(type(ctx)(usual, info_name=ctx.info_name, parent=ctx.parent), formatter)
