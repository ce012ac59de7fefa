"""Commands for the tests of the root command."""

import typer

from tocsin.runtime import console


def register(app: typer.Typer) -> None:
    app.command()(good)
    app.command()(bug)
    app.command()(flood)


def good() -> None:
    console.data("good")


def bug(word: str) -> None:
    raise ValueError(f"this message quotes {word}")


def flood() -> None:
    console.rows(({"number": number} for number in range(10_000_000)), ["number"])
