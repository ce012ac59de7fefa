"""Law: what one row of a flat table becomes, and how a report is laid out in rows.

It guarantees that words are kept beside codes, that a number or date whose reading is doubtful is
refused and never guessed (1,5 is not 15, 03/04 is no month until somebody says so), that a unit which
nobody knows is kept as declared and not converted, and that a row which `laid_out` wrote comes back as
the same report. Reports of several substances take several rows; only JSON keeps those whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.core import flat_columns
from tocsin.core.errors import InvalidReportError
from tocsin.core.field_checks import Problems
from tocsin.core.thousands import ungrouped

LISTS = ("substances", "equipment", "documents", "parties", "online", "payments")
ROUTE_ROLES = ("origin", "departure", "transit", "destination")
_ISO_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_OTHER_DATE = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})")
_PRECISIONS = {10: "day", 7: "month", 4: "year"}
_POINT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_COMMA = re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+(?=,))(?:,[0-9]+)?")
_EXPONENT = re.compile(r"-?[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,3}")
# What is read, and not kept as it stands: marks of direction are no part of it.
_READ = {"number", "whole", "flag", "date", "country", "countries"}
_UNKNOWN = "unknown"
WHOLE_ROW = "row"
UNIT_UNKNOWN = "is no unit that is known; kept as declared and not converted"


@dataclass(frozen=True, slots=True)
class Reading:
    """How cells are to be read: what `find_countries` finds, and what somebody said of the file.

    `numbers`: point or comma. `dates`: iso, day-first or month-first. `words`: by column, the file's
    own words with our codes. `of_file`: whether sentences may name options and maps of the import.
    """

    find_countries: Callable[[str], tuple[str, ...]]
    numbers: str = "point"
    dates: str = "iso"
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    of_file: bool = True

    def advice(self, words: str) -> str:
        """`words` for whoever imports a file, nothing for others."""
        return words if self.of_file else ""


def to_report(cells: Mapping[str, str], reading: Reading) -> tuple[dict[str, Any], Problems]:
    """One row, by code of column, as a report for `check_incident`, and remarks on what was kept as is.

    Raises InvalidReportError whose places are codes of columns.
    """
    problems: Problems = []
    remarks: Problems = []
    report: dict[str, Any] = {}
    for code, text in cells.items():
        plain = flat_columns.unmarked(text).strip()
        if not plain:
            continue
        column = flat_columns.column(code)
        if column.asked is not None and _nobody_knows(column, plain):
            report.setdefault("asked_unknown", []).append(column.asked)
            continue
        try:
            value = _value(column, plain if column.type in _READ else text.strip(), reading, remarks)
        except ValueError as error:
            problems.append((code, str(error)))
            continue
        if value is not None:
            _put(report, column.path, value)
    if problems:
        raise InvalidReportError(problems)
    return _arranged(report), remarks


def column_of(place: str) -> str:
    """The code of the column to blame for a problem at `place` of a report; `WHOLE_ROW` for none."""
    plain = re.sub(r"\[[0-9]+\]", "", place)
    paths = [(".".join(one.path), one.code) for one in flat_columns.columns() if one.path[0] != "route"]
    for path, code in paths:
        if f"{path}.".startswith(f"{plain}.") or f"{plain}.".startswith(f"{path}."):
            return code
    return WHOLE_ROW


def laid_out(body: Mapping[str, Any]) -> list[dict[str, str]]:
    """A report, with or without its empty fields, as rows by code of column; absent cells are empty.

    The first row has everything; what else stands in `LISTS` follows in rows that repeat the rest.
    """
    lists = {name: body.get(name) or [] for name in LISTS}
    rows = []
    for index in range(max(1, *map(len, lists.values()))):
        one = {**body, **{name: dict(*held[index : index + 1]) for name, held in lists.items()}}
        rows.append({column.code: _cell(one, column) for column in flat_columns.columns()})
    return rows


def _value(column: flat_columns.Column, text: str, reading: Reading, remarks: Problems) -> Any:
    text = reading.words.get(column.code, {}).get(text, text)
    match column.type:
        case "code":
            return _code(column, text)
        case "number":
            return _number(text, reading)
        case "whole":
            return _whole(text)
        case "flag":
            return _flag(text)
        case "date":
            return _date(text, reading)
        case "country":
            return _country(text, reading)
        case "countries":
            return [_country(one.strip(), reading) for one in text.split(";") if one.strip()]
        case "unit":
            return _unit(column, text, remarks)
        case "prose":
            return text
        case _:
            return _line(text)


def _nobody_knows(column: flat_columns.Column, text: str) -> bool:
    missing = column.type == "number" and flat_columns.is_word("missing", text)
    return missing or flat_columns.is_word("unknown", text)


def _line(text: str) -> str:
    if _EXPONENT.fullmatch(text):
        raise ValueError("was turned into a number by a spreadsheet and lost digits; format it as text")
    return " ".join(text.split())


def _code(column: flat_columns.Column, text: str) -> str:
    assert column.list_name is not None
    code = flat_columns.code_meant(column.list_name, text)
    if code is None:
        known = ", ".join(list(flat_columns.codes_of(column.list_name))[:12])
        raise ValueError(f"is none of the known codes or their labels ({known} ...)")
    return code


def _number(text: str, reading: Reading) -> str | None:
    convention = reading.numbers
    if flat_columns.is_word("missing", text):
        return None
    text = ungrouped(text)
    shape = _COMMA if convention == "comma" else _POINT
    if not shape.fullmatch(text):
        raise ValueError(_why_no_number(text, reading))
    plain = text.replace(".", "").replace(",", ".") if convention == "comma" else text
    if plain.startswith("-") or not plain.strip("0."):
        raise ValueError("is zero or negative; nothing was found")
    whole, point, rest = plain.partition(".")
    return (whole.lstrip("0") or "0") + point + rest


def _whole(text: str) -> int | None:
    if flat_columns.is_word("missing", text):
        return None
    text = ungrouped(text)
    if not re.fullmatch("[0-9]{1,9}", text):
        raise ValueError("is no whole number")
    return int(text)


def _why_no_number(text: str, reading: Reading) -> str:
    if reading.numbers == "point" and "," in text:
        which = reading.advice("; say which (--numbers)")
        return f"holds a comma, which may be decimal or for thousands{which}"
    if reading.numbers == "comma" and "." in text:
        return "holds a point where the comma is decimal; write it without"
    return f"is no number with a decimal {reading.numbers}"


def _flag(text: str) -> bool:
    for meaning in ("true", "false"):
        if flat_columns.is_word(meaning, text):
            return meaning == "true"
    raise ValueError("is neither yes nor no")


def _date(text: str, reading: Reading) -> dict[str, str]:
    if flat_columns.is_word("unknown", text):
        return {"precision": "unknown"}
    if _ISO_DATE.fullmatch(text):
        return {"value": text, "precision": _PRECISIONS[len(text)]}
    match = _OTHER_DATE.fullmatch(text)
    if match is None:
        raise ValueError("is no date such as 2026-11-03, 2026-11, 2026 or unknown")
    if reading.dates == "iso":
        which = reading.advice("; say which (--dates day-first or month-first)")
        raise ValueError(f"may be day or month first{which}")
    first, second, year = match.groups()
    day, month = (first, second) if reading.dates == "day-first" else (second, first)
    return {"value": f"{year}-{month:0>2}-{day:0>2}", "precision": "day"}


def _country(text: str, reading: Reading) -> str:
    if text in {"ZZ", "XZ"} or flat_columns.is_word("unknown", text):
        return text if text == "XZ" else "ZZ"
    found = reading.find_countries(text)
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(f"may be several countries: {', '.join(found)}; write the code")
    map_ = reading.advice(", or translate it in a map")
    raise ValueError(f"is no country that is known; write its ISO code{map_}")


def _unit(column: flat_columns.Column, text: str, remarks: Problems) -> dict[str, str]:
    code = flat_columns.code_meant("units", text)
    if code is not None:
        # The word is kept beside the code where it says more than the code.
        return {"unit": code} if code == text else {"unit": code, "unit_as_declared": text}
    remarks.append((column.code, UNIT_UNKNOWN))
    return {"unit_as_declared": text}


def _put(report: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        report = report.setdefault(name, {})
    report[path[-1]] = value


def _arranged(report: dict[str, Any]) -> dict[str, Any]:
    """Single parts become the lists that a report has, a unit joins its value, ways get their order."""
    for name in LISTS:
        if name in report:
            report[name] = [report[name]]
    for substance in report.get("substances", []):
        quantity = substance.get("quantity", {})
        if isinstance(unit := quantity.pop("unit", None), dict):
            quantity.update(unit)
    if "identifiers" in report.get("transport", {}):
        report["transport"]["identifiers"] = [report["transport"]["identifiers"]]
    ways = report.pop("route", {})
    legs = [(role, country) for role in ROUTE_ROLES for country in ways.get(role, [])]
    if legs:
        report["route"] = [
            {"country": country, "role": role, "order": order} for order, (role, country) in enumerate(legs)
        ]
    return report


def _cell(body: Mapping[str, Any], column: flat_columns.Column) -> str:
    if column.type == "countries":
        legs = body.get("route") or []
        return ";".join(leg["country"] for leg in legs if leg.get("role") == column.path[1])
    value: Any = body
    for name in column.path:
        if isinstance(value, list):
            value = value[0] if value else None
        held = (value or {}).get(name)
        if name == "unit" and value:
            held = value.get("unit_as_declared") if held is None else held
        value = held
    if column.type == "date":
        return str((value or {}).get("value") or ("unknown" if value else ""))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None and column.asked in (body.get("asked_unknown") or ()):
        return _UNKNOWN
    return "" if value is None else str(value)
