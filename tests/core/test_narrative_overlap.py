"""What an alert repeats of a report."""

import pytest

from tests.support.reports import smallest_report
from tocsin.core.narrative_overlap import own_texts, shared_places

STORY = "Two drums were intercepted by the Anti-Narcotics Brigade near Cali."


def shared(value: str, *source: str) -> list[str]:
    return [value[start:end] for start, end in shared_places(value, source)]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("They were intercepted by the anti narcotics unit", ["were intercepted by the anti narcotics"]),
        ("DRUMS: were, intercepted - by him", ["DRUMS: were, intercepted - by"]),
        ("intercepted by the police", []),
        ("near Cali", []),
        ("", []),
    ],
)
def test_four_words_in_a_row_are_found_whatever_their_case_and_marks(value: str, wanted: list[str]) -> None:
    assert wanted == shared(value, STORY)


@pytest.mark.parametrize("value", ["to Carlos Ruiz", "to CARLOS RUÍZ", "Carlos  Ruiz."])
def test_a_whole_name_is_found(value: str) -> None:
    assert 1 == len(shared(value, "Carlos Ruíz"))


def test_a_whole_number_is_found_and_a_short_one_is_not() -> None:
    assert ["RA473124829CH"] == shared("look for RA473124829CH", "RA473124829CH")
    assert [] == shared("look for 1500", "1500")


def test_places_that_touch_are_one() -> None:
    assert ["a1 b2 c3 d4 e5"] == shared("x a1 b2 c3 d4 e5 y", "a1 b2 c3 d4 e5")


def test_without_a_report_nothing_is_shared() -> None:
    assert [] == shared(STORY)


def test_a_reports_own_texts_are_all_but_what_an_alert_must_share() -> None:
    report = smallest_report(
        national_reference="XX-1",
        declared={"text": "tile glue"},
        parties=[{"role": "consignee", "name": "Carlos Ruiz", "phone": "+57 1"}],
        narrative={"government": STORY},
        route=[{"country": "NL", "role": "origin", "order": 0}],
        transport={"identifiers": [{"type": "s10", "value": "RA473124829CH"}], "mode": "5"},
    )
    assert {"XX-1", "Carlos Ruiz", "+57 1", STORY, "RA473124829CH"} == set(own_texts(report))
