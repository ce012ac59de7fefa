"""A screen finds every match of its alerts and no other, at most one an alert."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.screens import alert, clue, matches, parcel, screen, selector, target, view
from tocsin.core import screening
from tocsin.core.screening import Match
from tocsin.core.screening_patterns import TOO_FEW_CLUES, pattern, weakness
from tocsin.core.screening_targets import Targets

S10 = "RA473124829CH"
ROUTE = clue("origin_country", "in", "CN", "HK")
GLUE = clue("declared_text", "phrase", "tile glue")
HEAVY = clue("gross_weight_g", "between", "1000", "2000")
ONE = parcel("CN", "AU", {"description": "Tile glue", "hs": "350610"}, item_id=S10, gross_g="1500")


def selectors_hit(*found: Match) -> list[tuple[int, int | None]]:
    return [(one.alert, one.selector) for one in found]


def test_each_alert_matches_a_parcel_once_the_number_before_patterns() -> None:
    exact = alert(selector(ROUTE, GLUE), targets=[target(S10)])
    patterns = alert(
        selector(ROUTE, clue("hs", "prefix", "99")), selector(ROUTE, GLUE), selector(ROUTE, HEAVY)
    )
    assert [(1, None), (2, 1)] == selectors_hit(*matches(ONE, exact, patterns))


def test_a_number_in_two_alerts_matches_both() -> None:
    wanted = [target(S10), target("ra 473 124 829 ch")]
    assert [(1, None), (2, None)] == selectors_hit(*matches(ONE, *[alert(targets=wanted)] * 2))


def test_a_number_with_but_the_hash_of_a_wanted_one_is_no_match(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Targets, "_hash", lambda *_key: 7)
    other = alert(targets=[target("RA473124815CH")])
    assert [] == matches(ONE, other)
    assert [(1, None)] == selectors_hit(*matches(ONE, alert(targets=[target(S10)])))


def test_the_first_of_two_wanted_numbers_is_the_match() -> None:
    wanted = alert(targets=[target("020-81140743", "awb"), target(S10)])
    (match,) = matches(parcel(item_id=S10, awb_house="02081140743"), wanted)
    assert ("s10", S10) == match.key


def test_a_match_brings_the_tests_that_held() -> None:
    (match,) = matches(ONE, alert(selector(ROUTE, GLUE)))
    assert ["origin_country", "declared_text"] == [one.name for one in match.tests]


def test_a_selector_that_never_may_hit_is_named_with_its_reason() -> None:
    made = screen(alert(selector(ROUTE), selector(ROUTE, GLUE)))
    assert [(1, 0, TOO_FEW_CLUES)] == [(one.alert, one.selector, one.why) for one in made.unusable]
    assert (1, 1) == (made.pattern_count, made.alerts)


def test_a_muted_selector_is_not_looked_for() -> None:
    made = screen()
    made.add(1, alert(selector(ROUTE, GLUE), selector(ROUTE, HEAVY)), frozenset({0}))
    assert [(1, 1)] == selectors_hit(*made.look(ONE)[1])


def test_patterns_have_a_bound_and_those_beyond_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "MAX_PATTERNS", 2)
    made = screen(alert(*[selector(ROUTE, GLUE)] * 5))
    assert (2, 3) == (made.pattern_count, made.beyond)


def test_routes_without_end_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "MAX_ROUTES", 3)
    made = screen(alert(selector(clue("hs", "prefix", "3506"), HEAVY)))
    found = [
        made.look(parcel(f"X{number}", "AU", {"hs": "3506"}, gross_g="1500"))[1] for number in range(9)
    ]
    assert [1] * 9 == list(map(len, found))
    assert made._plan is not None
    assert len(made._plan._routes) <= 3


def test_a_route_that_was_seen_is_asked_the_same() -> None:
    made = screen(alert(selector(ROUTE, HEAVY)))
    assert made.look(ONE)[1] == made.look(ONE)[1] != []


def test_an_alert_may_be_added_after_a_look() -> None:
    made = screen(alert(selector(ROUTE, GLUE)))
    made.look(ONE)
    made.add(2, alert(selector(ROUTE, HEAVY)))
    assert [(1, 0), (2, 0)] == selectors_hit(*made.look(ONE)[1])


def test_editions_come_from_the_alerts_substances() -> None:
    substances = [{"hs": "3506", "hs_edition": 2022}, {"hs": None, "hs_edition": None}]
    wanted = alert(selector(ROUTE, clue("hs", "prefix", "3506")), substances=substances)
    assert matches(ONE, wanted, hs_edition=2022)
    assert not matches(ONE, wanted, hs_edition=2017)


WORDS = ["tile", "glue", "ceramic", "shirt", "lamp"]
TESTS = st.one_of(
    st.builds(
        lambda one: clue("origin_country", "in", *one),
        st.lists(st.sampled_from(["CN", "HK", "US"]), min_size=1),
    ),
    st.builds(lambda one: clue("origin_country", "prefix", one), st.sampled_from(["C", "U", ""])),
    st.builds(lambda one: clue("destination_country", "equals", one), st.sampled_from(["AU", "NZ"])),
    st.builds(
        lambda one: clue("declared_text", "phrase", " ".join(one)),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=2),
    ),
    st.builds(lambda one: clue("hs", "prefix", one), st.sampled_from(["35", "3506", "61"])),
    st.builds(
        lambda low: clue("gross_weight_g", "between", str(low), str(low + 500)), st.integers(0, 1_000)
    ),
)
SELECTORS = st.builds(lambda tests: selector(*tests), st.lists(TESTS, min_size=1, max_size=4))
PARCELS = st.builds(
    lambda origin, destination, words, hs, gross: parcel(
        origin, destination, {"description": " ".join(words), "hs": hs}, gross_g=gross
    ),
    st.sampled_from(["CN", "HK", "US", ""]),
    st.sampled_from(["AU", "NZ", ""]),
    st.lists(st.sampled_from(WORDS), max_size=4),
    st.sampled_from(["350610", "610910", ""]),
    st.integers(0, 1_500),
)


@settings(max_examples=300)
@given(st.lists(SELECTORS, max_size=8), PARCELS)
def test_the_indices_find_what_every_selector_asked_alone_would(selectors: list[Any], one: Any) -> None:
    plain = [pattern(1, number, each, frozenset()) for number, each in enumerate(selectors)]
    expected = [each.number for each in plain if weakness(each) is None and each.hits(view(one))][:1]
    assert expected == [each.selector for each in matches(one, alert(*selectors))]
