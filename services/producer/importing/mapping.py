"""What a row becomes: a profile of a known source, or columns by their names (template, own map).

A mapping knows which header it takes, what one row is as a report, and by which digest an equal row is
known again. Its sentences name the columns as the file does.
"""

from __future__ import annotations

from collections.abc import Mapping as Cells
from dataclasses import dataclass, field
from typing import Any, Protocol

from tocsin.adapters.tables.rows import Grid, Row
from tocsin.core import flat_columns, flat_rows, unodc_ids
from tocsin.core.errors import InvalidReportError, MalformedError
from tocsin.core.field_checks import Problems
from tocsin.core.primitives import sha256

REFERENCE_PREFIX = "ROW"
_TEXTUAL = {"text", "prose"}
NOT_CONVERTED = "has no fixed size; the amount is kept as declared and not converted"


class Mapping(Protocol):
    """Rows to reports."""

    def digest(self, row: Row, /) -> int | None:
        """What equal rows share; None where the row has a reference of its own."""
        ...

    def report(self, row: Row, digest: int | None, occurrence: int, /) -> tuple[dict[str, Any], Problems]:
        """The report and remarks. Raises InvalidReportError whose places are columns."""
        ...

    def blame(self, place: str, /) -> str:
        """The column of the file that answers for `place` of a report."""
        ...


class UnodcIds:
    """The profile of UNODC's Individual Drug Seizures."""

    def __init__(self, header: tuple[str, ...] = unodc_ids.COLUMNS, where: str = "line 1") -> None:
        header = tuple(name for name in header if not name.startswith(flat_columns.OWN_PREFIX))
        missing = [name for name in unodc_ids.COLUMNS if name not in header]
        unknown = len([name for name in header if name not in unodc_ids.COLUMNS])
        if missing or unknown:
            raise MalformedError(
                f"{where}: the header is not that of this profile"
                f" (missing: {', '.join(missing) or 'none'}; unknown: {unknown})"
            )

    def digest(self, row: Row, /) -> int:
        """Over the cells exactly as they stand."""
        return unodc_ids.row_digest(row.cells)

    def report(self, row: Row, digest: int | None, occurrence: int, /) -> tuple[dict[str, Any], Problems]:
        """As `unodc_ids.map_row`."""
        assert digest is not None
        report = unodc_ids.map_row(row.cells, unodc_ids.reference(digest, occurrence))
        quantity = report["substances"][0]["quantity"]
        sized = quantity.get("unit") or quantity.get("normalised_unit") or not quantity.get("value")
        return report, [] if sized else [("DRUG_UNIT", NOT_CONVERTED)]

    def blame(self, place: str, /) -> str:
        """As `unodc_ids.column_of`."""
        return unodc_ids.column_of(place)


@dataclass(frozen=True)
class Columns:
    """Columns by their names. `names`: code of our column by name of the file's."""

    names: Cells[str, str]
    reading: flat_rows.Reading
    constants: Cells[str, str] = field(default_factory=dict)

    def digest(self, row: Row, /) -> int | None:
        """Over the filled cells by our names, in any order; None with a reference of its own."""
        cells = self._cells(row)
        if cells.get("reference", "").strip():
            return None
        content = "\x1f".join(f"{code}={cells[code]}" for code in sorted(cells) if cells[code])
        return int.from_bytes(sha256(content.encode("utf-8", "surrogatepass"))[:8], "big")

    def report(self, row: Row, digest: int | None, occurrence: int, /) -> tuple[dict[str, Any], Problems]:
        """The row by the rules of `flat_rows`."""
        cells = self._cells(row)
        if digest is not None:
            cells["reference"] = f"{REFERENCE_PREFIX}-{digest:016x}-{occurrence}"
        try:
            report, remarks = flat_rows.to_report(cells, self.reading)
        except InvalidReportError as error:
            raise InvalidReportError([(self._named(code), why) for code, why in error.problems]) from None
        kept = [(self._named(code), why) for code, why in remarks]
        return report, kept

    def blame(self, place: str, /) -> str:
        """The file's own name for the column behind `place`."""
        return self._named(flat_rows.column_of(place))

    def is_textual(self, name: str) -> bool:
        """Whether a number in this column of the file may have lost its zeros."""
        code = self.names.get(name)
        return code is not None and flat_columns.column(code).type in _TEXTUAL

    def numbers(self) -> list[str]:
        """The columns of the file that hold numbers with decimals."""
        return [name for name, code in self.names.items() if flat_columns.column(code).type == "number"]

    def _cells(self, row: Row) -> dict[str, str]:
        filled = {code: row.cells[name] for name, code in self.names.items()}
        return {**self.constants, **{code: text for code, text in filled.items() if text.strip()}}

    def _named(self, code: str) -> str:
        return next((name for name, known in self.names.items() if known == code), code)


def columns_by_name(grid: Grid, reading: flat_rows.Reading, where: str) -> Columns:
    """The mapping of a file whose header names our columns, as a template does, in any language.

    Raises MalformedError naming what is not known.
    """
    names: dict[str, str] = {}
    unknown: list[int] = []
    for index, name in enumerate(grid.header):
        if name.startswith(flat_columns.OWN_PREFIX) or not name:
            continue
        code = flat_columns.named(name)
        if code is None or code in names.values():
            unknown.append(index)
        else:
            names[name] = code
    if unknown or not names:
        raise MalformedError(
            f"{where}: the header is not that of a template (columns {grid.columns(unknown)} are not"
            " known, or known twice); `tocsin import --explain FILE` proposes a map for own columns"
        )
    return Columns(names, reading)
