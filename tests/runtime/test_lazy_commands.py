"""A command is built when it is asked for, and is then what Typer makes of it."""

import pytest
import typer
from click.testing import CliRunner

from tocsin.runtime.edge import EdgeGroup
from tocsin.runtime.lazy_commands import root_group


@pytest.fixture
def app():
    """`one`, and a group `below` with `two` and a nested `deeper three`."""
    app = typer.Typer(cls=EdgeGroup)
    app.callback()(lambda: None)
    app.command("one", epilog="Example: one")(lambda: typer.echo("first"))
    below, deeper = typer.Typer(help="What is\nbelow."), typer.Typer(help="Deeper.")
    below.command()(two)
    deeper.command("three")(lambda: typer.echo("third"))
    below.add_typer(deeper, name="deeper")
    app.add_typer(below, name="below")
    return app


def two(number: int) -> None:
    """Says a number
    doubled.

    Never more.
    """
    typer.echo(str(2 * number))


def built(group) -> list[str]:
    return list(group.commands._built)


def said(group, *words: str) -> str:
    return CliRunner().invoke(group, words).output


def test_nothing_is_built_before_it_is_asked_for(app) -> None:
    assert [] == built(root_group(app))


def test_a_call_builds_its_own_command_and_no_other(app) -> None:
    group = root_group(app)
    said(group, "below", "two", "4")
    assert (["below"], ["two"]) == (built(group), built(group.commands["below"]))


def test_names_are_known_in_the_order_of_registration_without_building(app) -> None:
    group = root_group(app)
    assert (["one", "below"], True, False) == (
        list(group.commands),
        "below" in group.commands,
        "x" in group.commands,
    )
    assert [] == built(group)


@pytest.mark.parametrize(
    ("words", "shown"), [("one", "first"), ("below two 4", "8"), ("below deeper three", "third")]
)
def test_commands_of_all_levels_run(app, words, shown) -> None:
    assert f"{shown}\n" == said(root_group(app), *words.split())


def test_a_command_is_the_same_at_each_asking(app) -> None:
    commands = root_group(app).commands
    assert commands["one"] is commands["one"]


def test_help_of_a_group_lists_its_commands(app) -> None:
    text = said(root_group(app), "--help")
    assert all(word in text for word in ("one", "below", "What is below."))


def test_paragraphs_of_a_help_flow(app) -> None:
    assert "Says a number doubled.\n\nNever more." == root_group(app).commands["below"].commands["two"].help


def test_a_misspelt_command_is_answered_with_what_may_be_meant(app) -> None:
    assert "Did you mean 'below'?" in said(root_group(app), "belov")
