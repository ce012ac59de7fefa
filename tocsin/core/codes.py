"""Law: the codes of the contract, read from `schemas/codes` and nowhere written twice.

It guarantees that the order of regions is the file's (partitions hang on it), that every country has
one region, and that what is handed out cannot be changed. Codes only: names of countries are left to
`adapters.country_names`, lists that one schema alone uses to `report_values`. That the files are sound
is left to `scripts.check_schemas`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import schemas

# Every list with labels, by the name that it is asked for: its file, and its place in the file.
LABELLED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        **{
            name: (name, name)
            for name in ("kinds", "transport_modes", "units", "sectors", "roles", "regions")
        },
        **{name: ("markings", name) for name in ("tlp", "pap")},
        **{f"nps_{name}": ("nps_groups", name) for name in ("effects", "chemistries")},
        **{
            name: ("report_values", name)
            for name in (
                *("identification_statuses", "forms", "equipment_types", "concealments"),
                *(
                    "site_types",
                    "borders",
                    "supplies",
                    "laboratory_stages",
                    "instruments",
                    "document_types",
                ),
                *("alert_statuses", "alert_actions"),
            )
        },
        "answer_codes": ("correspondence", "answer_codes"),
    }
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of UN/ECE Recommendation 20. `factor` is its exact size as a decimal text, in kilograms,
    litres, pieces or square metres, by `dimension`: mass, volume, count or area.
    """

    code: str
    dimension: str
    factor: str


@dataclass(frozen=True, slots=True)
class Form:
    """A salt or a listed ester of a substance; it is under control as its parent is."""

    code: str
    kind: str
    names: tuple[str, ...]
    cas: str | None


@dataclass(frozen=True, slots=True)
class Substance:
    """A substance: `group` table-1, table-2, opioid, nps, psychotropic, adulterant or watched; `hs` six
    digits of HS 2022, `un` four digits. `labels` by language; where there is no translation only `en`.
    `effect` and `chemistry`: its groups in the lists `nps_effects` and `nps_chemistries`.
    """

    code: str
    group: str
    labels: Mapping[str, str]
    names: tuple[str, ...]
    cas: tuple[str, ...]
    inchikey: str | None
    hs: str | None
    un: str | None
    forms: tuple[Form, ...]
    has_salts: bool
    effect: str | None = None
    chemistry: str | None = None


def regions() -> tuple[str, ...]:
    """All regions in the order that decides on partitions."""
    return tuple(_rows("regions"))


def region_of(country: str) -> str:
    """The one region of a country's code. Raises KeyError for a code not in `country_codes()`."""
    return _countries()[country]


def country_codes() -> frozenset[str]:
    """ISO 3166-1 alpha-2, and ZZ unknown, XZ international waters, XK Kosovo."""
    return frozenset(_countries())


@cache
def country_aliases() -> Mapping[str, tuple[str, ...]]:
    """Names that real data use and ISO does not, with the codes that each may mean."""
    aliases = _load("countries")["aliases"]
    return MappingProxyType({name: tuple(found) for name, found in aliases.items()})


@cache
def kinds() -> Mapping[str, str]:
    """Kinds of incident, each with its family (seizure, shipment, order, ...)."""
    return MappingProxyType({code: row["family"] for code, row in _rows("kinds").items()})


@cache
def units() -> Mapping[str, Unit]:
    """Units by code."""
    rows = _rows("units").items()
    return MappingProxyType({code: Unit(code, row["dimension"], row["factor"]) for code, row in rows})


def symbols(name: str, key: str | None = None) -> Mapping[str, tuple[str, ...]]:
    """What people write for a code beside its labels (kg, TLP:AMBER), by code of a list as for `labels`."""
    return MappingProxyType({code: tuple(row.get("symbols", ())) for code, row in _rows(name, key).items()})


def sectors() -> frozenset[str]:
    """Sectors of firms."""
    return frozenset(_rows("sectors"))


@cache
def roles() -> Mapping[str, str]:
    """Roles of participants, each with its side: government or firm."""
    return MappingProxyType({code: row["side"] for code, row in _rows("roles").items()})


def tlp_markings() -> frozenset[str]:
    """The Traffic Light Protocol 2.0."""
    return frozenset(_rows("markings", "tlp"))


def pap_markings() -> frozenset[str]:
    """The Permissible Actions Protocol."""
    return frozenset(_rows("markings", "pap"))


@cache
def substances() -> Mapping[str, Substance]:
    """Substances by code, in the list's order."""
    return MappingProxyType({code: _substance(row) for code, row in _rows("substances").items()})


@cache
def salt_words() -> frozenset[str]:
    """Words, folded, that make a salt of a substance's name."""
    return frozenset(_load("substances")["salt_words"])


@cache
def completeness_weights() -> Mapping[str, Mapping[str, int]]:
    """The weight of each row of the completeness score by family."""
    rows = _rows("completeness", "rows").items()
    return MappingProxyType(
        {code: {**row["weights"], "other": row["weights"]["seizure"]} for code, row in rows}
    )


@cache
def completeness_hints() -> Mapping[str, Mapping[str, str]]:
    """What would help, by row of the completeness score and language (en, fr, es, ar)."""
    return MappingProxyType({code: row["hint"] for code, row in _rows("completeness", "rows").items()})


def labels(name: str, key: str | None = None) -> Mapping[str, Mapping[str, str]]:
    """Labels of a list by code and language (en, fr, es, ar), in the list's order: `labels("kinds")`,
    `labels("markings", "tlp")`. Raises FileNotFoundError or KeyError for a list that is not there.
    """
    return MappingProxyType(
        {code: MappingProxyType(row["label"]) for code, row in _rows(name, key).items()}
    )


def _substance(row: dict[str, Any]) -> Substance:
    return Substance(
        code=row["code"],
        group=row["group"],
        labels=MappingProxyType(row["label"]),
        names=tuple(row["names"]),
        cas=tuple(row["cas"]),
        inchikey=row.get("inchikey"),
        hs=row.get("hs"),
        un=row.get("un"),
        forms=tuple(
            Form(form["code"], form["kind"], tuple(form["names"]), form.get("cas"))
            for form in row.get("forms", ())
        ),
        has_salts=row.get("salts", True),
        effect=row.get("effect"),
        chemistry=row.get("chemistry"),
    )


@cache
def _countries() -> dict[str, str]:
    return {code: country["region"] for code, country in _load("countries")["countries"].items()}


@cache
def _rows(name: str, key: str | None = None) -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in _load(name)[key or name]}


@cache
def _load(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(schemas.load(f"codes/{name}.json"))
    return data
