"""A wanted number is found however it is written, and no other ever is."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.screens import ISSUED_S, KEY, alert, matches, parcel, screen, target, view
from tocsin.core.parcel_views import Reading
from tocsin.core.parcels import Parcel, Party
from tocsin.core.screening_targets import KINDS, Targets, is_target, posted_at_s, target_key

DAY_S = 86_400
S10 = "RA473124829CH"


def found(one: Parcel, *targets: dict[str, str], **reading: Any) -> bool:
    return bool(matches(one, alert(targets=list(targets)), **reading))


_WIDE = str.maketrans({char: chr(ord(char) + 0xFEE0) for char in string.digits + string.ascii_letters})


@st.composite
def written(draw: st.DrawFn, number: str) -> str:
    """`number` as somebody may type it: case, width, separators, spaces around."""
    text = "".join(draw(st.sampled_from(["", "", " ", "-", ".", "/", "\u2013"])) + char for char in number)
    case = draw(st.sampled_from([str.upper, str.lower, str.title]))
    wide = draw(st.sampled_from([str, lambda one: one.translate(_WIDE)]))
    return (
        draw(st.sampled_from(["", " ", "\t"]))
        + wide(case(text))
        + draw(st.sampled_from(["", " ", "\u200b"]))
    )


S10S = st.from_regex(r"[A-Z]{2}[0-9]{9}[A-Z]{2}", fullmatch=True)
WAYBILLS = st.from_regex(r"[0-9]{11}", fullmatch=True)


@given(S10S, st.data())
def test_a_planted_s10_is_always_found(number: str, data: st.DataObject) -> None:
    planted, wanted = data.draw(written(number)), data.draw(written(number))
    assert found(parcel(item_id=planted), target(wanted))


@given(WAYBILLS, st.data(), st.sampled_from(["awb_master", "awb_house"]))
def test_a_planted_air_waybill_is_always_found(number: str, data: st.DataObject, column: str) -> None:
    planted, wanted = data.draw(written(number)), data.draw(written(number))
    assert found(parcel(**{column: planted}), target(wanted, "awb"))


@given(st.lists(S10S, max_size=20), S10S)
def test_a_number_that_is_not_wanted_never_hits(wanted: list[str], number: str) -> None:
    assert (number in wanted) is found(parcel(item_id=number), *map(target, wanted))


@given(st.text(max_size=20), st.lists(S10S, min_size=1, max_size=5))
def test_no_text_in_a_number_makes_a_hit_or_a_fault(text: str, wanted: list[str]) -> None:
    one = parcel(item_id=text, awb_house=text, posted_at=text)
    assert found(one, *map(target, wanted)) is (text in wanted)


def test_an_s10_is_no_air_waybill_and_no_number_of_the_firm() -> None:
    assert not found(parcel(awb_house=S10), target(S10))
    assert not found(parcel(item_id="02081140743"), target("02081140743", "awb"))
    assert not found(parcel(item_id=S10), target(S10, "courier"))


def test_a_firms_own_numbers_have_the_form_that_it_said() -> None:
    import re

    one, wanted = parcel(item_id="1z 999 aa1"), target("1Z999AA1", "courier")
    assert not found(one, wanted)
    assert found(one, wanted, own_numbers=re.compile("1Z[0-9A-Z]+"))
    assert not found(one, wanted, own_numbers=re.compile("2Z[0-9A-Z]+"))


@pytest.mark.parametrize(
    ("days", "expected"), [(0, True), (-300, True), (300, True), (-400, False), (400, False)]
)
def test_an_s10_counts_within_twelve_months(days: int, expected: bool) -> None:
    from datetime import UTC, datetime

    posted = datetime.fromtimestamp(ISSUED_S + days * DAY_S, UTC).isoformat()
    assert expected is found(parcel(item_id=S10, posted_at=posted), target(S10))


def test_a_waybill_and_a_parcel_without_a_readable_day_count_always() -> None:
    assert found(parcel(awb_house="02081140743", posted_at="1999-01-01"), target("020-81140743", "awb"))
    assert found(parcel(item_id=S10, posted_at="yesterday"), target(S10))
    assert matches(parcel(item_id=S10, posted_at="1999-01-01"), alert(targets=[target(S10)], issued=None))


def test_a_day_without_a_zone_is_of_utc() -> None:
    assert ISSUED_S == posted_at_s(view(parcel(posted_at="2026-11-25")))
    assert ISSUED_S - 8 * 3_600 == posted_at_s(view(parcel(posted_at="2026-11-25T00:00:00+08:00")))


PARTY = Party(
    country="AU", postcode="2000", house_no="12 b", phone="(02) 9374 4000", email="A@BÜCHER.example"
)


@pytest.mark.parametrize("side", ["sender", "addressee"])
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (target("+61 2 9374 4000", "phone"), True),
        (target("+61 2 9374 4001", "phone"), False),
        (target("+64 9 374 4000", "phone"), False),
        (target("A@xn--bcher-kva.example", "email"), True),
        (target("b@bücher.example", "email"), False),
        (target("AU; 2000; 12B", "house"), True),
        (target("AU;2000;12", "house"), False),
        (target("NZ;2000;12B", "house"), False),
    ],
)
def test_contacts_are_compared_by_the_country_of_the_address(
    side: str, wanted: dict[str, str], expected: bool
) -> None:
    one = Parcel(**{side: PARTY})
    assert expected is found(one, wanted)


def test_contacts_that_are_missing_or_unreadable_are_passed_over() -> None:
    wanted = [target("+61 2 9374 4000", "phone"), target("a@b.example", "email"), target("AU;1;1", "house")]
    assert not found(Parcel(addressee=Party(phone="374 4000", email="x", postcode="1")), *wanted)
    assert not found(Parcel(), *wanted)


@pytest.mark.parametrize(
    "given",
    [
        ("wallet", "x"),
        ("s10", " - "),
        ("house", "AU;2000"),
        ("house", "AU;;1"),
        ("phone", "02 1"),
        ("email", "x"),
    ],
)
def test_a_target_that_no_parcel_carries_has_no_key(given: tuple[str, str]) -> None:
    assert target_key(*given) is None
    assert 1 == screen(alert(targets=[target(given[1], given[0])])).foreign_targets


def test_a_number_remembers_every_place_that_it_came_from_once() -> None:
    targets = Targets(KEY, Reading())
    for place in (1, 1, 2, 3, 2):
        targets.add(("s10", S10), place)
    assert [1, 2, 3] == [place for _, place in targets.candidates(view(parcel(item_id=S10)))]
    assert 1 == len(targets)


def test_what_only_shares_the_hash_is_no_target() -> None:
    """A candidate is compared with the alert's own words."""
    assert not is_target(alert(targets=[target("RA000000000CH")]), ("s10", S10), view(parcel(item_id=S10)))


def test_the_kinds_of_numbers_are_few_enough_to_tell_apart_by_name() -> None:
    assert {"s10", "awb", "own", "phone", "email", "house"} == set(KINDS.values())
