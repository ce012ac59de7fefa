"""A group of commands to which two services add."""

import typer
from typer.testing import CliRunner

from tocsin.runtime.shared_group import shared_group


def test_two_services_fill_one_group():
    app = typer.Typer()
    for word in ("one", "two"):
        group = shared_group(app, "tips", "What was noticed.", "Example: tocsin tips one")
        group.command(word)(lambda: None)
    shown = CliRunner().invoke(app, ["tips", "--help"]).output
    assert "one" in shown
    assert "two" in shown
    assert 1 == len(app.registered_groups)


def test_groups_of_other_names_stay_apart():
    app = typer.Typer()
    first, second = (shared_group(app, name, "Help.", "Example") for name in ("tips", "request"))
    assert first is not second
