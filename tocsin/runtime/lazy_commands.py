"""Commands that are built when somebody asks for them: a call needs one of many, `--help` needs a level.

Typer builds the whole tree, each command from the signature of its function; most of a short command's
time went there. What a service registers stays plain Typer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import typer
from typer import main as building
from typer.models import CommandInfo, TyperInfo


class LazyCommands(Mapping[str, Any]):
    """Name to command, in the order of registration; each is built once, when it is first asked for."""

    def __init__(self, makers: dict[str, Callable[[], Any]]) -> None:
        """`makers` build one command each."""
        self._makers = makers
        self._built: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._built:
            self._built[name] = self._makers[name]()
        return self._built[name]

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def root_group(app: typer.Typer) -> Any:
    """The command line that `app` describes, as `typer.main.get_command` makes it, with lazy commands."""
    commands = _commands_of(app)
    group: Any = building.get_command(app)
    group.commands = commands
    return _flowing(group)


def _commands_of(app: typer.Typer) -> LazyCommands:
    """Takes the commands of `app` out of it, so that Typer builds a group without any."""
    makers: dict[str, Callable[[], Any]] = {}
    for command in app.registered_commands:
        makers[_name(command)] = partial(_command, command, app)
    for below in app.registered_groups:
        makers[_name(below)] = partial(_group, below, app)
    app.registered_commands, app.registered_groups = [], []
    return LazyCommands(makers)


def _name(info: CommandInfo | TyperInfo) -> str:
    if info.name:
        return str(info.name)
    assert info.callback is not None, "what has neither name nor function is no command"
    return building.get_command_name(info.callback.__name__)


def _command(info: CommandInfo, app: typer.Typer) -> Any:
    return _flowing(
        building.get_command_from_info(
            info, pretty_exceptions_short=False, rich_markup_mode=app.rich_markup_mode
        )
    )


def _group(info: TyperInfo, app: typer.Typer) -> Any:
    assert info.typer_instance is not None, "a group has its Typer"
    commands = _commands_of(info.typer_instance)
    group: Any = building.get_group_from_info(
        info,
        pretty_exceptions_short=False,
        rich_markup_mode=app.rich_markup_mode,
        suggest_commands=app.suggest_commands,
    )
    group.commands = commands
    return _flowing(group)


def _flowing(command: Any) -> Any:
    # A docstring is broken where our lines end; shown as it is, every line would be broken twice.
    if command.help:
        paragraphs = command.help.split("\n\n")
        command.help = "\n\n".join(" ".join(one.split()) for one in paragraphs)
    return command
