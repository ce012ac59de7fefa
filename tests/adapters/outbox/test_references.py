"""References that the outbox gives: each once."""

import pytest

from tests.adapters.outbox.test_outbox import KEY, ME, NOW_S, item
from tocsin.adapters.outbox.references import RESTORED_GAP
from tocsin.adapters.outbox.store import open_outbox
from tocsin.core.national_references import Issuer, Series

ISSUER = Issuer("XX", "CUS")
YEAR = Series(2026, False)


@pytest.fixture
def outbox(tmp_path):
    return open_outbox(tmp_path, KEY, ME)


def give(outbox, series=YEAR):
    with outbox.transaction():
        return outbox.references.give(ISSUER, series, "incident")


def test_numbers_count_up_also_after_a_restart(outbox, tmp_path):
    first = [give(outbox), give(outbox)]
    outbox.close()
    assert ["XX-CUS-2026-00001", "XX-CUS-2026-00002"] == first
    assert "XX-CUS-2026-00003" == give(open_outbox(tmp_path, KEY, ME))


def test_each_year_and_the_exercises_begin_at_one(outbox):
    give(outbox)
    others = [give(outbox, Series(2027, False)), give(outbox, Series(2026, True))]
    assert ["XX-CUS-2027-00001", "XX-EXERCISE-2026-00001"] == others


def test_a_number_that_somebody_typed_is_passed_over(outbox):
    with outbox.transaction():
        outbox.items.add(item("XX-CUS-2026-00001"), NOW_S)
    assert "XX-CUS-2026-00002" == give(outbox)


def test_what_was_typed_for_an_alert_is_no_incident(outbox):
    with outbox.transaction():
        outbox.items.add(item("XX-CUS-2026-00001", family="alert"), NOW_S)
    assert "XX-CUS-2026-00001" == give(outbox)


def test_a_draft_keeps_what_it_was_given(outbox):
    with outbox.transaction():
        outbox.references.keep_draft("DRAFT-1", "XX-CUS-2026-00001")
    assert ("XX-CUS-2026-00001", None) == tuple(map(outbox.references.of_draft, ("DRAFT-1", "DRAFT-2")))


def test_a_leap_leaves_a_gap_in_both_series_of_the_year(outbox):
    give(outbox)
    with outbox.transaction():
        outbox.references.leap(2026)
    assert f"XX-CUS-2026-{RESTORED_GAP + 2:05}" == give(outbox)
    assert f"XX-EXERCISE-2026-{RESTORED_GAP + 1:05}" == give(outbox, Series(2026, True))


def test_a_leap_by_a_clock_of_another_year_leaves_the_gap_in_the_years_that_are_known_too(outbox):
    give(outbox)
    with outbox.transaction():
        outbox.references.leap(2025)
    assert f"XX-CUS-2026-{RESTORED_GAP + 2:05}" == give(outbox)
