"""Law: what one row of UNODC's Individual Drug Seizures becomes, and by which name it is known again.

It guarantees that words of the source are kept beside our codes, that substances are never merged, that
a unit without a fixed size is never converted, and that the same file gives the same references: each
is made of the row's content and of how many equal rows stood before it, since equal rows are distinct
seizures. Which word means which code is data (`codes/unodc_ids.json`). Files are left to the shell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import schemas
from tocsin.core.errors import InvalidReportError
from tocsin.core.primitives import sha256
from tocsin.core.quantities import multiplied

COLUMNS = (
    *("REGION", "SUBREGION", "COUNTRY", "ADMINISTRATIVE_DIVISION", "PLACE", "SEIZURE_DATE"),
    *("DRUG_NAME", "AMOUNT", "DRUG_UNIT", "HIDING_PLACE", "INSTALLATION", "TRANSPORT"),
    *("PRODUCING_COUNTRY", "DEPARTURE_COUNTRY", "DESTINATION_COUNTRY", "ROUTING"),
)
REFERENCE_PREFIX = "UNODC-IDS"
# Reports of governments to governments; the source states no marking of its own.
MARKING = "AMBER"
UNIT_NOT_STATED = "not stated"
MAX_AMOUNT_CHARACTERS = 40

_NUMBER = re.compile(r"(-?)[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?")
_WAYS = (
    ("PRODUCING_COUNTRY", "origin"),
    ("DEPARTURE_COUNTRY", "departure"),
    ("DESTINATION_COUNTRY", "destination"),
)
# Where the checks of a report find fault, this column of the row is to blame.
_COLUMN_OF_PLACE = (
    ("event_date", "SEIZURE_DATE"),
    ("place.country", "COUNTRY"),
    ("place.admin1", "ADMINISTRATIVE_DIVISION"),
    ("place.locality", "PLACE"),
    ("place.site", "INSTALLATION"),
    ("place.border", "ROUTING"),
    ("substances[0].quantity.unit", "DRUG_UNIT"),
    ("substances[0].quantity", "AMOUNT"),
    ("substances", "DRUG_NAME"),
    ("transport", "TRANSPORT"),
    ("concealment", "HIDING_PLACE"),
)


@dataclass(frozen=True, slots=True)
class _Profile:
    countries: Mapping[str, str]
    units: Mapping[str, str]
    unit_sizes: Mapping[str, tuple[Decimal, str]]
    forms: Mapping[str, str]
    transports: Mapping[str, str]
    installations: Mapping[str, str]
    hiding_places: Mapping[str, str]
    routings: Mapping[str, str]
    precursors: frozenset[str]


@cache
def _profile() -> _Profile:
    data = json.loads(schemas.load("codes/unodc_ids.json"))
    sizes = {name: (Decimal(size), unit) for name, (size, unit) in data["unit_sizes"].items()}
    words = ("countries", "units", "forms", "transports", "installations", "hiding_places", "routings")
    return _Profile(
        unit_sizes=sizes,
        precursors=frozenset(data["precursors"]),
        **{word: data[word] for word in words},
    )


def row_digest(cells: Mapping[str, str]) -> int:
    """64 bits that tell rows of other content apart, over the cells exactly as they stand."""
    content = "\x1f".join([cells[column] for column in COLUMNS])
    return int.from_bytes(sha256(content.encode("utf-8", "surrogatepass"))[:8], "big")


def reference(digest: int, occurrence: int) -> str:
    """The national reference of the row's `occurrence`-th appearance (from 1) in its file."""
    return f"{REFERENCE_PREFIX}-{digest:016x}-{occurrence}"


def column_of(place: str) -> str:
    """The column to blame for a problem at `place` of the report."""
    for start, column in _COLUMN_OF_PLACE:
        if place.startswith(start):
            return column
    return place if place in COLUMNS else "row"


