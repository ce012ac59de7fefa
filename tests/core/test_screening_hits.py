"""A hit has one id, shows what was compared and nothing else, and is answered from a closed list."""

import re
from typing import Any

import pytest

from tests.support.screens import alert, clue, matches, parcel, selector, target, view
from tocsin.core.parcels import Content, Parcel, Party
from tocsin.core.screening_hits import (
    MAX_SHOWN_CHARACTERS,
    MAX_SHOWN_CONTENTS,
    AnswerCode,
    evidence,
    hit_id,
    is_in_force,
    parcel_number,
)

KEY, ORIGINATOR = b"k" * 32, b"o" * 16
S10 = "RA473124829CH"
NOW_S = 1_795_600_000


def id_of(one: Parcel, originator: bytes = ORIGINATOR, key: bytes = KEY, **changes: Any) -> str:
    return hit_id(key, originator, alert(**changes), view(one))


def test_a_parcel_seen_again_has_the_same_hit() -> None:
    one, again = parcel(item_id=S10, gross_g="1"), parcel(item_id="ra 473124829 ch", gross_g="2")
    assert id_of(one) == id_of(again)
    assert re.fullmatch("[0-9a-f]{16}", id_of(one))


def test_another_alert_version_parcel_day_or_home_is_another_hit() -> None:
    one = parcel(item_id=S10)
    ids = [
        id_of(one),
        id_of(one, alert_id="b" * 32),
        id_of(one, version=2),
        id_of(one, originator=b"p" * 16),
        id_of(one, key=b"l" * 32),
        id_of(parcel(item_id="RA000000011CN")),
        id_of(parcel(item_id=S10, posted_at="2026-11-25")),
        id_of(parcel(item_id=S10, posted_at="2025-11-25")),
    ]
    assert len(ids) == len(set(ids))


def test_a_parcel_without_a_number_is_known_by_all_that_it_declares() -> None:
    one, other = parcel(gross_g="1"), parcel(gross_g="2")
    assert id_of(one) == id_of(parcel(gross_g="1"))
    assert id_of(one) != id_of(other)
    assert id_of(parcel(mail_class="\udce9"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": "active"}, True),
        ({"status": "updated"}, True),
        ({"status": "cleared"}, False),
        ({"status": "recalled"}, False),
        ({"status": None}, False),
        ({"valid_until": NOW_S}, False),
        ({"valid_until": None}, False),
        ({"exercise": True}, False),
    ],
)
def test_an_alert_is_in_force_until_it_ends_or_is_cleared(changes: dict[str, Any], expected: bool) -> None:
    usual = {"status": "active", "valid_until": NOW_S + 1, "exercise": False}
    assert expected is is_in_force(alert(**usual | changes), NOW_S, exercise=False)


def test_an_exercise_is_looked_for_where_it_is_asked_for() -> None:
    assert is_in_force(alert(status="active", valid_until=NOW_S + 1, exercise=True), NOW_S, exercise=True)


def shown(one: Parcel, *tests: dict[str, Any]) -> list[dict[str, str]]:
    (match,) = matches(one, alert(selector(*tests)))
    return evidence(match, view(one))


FULL = Parcel(
    item_id=S10,
    mode="4",
    gross_g="900",
    sender=Party(country="cn", email="canary@example.org"),
    addressee=Party(country="AU", phone="+61 2 9374 4000"),
    contents=[
        Content(description="Shirt", net_g=100.5, value="5", currency="USD"),
        Content(description="Tile-glue", hs="3506.10", net_g="700", value="40"),
    ],
)


@pytest.mark.parametrize(
    ("test", "wanted", "has"),
    [
        (clue("origin_country", "in", "CN", "HK"), "CN or HK", "CN"),
        (clue("destination_country", "prefix", "A"), "begins with A", "AU"),
        (clue("gross_weight_g", "between", "500", "1500"), "500 to 1500", "900"),
        (clue("net_weight_g", "between", "500", "1500"), "500 to 1500", "100.5 | 700"),
        (clue("declared_value", "between", "1", "99"), "1 to 99", "5 USD | 40"),
        (clue("mode", "equals", "4"), "4", "4"),
        (clue("hs", "prefix", "3506"), "begins with 3506", "3506.10"),
    ],
)
def test_what_the_alert_wants_stands_beside_what_the_parcel_has(
    test: dict[str, Any], wanted: str, has: str
) -> None:
    found = shown(
        FULL, clue("declared_text", "phrase", "tile glue"), test, clue("origin_country", "equals", "CN")
    )
    assert {"field": "declared_text", "wanted": "tile glue", "has": "Shirt | Tile-glue"} == found[0]
    assert {"field": test["field"], "wanted": wanted, "has": has} == found[1]


def test_what_was_not_compared_is_not_shown() -> None:
    found = shown(
        FULL, clue("declared_text", "phrase", "tile glue"), clue("origin_country", "equals", "CN")
    )
    assert "canary" not in repr(found)
    assert "9374" not in repr(found)


def test_long_values_are_shortened_and_bytes_that_are_no_text_escaped() -> None:
    long = [Content(description=f"tile glue {'x' * 300} \udce9")] * (MAX_SHOWN_CONTENTS + 2)
    one = Parcel(sender=Party(country="CN"), contents=long)
    has = shown(one, clue("declared_text", "phrase", "tile glue"), clue("origin_country", "equals", "CN"))[
        0
    ]["has"]
    assert (MAX_SHOWN_CHARACTERS, "…") == (len(has), has[-1])
    short = Parcel(
        sender=Party(country="CN"), contents=[Content(description="glue \udce9")] * (MAX_SHOWN_CONTENTS + 2)
    )
    has = shown(short, clue("declared_text", "phrase", "glue"), clue("origin_country", "equals", "CN"))[0][
        "has"
    ]
    assert has.endswith(" | and 2 more")
    assert "\\udce9" in has


@pytest.mark.parametrize(
    ("one", "wanted", "has"),
    [
        (parcel(item_id="ra 473124829 ch"), target(S10), "ra 473124829 ch"),
        (parcel(awb_house="020-81140743"), target("02081140743", "awb"), "020-81140743"),
        (Parcel(addressee=Party(email="a@b.example")), target("a@B.example", "email"), "a@b.example"),
    ],
)
def test_a_number_stands_as_the_firm_wrote_it(one: Parcel, wanted: dict[str, str], has: str) -> None:
    (match,) = matches(one, alert(targets=[wanted]))
    (line,) = evidence(match, view(one))
    assert has == line["has"]


def test_the_number_of_a_parcel_is_the_firms_own() -> None:
    assert [S10, "02081140743", None] == [
        parcel_number(view(one)) for one in (FULL, parcel(awb_master="020-81140743"), parcel())
    ]


def test_the_answers_are_those_of_the_specification() -> None:
    words = (
        "stopped, held, refused, already delivered, nothing found, false match, passed on, not lawful here"
    )
    assert words.split(", ") == [one.value.replace("-", " ") for one in AnswerCode]
