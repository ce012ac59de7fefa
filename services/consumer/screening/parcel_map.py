"""`map.toml` of a firm: its own columns in our words, and how it writes. What no map names is not read.

[columns]    our column = "your column"       [constants]  our column = "value"
[formats]    numbers = "comma", weights = "kg", hs_edition = "2022"
[numbers]    own = "form of your own parcel numbers (a regular expression)"
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tocsin.adapters.tables.map_file import read_tables, texts, twice
from tocsin.core import canonical_json
from tocsin.core.errors import MalformedError, SettingsError
from tocsin.core.parcel_views import Reading
from tocsin.core.parcels import COLUMNS, FlatParcels
from tocsin.core.primitives import sha256

MAX_NAMED_COLUMNS = 20
NUMBER_COLUMNS = ("item_id", "awb_master", "awb_house")
GRAMS = {"g": 1.0, "kg": 1_000.0}
_TABLES = ("columns", "constants", "formats", "numbers")
_FORMATS: Mapping[str, Sequence[str] | None] = {
    "numbers": ("point", "comma"),
    "weights": tuple(GRAMS),
    "hs_edition": None,
}


@dataclass(frozen=True)
class ParcelMap:
    """How a firm's files are read. `columns` None: by our own names. `digest` tells maps apart."""

    path: Path | None = None
    columns: Mapping[str, str] | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)
    digest: bytes = b""

    def parcels(self, header: tuple[str, ...], where: str) -> tuple[FlatParcels, list[str]]:
        """What makes parcels of rows under `header`, and sentences about it.

        Raises MalformedError where they do not fit.
        """
        places = self._by_map(header, where) if self.columns is not None else _by_name(header, where)
        unread = len([name for name in header if name]) - len(places)
        said = [f"columns: {', '.join(places)}" + (f"; {unread} others are not read" if unread else "")]
        if not any(name in NUMBER_COLUMNS for name in (*places, *self.constants)):
            said.append(
                f"none of {', '.join(NUMBER_COLUMNS)} is there: no number can be found by its alert"
            )
        return FlatParcels(len(header), places, self.constants), said

    def _by_map(self, header: tuple[str, ...], where: str) -> dict[str, int]:
        assert self.columns is not None
        missing = [name for name in self.columns.values() if name not in header]
        if missing:
            raise MalformedError(
                f"{where}: the header does not fit {self.path}: no column is called"
                f" {', '.join(map(repr, missing[:MAX_NAMED_COLUMNS]))}; correct [columns], or look"
                " whether the first line is the header"
            )
        return {code: header.index(name) for code, name in self.columns.items()}


def _by_name(header: tuple[str, ...], where: str) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        code = re.sub(r"[\s-]+", "_", name.strip().lower())
        if code in COLUMNS:
            places.setdefault(code, place)
    if not places:
        raise MalformedError(
            f"{where}: none of the columns has a name that screening knows ({', '.join(COLUMNS)}): give a"
            " --map, or add the header line"
        )
    return places


def read_parcel_map(path: Path) -> ParcelMap:
    """Read a map. Raises SettingsError listing everything that is wrong with it."""
    data = read_tables(path)
    wrong = [f"[{name}] is no table of a map" for name in data if name not in _TABLES]
    columns, constants, formats, numbers = (texts(data, name, wrong) for name in _TABLES)
    known = f"is no column; known are {', '.join(COLUMNS)}"
    for table, named in (("columns", columns), ("constants", constants)):
        wrong += [f"[{table}] {code}: {known}" for code in named if code not in COLUMNS]
    wrong += [f"[columns] {name!r}: a column stands for two" for name in twice(list(columns.values()))]
    wrong += [f"[constants] {code}: has a column, too" for code in constants if code in columns]
    if not columns:
        wrong.append("[columns] is missing or empty")
    reading = _reading(formats, numbers, wrong)
    if wrong:
        raise SettingsError(f"{path}: " + "; ".join(wrong))
    return ParcelMap(path, columns, constants, reading, sha256(canonical_json.dump(data)))


def _reading(formats: Mapping[str, Any], numbers: Mapping[str, Any], wrong: list[str]) -> Reading:
    for name, value in formats.items():
        allowed = _FORMATS.get(name, ())
        if name not in _FORMATS:
            wrong.append(f"[formats] {name}: is no format; known are {', '.join(_FORMATS)}")
        elif allowed is not None and value not in allowed:
            wrong.append(f"[formats] {name}: is none of {', '.join(allowed)}")
    edition = formats.get("hs_edition")
    if edition is not None and not re.fullmatch(r"(?:19|20)[0-9]{2}", edition):
        wrong.append('[formats] hs_edition: is no year, such as "2022"')
        edition = None
    wrong += [f"[numbers] {name}: is unknown; there is `own`" for name in numbers if name != "own"]
    try:
        own = re.compile(numbers["own"]) if "own" in numbers else None
    except re.error as error:
        wrong.append(f"[numbers] own: is no regular expression: {error}")
        own = None
    return Reading(
        comma=formats.get("numbers") == "comma",
        grams=GRAMS.get(formats.get("weights", "g"), 1.0),
        hs_edition=None if edition is None else int(edition),
        own_numbers=own,
    )
