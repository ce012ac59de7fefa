"""Each reason is counted, and the place of its first is kept."""

from services.producer.importing import tally as module
from services.producer.importing.tally import Tally
from tocsin.adapters.tables.rows import Grid

GRID = Grid(("country",), ("A",), "Data")
UNKNOWN = ("country", "is unknown")


def test_a_reason_is_counted_with_the_place_of_the_first() -> None:
    tally = Tally()
    for line in (17, 40):
        tally.note([UNKNOWN], GRID, line)
    assert ({UNKNOWN: 2}, {UNKNOWN: "A17"}) == (dict(tally), tally.first)


def test_only_so_many_reasons_are_kept(monkeypatch) -> None:
    monkeypatch.setattr(module, "MAX_KEPT_REASONS", 1)
    tally = Tally()
    tally.note([UNKNOWN, ("country", "another"), UNKNOWN], GRID, 2)
    assert ({UNKNOWN: 2}, [UNKNOWN]) == (dict(tally), list(tally.first))
