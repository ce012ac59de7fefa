"""What a firm noticed: voluntary, about its own business, to its own authority."""

import pytest

from tests.support.letters import smallest_tip
from tests.support.reports import problems_of
from tocsin.core.tips import name_pattern, named_firms, texts_of, tip_check

STRICT = tip_check(strict=True)


@pytest.mark.parametrize("field", ["tip_id", "kind", "noticed_at", "title"])
def test_what_every_tip_says_is_missed(field: str) -> None:
    assert {field: "is missing"} == problems_of(STRICT, smallest_tip(**{field: None}))


def test_a_tip_is_voluntary_and_strictly_marked_unless_it_says_otherwise() -> None:
    body = STRICT(smallest_tip())
    assert (True, "AMBER+STRICT") == (body["voluntary"], body["tlp"])
    assert "GREEN" == STRICT(smallest_tip(tlp="GREEN"))["tlp"]


def test_a_tip_that_is_not_voluntary_is_refused() -> None:
    problems = problems_of(STRICT, smallest_tip(voluntary=False))
    assert problems["voluntary"].startswith("must be true")


def test_a_substance_without_name_and_an_identifier_without_value_are_refused() -> None:
    tip = smallest_tip(substances=[{"cas": "108-24-7"}], identifiers=[{"type": "order"}])
    assert {"substances[0].name", "identifiers[0].value"} == set(problems_of(STRICT, tip))


def test_another_firm_is_found_by_its_name_wherever_it_stands() -> None:
    tip = smallest_tip(
        title="As at  RIVAL\nparcels", substances=[{"name": "rival parcels' own"}], text="arrival parcels"
    )
    found = named_firms(tip, ["Rival Parcels"])
    assert ["title", "substances[0].name"] == [place for place, _ in found]


def test_a_name_too_short_to_be_told_from_words_finds_nothing() -> None:
    assert name_pattern("A B") is None
    assert [] == named_firms(smallest_tip(title="A B"), ["A B"])


def test_every_text_has_its_place_and_numbers_are_none() -> None:
    assert [("a.b[1]", "x"), ("c", "y")] == list(texts_of({"a": {"b": [1, "x"]}, "c": "y"}))
