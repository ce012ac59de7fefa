"""All real seizures through the one path of the import, against what DuckDB finds in the file itself."""

from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from services.producer.clocks import Clocks
from services.producer.importing.run_import import Fate, dry_run
from services.producer.importing_file import Source, run_file
from tests.support.reports import NOW_S
from tests.support.seizures import seizures_path
from tocsin.core.quantities import total
from tocsin.core.report import CheckedReport
from tocsin.core.unodc_ids import _profile

pytestmark = pytest.mark.slow
duckdb = pytest.importorskip("duckdb")
# Sizes by their definitions, written here a second time on purpose.
SIZES = {
    "KGM": {"Kilogram": 1, "Gram": 1e-3, "Milligram": 1e-6, "Microgram": 1e-9, "Ton": 1e3,
            "Viss": 1.632932532},
    "LTR": {"Litre": 1, "Millilitre": 1e-3, "Cc": 1e-3, "Cubic Centimeter": 1e-3,
            "Gallons (US, liquid)": 3.785411784, "Gallons (UK)": 4.54609},
    "H87": {"Unit": 1, "Tablet": 1, "Pill": 1, "Piece": 1, "Capsule": 1, "Thousand of tablets": 1_000},
}  # fmt: skip


class Sums:
    """An `Accept` that adds up what it is handed."""

    def __init__(self) -> None:
        self.amounts: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
        self.names: Counter[str] = Counter()
        self.kept_units: Counter[str] = Counter()

    def __call__(self, batch: list[CheckedReport], /) -> list[Fate]:
        for one in batch:
            (substance,) = one.body["substances"]
            self.names[substance["name_as_declared"]] += 1
            key = one.body["place"]["country"], one.body["event_date"]["value"][:4], one.stream
            for unit in SIZES:
                if amount := total(one.body, unit):
                    self.amounts[(*key, substance["name_as_declared"], unit)] += amount
            quantity = substance["quantity"] or {}
            if quantity.get("value") and not quantity["normalised_unit"]:
                self.kept_units[quantity["unit_as_declared"]] += 1
        return dry_run(batch)


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """(sums, outcome, table name) of the whole file, by us and as DuckDB reads it."""
    path, sums = seizures_path(), Sums()
    outcome = run_file(path, Source("unodc-ids"), sums, None, Clocks(wall=lambda: float(NOW_S)))
    duckdb.execute(
        "create or replace table seizures as"
        " select *, trim(regexp_replace(DRUG_NAME, '\\s+', ' ', 'g')) as drug"
        " from read_csv(?, header=true, all_varchar=true)"
        # The two reasons for which rows are refused, by the source itself.
        " where not (try_cast(AMOUNT as double) <= 0) is true and PLACE is distinct from '' and"
        " (PLACE is null or PLACE not like '%.xls%')",
        [str(path)],
    )
    return sums, outcome


def test_at_least_995_of_1000_rows_are_accepted_and_every_other_has_a_reason(read):
    _, outcome = read
    count = outcome.count
    assert (208_172, 208_147, 25) == (count.read, count.accepted, count.refused)
    assert {"AMOUNT": 22, "PLACE": 3} == {
        column: sum(times for (of, _), times in outcome.reasons.items() if of == column)
        for column in {of for of, _ in outcome.reasons}
    }


def test_sums_by_country_year_system_substance_and_dimension_are_the_sources_own(read):
    sums, _ = read
    countries, precursors = _profile().countries, _profile().precursors
    for unit, sizes in SIZES.items():
        cases = " ".join(f"when '{name}' then {size}" for name, size in sizes.items())
        query = (
            "select COUNTRY, SEIZURE_DATE[:4], drug, sum(cast(AMOUNT as double) * case DRUG_UNIT"
            f" {cases} else 0 end) as amount from seizures group by all having amount > 0"
        )
        expected: dict[tuple[str, ...], float] = defaultdict(float)
        for country, year, drug, amount in duckdb.execute(query).fetchall():
            system = "pics" if drug in precursors else "ion"
            expected[countries[country], year, system, drug or "unidentified", unit] += amount
        ours = {key: float(amount) for key, amount in sums.amounts.items() if key[-1] == unit}
        assert set(expected) == set(ours)
        assert pytest.approx(expected, rel=1e-9) == ours


def test_every_substance_keeps_the_name_that_the_source_wrote(read):
    sums, _ = read
    found = duckdb.execute(
        "select coalesce(drug, 'unidentified'), count(*) from seizures group by all"
    ).fetchall()
    assert dict(found) == dict(sums.names)


def test_units_without_a_size_are_kept_as_declared_and_counted(read):
    sums, outcome = read
    sized = [name for sizes in SIZES.values() for name in sizes]
    found = duckdb.execute(
        "select coalesce(DRUG_UNIT, 'not stated'), count(*) from seizures where AMOUNT is not null and"
        " (DRUG_UNIT is null or not list_contains(?, DRUG_UNIT)) group by all",
        [sized],
    ).fetchall()
    assert dict(found) == dict(sums.kept_units)
    assert sum(sums.kept_units.values()) == outcome.count.warned
