"""`tocsin codes`: the contract's lists and own watch-lists. Options and help only, as in `commands`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.producer.options import Language, LanguageOption, ListsOption
from tocsin.runtime.options import DEFAULT_HOME, HomeOption, JsonOption, PassphraseFileOption


class CodeList(StrEnum):
    """The lists that can be searched."""

    SUBSTANCES = "substances"
    KINDS = "kinds"
    TRANSPORT_MODES = "transport_modes"
    UNITS = "units"
    SECTORS = "sectors"
    ROLES = "roles"
    REGIONS = "regions"
    TLP = "tlp"
    PAP = "pap"
    NPS_EFFECTS = "nps_effects"
    NPS_CHEMISTRIES = "nps_chemistries"
    IDENTIFICATION_STATUSES = "identification_statuses"
    FORMS = "forms"
    EQUIPMENT_TYPES = "equipment_types"
    CONCEALMENTS = "concealments"
    SITE_TYPES = "site_types"
    BORDERS = "borders"
    SUPPLIES = "supplies"
    LABORATORY_STAGES = "laboratory_stages"
    INSTRUMENTS = "instruments"
    DOCUMENT_TYPES = "document_types"
    ALERT_STATUSES = "alert_statuses"
    ALERT_ACTIONS = "alert_actions"
    ANSWER_CODES = "answer_codes"


ListOption = Annotated[CodeList | None, typer.Option("--list", help="Only this list.", show_default=False)]


def register_codes(app: typer.Typer) -> None:
    """Add `codes` to the root command."""
    group = typer.Typer(no_args_is_help=True, help="The codes that reports use, on this machine alone.")
    group.command(epilog='Example: tocsin codes search "pmk ethyl glycidate"')(search)
    group.command("list", epilog="Example: tocsin codes list kinds --lang es")(list_)
    group.command(epilog='Example: tocsin codes load national-list.csv --name "National list 2026"')(load)
    group.command(epilog='Example: tocsin codes lists "National list 2026"')(lists)
    group.command(epilog='Example: tocsin codes forget "National list 2026"')(forget)
    app.add_typer(group, name="codes")


def search(  # noqa: PLR0913 - one parameter for each option
    text: Annotated[str, typer.Argument(help="A name, code, CAS number or InChIKey.")],
    only: ListOption = None,
    language: LanguageOption = Language.EN,
    own: ListsOption = True,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """What a word may mean: exact matches, then aliases (salts and esters lead to their parent), then
    related ones, each with the reason; and on which of your own watch-lists it stands, unless --list
    names another. Nothing leaves this machine. Ends with 0, or 3 if nothing fits.
    """
    from services.producer.naming import print_search
    from services.producer.own_lists import lists_of
    from tocsin.core.watch_lists import NO_LISTS

    list_name = None if only is None else only.value
    asked = lists_of(home, passphrase_file) if own and only is None else NO_LISTS
    raise typer.Exit(print_search(text, list_name, language.value, asked, as_json=as_json))


def list_(
    name: Annotated[CodeList, typer.Argument(help="Which list.")],
    language: LanguageOption = Language.EN,
    as_json: JsonOption = False,
) -> None:
    """Every code of a list with its label. `codes search nitazenes` finds the substances of a group."""
    from services.producer.naming import print_list

    print_list(name.value, language.value, as_json=as_json)


def load(
    file: Annotated[
        Path, typer.Argument(help="CSV, XLSX, JSON or JSON Lines: name, cas, synonyms, note, list.")
    ],
    name: Annotated[
        str | None, typer.Option("--name", help="The list's name, where the file does not say it.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Keep a watch-list of your own, encrypted, in this home; one of the same name is replaced whole.

    Reports that name what stands on it are flagged to you, by `report new`, `report check`, `publish`
    and `import`. It is never part of a report, an export or a log. A file with a wrong row changes
    nothing: each is named by its number.
    """
    from services.producer.own_lists import load_list

    load_list(home, passphrase_file, file, name)


def lists(
    name: Annotated[str | None, typer.Argument(help="Show the entries of this list.")] = None,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Your own watch-lists: how many entries each has and since when; or the entries of one."""
    from services.producer.own_lists import print_lists

    print_lists(home, passphrase_file, name, as_json=as_json)


def forget(
    name: Annotated[str, typer.Argument(help="The list's name, as `tocsin codes lists` shows it.")],
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Take a watch-list of your own away for good."""
    from services.producer.own_lists import forget_list

    forget_list(home, passphrase_file, name)