def map_row(cells: Mapping[str, str], national_reference: str | None = None) -> dict[str, Any]:
    """One row as an incident report in its JSON form, for `check_incident`.

    Raises InvalidReportError whose places are names of columns.
    """
    known = _profile()
    problems: list[tuple[str, str]] = []
    country = known.countries.get(cells["COUNTRY"].strip())
    if country is None:
        problems.append(("COUNTRY", "is no country that this profile knows"))
    quantity = _quantity(cells, known, problems)
    route = _route(cells, known, problems)
    if problems:
        raise InvalidReportError(problems)
    drug, unit = _line(cells["DRUG_NAME"]), cells["DRUG_UNIT"].strip()
    return {
        "kind": "seizure",
        # PICS is for precursors; Project ION and what has no system of its own share the other stream.
        "system": "pics" if drug in known.precursors else "ion",
        "national_reference": national_reference,
        "event_date": {"value": cells["SEIZURE_DATE"].strip(), "precision": "day"},
        "place": _place(cells, known, country),
        "substances": [
            {
                "name_as_declared": drug or "unidentified",
                "quantity": quantity,
                "form": known.forms.get(unit),
            }
        ],
        "route": route,
        "transport": _coded(cells["TRANSPORT"], known.transports, "mode", "mode_as_declared"),
        "asked_unknown": [] if quantity.get("value") else ["quantity"],
        "concealment": _coded(cells["HIDING_PLACE"], known.hiding_places, "code", "text"),
        "handling": {"tlp": MARKING},
        "exercise": False,
    }


def _line(cell: str) -> str | None:
    """One line without outer white space; None for nothing."""
    if cell.isprintable():
        return cell.strip() or None
    return " ".join(cell.split()) or None


def _coded(cell: str, codes: Mapping[str, str], code: str, words: str) -> dict[str, str | None] | None:
    said = _line(cell)
    return None if said is None else {code: codes.get(said), words: said}


def _place(cells: Mapping[str, str], known: _Profile, country: str | None) -> dict[str, str | None]:
    site = _line(cells["INSTALLATION"])
    return {
        "country": country,
        "admin1": _line(cells["ADMINISTRATIVE_DIVISION"]),
        "locality": _line(cells["PLACE"]),
        "site_type": None if site is None else known.installations.get(site, "other"),
        "site_as_declared": site,
        "border": known.routings.get(cells["ROUTING"].strip()),
    }


def _route(
    cells: Mapping[str, str], known: _Profile, problems: list[tuple[str, str]]
) -> list[dict[str, Any]]:
    legs: list[dict[str, Any]] = []
    for column, role in _WAYS:
        said = cells[column].strip()
        if not said:
            continue
        country = known.countries.get(said)
        if country is None:
            problems.append((column, "is no country that this profile knows"))
            continue
        leg: dict[str, Any] = {"country": country, "role": role, "order": len(legs)}
        if country == "ZZ" and said != "Unknown":
            leg["country_as_declared"] = said
        legs.append(leg)
    return legs


def _quantity(
    cells: Mapping[str, str], known: _Profile, problems: list[tuple[str, str]]
) -> dict[str, str | None]:
    unit = _line(cells["DRUG_UNIT"])
    quantity: dict[str, str | None] = {"unit_as_declared": unit}
    amount = cells["AMOUNT"].strip()
    if not amount:
        return quantity
    match = _NUMBER.fullmatch(amount) if len(amount) <= MAX_AMOUNT_CHARACTERS else None
    if match is None:
        problems.append(("AMOUNT", "is no number with a decimal point"))
        return quantity
    number = Decimal(amount)
    if number <= 0:
        problems.append(("AMOUNT", "is zero or negative; nothing was seized"))
        return quantity
    value = amount if amount[-1].isdigit() and "e" not in amount.lower() else format(number, "f")
    quantity["value"] = value
    if unit is None:
        quantity["unit_as_declared"] = UNIT_NOT_STATED
    elif unit in known.units:
        quantity["unit"] = known.units[unit]
    elif unit in known.unit_sizes:
        size, normal = known.unit_sizes[unit]
        quantity["normalised_value"], quantity["normalised_unit"] = multiplied(value, size), normal
    return quantity
