"""Law: the closed lists of codes that reports and alerts draw from, read once from the contract.

It guarantees that every list is the one in `schemas/codes`, so that no code is written twice. What a
code means in which language is left to `codes.labels`.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import schemas
from tocsin.core import codes

_FILES = ("report_values", "correspondence")


@cache
def values(name: str) -> frozenset[str]:
    """The codes of one list of `codes/report_values.json` or `codes/correspondence.json`.

    Raises KeyError for an unknown list.
    """
    return frozenset(one if isinstance(one, str) else one["code"] for one in _lists()[name])


@cache
def _lists() -> dict[str, list[str | dict[str, Any]]]:
    """Codes, or rows of codes with their labels."""
    lists: dict[str, list[str | dict[str, Any]]] = {}
    for name in _FILES:
        lists |= json.loads(schemas.load(f"codes/{name}.json"))
    return lists


@cache
def countries() -> frozenset[str]:
    """Every country code that a report may use, `ZZ`, `XZ` and `XK` included."""
    return frozenset(codes.country_codes())


@cache
def places_of_countries() -> dict[str, tuple[int, str]]:
    """For each country code the index and the code of its region."""
    order = {region: index for index, region in enumerate(codes.regions())}
    return {country: (order[codes.region_of(country)], codes.region_of(country)) for country in countries()}
