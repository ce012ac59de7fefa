"""A group of commands to which several services add: `tocsin tips` reads in one and writes in another."""

from __future__ import annotations

import typer


def shared_group(app: typer.Typer, name: str, help_: str, epilog: str) -> typer.Typer:
    """The group `name` of `app`, made by whoever asks first; an image shows what its services add."""
    for known in app.registered_groups:
        if known.name == name and known.typer_instance is not None:
            return known.typer_instance
    group = typer.Typer(no_args_is_help=True, help=help_, epilog=epilog)
    app.add_typer(group, name=name, rich_help_panel=LETTERS_PANEL)
    return group


LETTERS_PANEL = "Letters to one participant"
TIPS = ("What firms noticed and told their own authority.", "Example: tocsin tips list")
REQUESTS = ("Questions between focal points, and their answers.", "Example: tocsin request list")
FEEDBACK = (
    "What came of an answer, a tip or a report.",
    "Example: tocsin feedback give 0f3c9a… led-to-seizure",
)
