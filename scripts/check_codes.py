"""What must hold of `codes/*.json` and is no matter of one schema: `faults(folder)`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pycountry

from tocsin.core.codes import LABELLED
from tocsin.core.identifiers import cas_doubt

LANGUAGES = {"en", "fr", "es", "ar"}
BESIDE_ISO = {"ZZ", "XZ", "XK"}
FAMILIES = {
    *("seizure", "shipment", "order", "theft", "laboratory"),
    *("equipment", "listing", "payment", "other"),
}
GROUPS = {"table-1", "table-2", "opioid", "nps", "psychotropic", "adulterant", "watched"}
DIMENSIONS = {"mass", "volume", "count", "area"}
# Which list of which file has codes with labels.
LISTS = [*LABELLED.values(), ("completeness", "rows"), ("sheet_fields", "fields")]


def faults(folder: Path) -> Iterator[str]:
    """A sentence for everything that is wrong with the codes below `folder` (of the contract)."""
    try:
        files = {path.stem: _read(path) for path in sorted((folder / "codes").glob("*.json"))}
        released = _read(folder / "released" / "codes" / "regions.json")
        for name, data in files.items():
            if not isinstance(data.get("version"), int):
                yield f"codes/{name}.json: no version"
        for name, key in LISTS:
            yield from _list_faults(f"codes/{name}.json", files[name][key])
        yield from _region_faults(files["regions"]["regions"], released["regions"])
        yield from _country_faults(files["countries"], {row["code"] for row in files["regions"]["regions"]})
        yield from _kind_faults(files["kinds"]["kinds"])
        yield from _unit_faults(files["units"]["units"])
        yield from _substance_faults(files["substances"]["substances"])
        yield from _group_faults(files["substances"]["substances"], files["nps_groups"])
        yield from _score_faults(files["completeness"]["rows"])
    except (ValueError, KeyError, TypeError, OSError, ArithmeticError) as error:
        yield f"codes: cannot be read whole ({type(error).__name__}: {error})"


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_bytes(), object_pairs_hook=_unique_keys)  # type: ignore[no-any-return]


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A country named twice would be in two regions, of which JSON keeps the last without a word."""
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError(f"a key stands twice among {[key for key, _ in pairs][:3]}...")
    return record


def _list_faults(where: str, rows: list[dict[str, Any]]) -> Iterator[str]:
    codes = [row["code"] for row in rows]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield f"{where}: {code} stands twice"
    for row in rows:
        yield from _untranslated(where, row, "label")


def _untranslated(where: str, row: dict[str, Any], kind: str) -> Iterator[str]:
    missing = LANGUAGES - {language for language, text in row[kind].items() if text.strip()}
    if missing:
        yield f"{where}: {row['code']} has no {kind} in {', '.join(sorted(missing))}"


def _substance_faults(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Published lists have wrong CAS numbers; a number or code in two places would merge substances."""
    where, seen = "codes/substances.json", set[str]()
    for row in rows:
        numbers = [*row["cas"], *(form["cas"] for form in row.get("forms", ()) if "cas" in form)]
        yield from (f"{where}: {row['code']}: {cas} is no CAS number" for cas in numbers if cas_doubt(cas))
        for one in (row["code"], row.get("inchikey"), *numbers):
            if one in seen:
                yield f"{where}: {one} stands twice"
            seen |= {one} - {None}
        if row["group"] not in GROUPS or "en" not in row["label"]:
            yield f"{where}: {row['code']} has no known group or no English label"
        if row["group"] in {"table-1", "table-2"} and LANGUAGES - row["label"].keys():
            yield f"{where}: {row['code']} of the Tables lacks a label"


def _group_faults(rows: list[dict[str, Any]], groups: dict[str, Any]) -> Iterator[str]:
    """A new psychoactive substance has one group by effect and one by chemistry."""
    for field, list_name in (("effect", "effects"), ("chemistry", "chemistries")):
        known = {row["code"] for row in groups[list_name]}
        for row in rows:
            wanted = row["group"] in {"opioid", "nps"}
            if (wanted or field in row) and row.get(field) not in known:
                yield f"codes/substances.json: {row['code']} has no {field} of nps_groups.json"


def _score_faults(rows: list[dict[str, Any]]) -> Iterator[str]:
    where = "codes/completeness.json"
    for family in sorted(FAMILIES - {"other"}):
        total = sum(row["weights"][family] for row in rows)
        if total != 100:
            yield f"{where}: the weights of {family} sum to {total}, not to 100"
    for row in rows:
        yield from _untranslated(where, row, "hint")


def _region_faults(rows: list[dict[str, Any]], released: list[dict[str, Any]]) -> Iterator[str]:
    now, before = ([row["code"] for row in one] for one in (rows, released))
    if now[: len(before)] != before:
        yield (
            "codes/regions.json: the released regions no longer stand first and in their order; "
            "partitions hang on it: only append"
        )


def _country_faults(data: dict[str, Any], regions: set[str]) -> Iterator[str]:
    countries, wanted = data["countries"], {one.alpha_2 for one in pycountry.countries} | BESIDE_ISO
    where = "codes/countries.json"
    for code in sorted(wanted - countries.keys()):
        yield f"{where}: {code} has no region"
    for code in sorted(countries.keys() - wanted):
        yield f"{where}: {code} is no code of ISO 3166-1"
    for code, country in countries.items():
        if country["region"] not in regions:
            yield f"{where}: {code} is in {country['region']}, which is no region"
    for name, codes in data["aliases"].items():
        if not codes or set(codes) - countries.keys():
            yield f"{where}: the alias {name} means no country"


def _kind_faults(rows: list[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        if row["family"] not in FAMILIES:
            yield f"codes/kinds.json: {row['code']} is of the family {row['family']}, which is none"


def _unit_faults(rows: list[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        if row["dimension"] not in DIMENSIONS or not Decimal(row["factor"]) > 0:
            yield f"codes/units.json: {row['code']} has no dimension or no size"
