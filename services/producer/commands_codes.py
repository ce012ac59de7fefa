"""`tocsin codes`: the code lists of the contract. Options and help only, as in `commands`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from services.producer.options import Language, LanguageOption
from tocsin.runtime.options import JsonOption


class CodeList(StrEnum):
    """The lists that can be searched."""

    SUBSTANCES = "substances"
    KINDS = "kinds"
    TRANSPORT_MODES = "transport_modes"
    UNITS = "units"
    SECTORS = "sectors"
    ROLES = "roles"
    REGIONS = "regions"


ListOption = Annotated[CodeList | None, typer.Option("--list", help="Only this list.", show_default=False)]


def register_codes(app: typer.Typer) -> None:
    """Add `codes` to the root command."""
    group = typer.Typer(no_args_is_help=True, help="The codes that reports use, on this machine alone.")
    group.command(epilog='Example: tocsin codes search "pmk ethyl glycidate"')(search)
    group.command("list", epilog="Example: tocsin codes list kinds --lang es")(list_)
    app.add_typer(group, name="codes")


def search(
    text: Annotated[str, typer.Argument(help="A name, code, CAS number or InChIKey.")],
    only: ListOption = None,
    language: LanguageOption = Language.EN,
    as_json: JsonOption = False,
) -> None:
    """What a word may mean: exact matches, then aliases (salts and esters lead to their parent), then
    related ones, each with the reason. Nothing leaves this machine. Ends with 0, or 3 if nothing fits.
    """
    from services.producer.naming import print_search

    list_name = None if only is None else only.value
    raise typer.Exit(print_search(text, list_name, language.value, as_json=as_json))


def list_(
    name: Annotated[CodeList, typer.Argument(help="Which list.")],
    language: LanguageOption = Language.EN,
    as_json: JsonOption = False,
) -> None:
    """Every code of a list with its label."""
    from services.producer.naming import print_list

    print_list(name.value, language.value, as_json=as_json)
