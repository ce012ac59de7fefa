"""Every row is accepted, known, in conflict or refused, and a second import adds nothing."""

from collections.abc import Iterable
from typing import Any

import pytest

from services.producer.importing import occurrences
from services.producer.importing.mapping import UnodcIds
from services.producer.importing.run_import import (
    Fate,
    Hooks,
    ImportCount,
    RefusedRow,
    dry_run,
    run_import,
)
from tests.support.reports import NOW_S
from tocsin.adapters.tables.rows import BadRow, Row
from tocsin.core.errors import BrokerUnavailableError, MalformedError
from tocsin.core.report import CheckedReport
from tocsin.core.unodc_ids import COLUMNS


class Store:
    """Accepts by reference, as the outbox does."""

    def __init__(self) -> None:
        self.bodies: dict[str, Any] = {}
        self.batches: list[int] = []

    def __call__(self, batch: list[CheckedReport], /) -> list[Fate]:
        self.batches.append(len(batch))
        return [self._accept(report) for report in batch]

    def _accept(self, report: CheckedReport) -> Fate:
        assert report.reference is not None
        if report.reference not in self.bodies:
            self.bodies[report.reference] = report.body
            return Fate.ACCEPTED
        return Fate.KNOWN if self.bodies[report.reference] == report.body else Fate.CONFLICT


def row(line: int, **changes: str) -> Row:
    few = {"COUNTRY": "Spain", "SEIZURE_DATE": "2011-01-02", "DRUG_NAME": "Heroin", "AMOUNT": "1"}
    return Row(line, {**dict.fromkeys(COLUMNS, ""), **few, "DRUG_UNIT": "Gram", **changes})


def imported(rows: Iterable[Row | BadRow], accept: Any = dry_run) -> tuple[ImportCount, list[RefusedRow]]:
    refused: list[RefusedRow] = []
    hooks = Hooks(refused.append, lambda count: None)
    count = run_import(rows, UnodcIds(), accept, now_s=lambda: NOW_S, on=hooks)
    return count, refused


def test_equal_rows_are_distinct_seizures() -> None:
    store = Store()
    count, _ = imported([row(2), row(3), row(4)], store)
    assert (3, 3) == (count.accepted, len(store.bodies))


def test_a_second_import_adds_nothing_even_in_another_order() -> None:
    store = Store()
    rows = [row(2), row(3), row(4, PLACE="x")]
    imported(rows, store)
    count, _ = imported(reversed(rows), store)
    assert ImportCount(read=3, known=3) == count


def test_an_import_that_stopped_midway_is_started_again() -> None:
    store = Store()
    rows = [row(number, PLACE=str(number % 700)) for number in range(1400)]

    def dies(batch: list[CheckedReport], /) -> list[Fate]:
        if len(store.batches) == 1:
            raise BrokerUnavailableError("gone")
        return store(batch)

    with pytest.raises(BrokerUnavailableError):
        imported(rows, dies)
    count, _ = imported(rows, store)
    assert (1400, 500, 900) == (len(store.bodies), count.known, count.accepted)


def test_batches_are_bounded_and_the_last_one_is_not_forgotten() -> None:
    store = Store()
    imported((row(number) for number in range(1201)), store)
    assert [500, 500, 201] == store.batches


def test_a_refused_row_names_its_line_and_columns_and_never_a_value() -> None:
    wrong = row(7, COUNTRY="Ruritania", AMOUNT="CANARY", SEIZURE_DATE="CANARY")
    count, refused = imported([row(2), wrong, row(8, SEIZURE_DATE="2011-02-30"), row(9)])

    assert ImportCount(read=4, accepted=2, refused=2) == count
    assert [(7, ["COUNTRY", "AMOUNT"]), (8, ["SEIZURE_DATE"])] == [
        (entry.line, [column for column, _ in entry.problems]) for entry in refused
    ]
    assert "CANARY" not in repr(refused)
    assert wrong.cells == refused[0].row


def test_a_row_that_is_no_row_is_counted_among_the_refused() -> None:
    count, refused = imported([BadRow(3, "x", "has 1 cells")])
    assert (1, 1) == (count.read, count.refused)
    assert RefusedRow(3, (("row", "has 1 cells"),), "x") == refused[0]


def test_a_conflict_is_counted_and_told() -> None:
    count, refused = imported([row(2)], lambda batch: [Fate.CONFLICT])
    assert (1, 2) == (count.conflict, refused[0].line)


def test_memory_is_bounded_in_distinct_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(occurrences, "MAX_DISTINCT_ROWS", 2)
    with pytest.raises(MalformedError, match=r"line 4: more than .* distinct rows"):
        imported([row(2, PLACE="1"), row(3, PLACE="2"), row(4, PLACE="3")])


def test_an_empty_file_imports_nothing() -> None:
    assert ImportCount() == imported([], Store())[0]
