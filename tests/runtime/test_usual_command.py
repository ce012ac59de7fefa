"""A group of which one command is meant where none is named."""

import pytest
import typer
from typer.testing import CliRunner

from tocsin.runtime.usual_command import UsualGroup


def app(**settings):
    """`file` and `tip` under one group; each says which it is and what it was given."""
    root = typer.Typer()
    root.callback()(lambda: None)
    group = typer.Typer(cls=UsualGroup, help="The group's help.", **settings)

    @group.command("file")
    def file(name: str = typer.Argument("-"), flag: bool = typer.Option(False, "--flag")) -> None:
        """The usual command's help."""
        typer.echo(f"file {name} {flag}")

    @group.command("tip")
    def tip(name: str) -> None:
        typer.echo(f"tip {name}")

    root.add_typer(group, name="publish")
    return root


def said(*words, **settings):
    return CliRunner().invoke(app(**settings), ["publish", *words]).output


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("x.json",), "file x.json False\n"),
        (("--flag", "x.json"), "file x.json True\n"),
        (("tip", "x.json"), "tip x.json\n"),
        ((), "file - False\n"),
    ],
)
def test_the_usual_command_is_meant_where_none_is_named(words, expected):
    assert expected == said(*words)


def test_nothing_at_all_asks_for_help_where_the_group_says_so():
    assert "The group's help." in said(no_args_is_help=True)


def test_help_shows_the_group_and_then_the_usual_command():
    shown = said("--help")
    assert shown.index("The group's help.") < shown.index("The usual command's help.")
    assert "--flag" in shown
