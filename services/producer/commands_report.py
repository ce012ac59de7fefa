"""`tocsin report`: what helps with a report before it is sent. Options and help only, as in `commands`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from tocsin.runtime.options import JsonOption


class Language(StrEnum):
    """The languages of the hints."""

    EN = "en"
    FR = "fr"
    ES = "es"
    AR = "ar"


class System(StrEnum):
    """The two systems that an incident may belong to."""

    ION = "ion"
    PICS = "pics"


def register_report(app: typer.Typer) -> None:
    """Add `report` to the root command."""
    group = typer.Typer(no_args_is_help=True, help="What helps with a report before it is sent.")
    # With a callback the one verb keeps its name.
    group.callback()(lambda: None)
    group.command(epilog="Example: tocsin report check report.json --lang fr")(check)
    app.add_typer(group, name="report")


def check(
    file: Annotated[
        str, typer.Argument(help="JSON object, JSON array or JSON Lines; - reads stdin.")
    ] = "-",
    language: Annotated[Language, typer.Option("--lang", help="Of the hints.")] = Language.EN,
    system: Annotated[
        System | None,
        typer.Option(help="Stands in where a report does not say its system.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is wrong, what is doubtful and what would help most; nothing is sent or stored.

    Needs no home, no passphrase and no broker. The completeness score (0 to 100) is advice for you
    alone: it goes nowhere. Ends with 0 if every report can be sent as it is, else with 3.
    """
    from services.producer.checking import check_file

    # A code is a plain str to the core.
    stands_in = None if system is None else system.value
    raise typer.Exit(check_file(file, language.value, stands_in, as_json=as_json))
