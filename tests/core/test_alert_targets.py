"""What an alert to one firm alone may point at."""

from typing import Any

import pytest

from tests.support.reports import problems_of, smallest_alert
from tocsin.core import codes
from tocsin.core.alert_fields import alert_check
from tocsin.core.alert_targets import MAX_TARGETS, SECTORS_OF_TARGET, is_own, not_meant

STRICT = alert_check(strict=True)
LENIENT = alert_check(strict=False)
SIDES = pytest.mark.parametrize("check", [STRICT, LENIENT])
VALUES = {"s10": "RA473124829CH", "awb": "02081140743"}


def alert(sector: str, *targets: Any) -> dict[str, Any]:
    return smallest_alert(sectors=[sector], targets=list(targets))


@SIDES
@pytest.mark.parametrize("sector", sorted(codes.sectors()))
@pytest.mark.parametrize("kind", sorted(SECTORS_OF_TARGET))
def test_a_sector_is_given_the_numbers_of_its_own_trade_and_no_other(
    check: Any, sector: str, kind: str
) -> None:
    given = alert(sector, {"type": kind, "value": VALUES.get(kind, "X-1")})
    if sector in SECTORS_OF_TARGET[kind]:
        assert kind == check(given)["targets"][0]["type"]
    else:
        assert ["targets[0].type"] == list(problems_of(check, given))


def test_every_sector_has_numbers_of_its_own() -> None:
    assert set(codes.sectors()) == set().union(*SECTORS_OF_TARGET.values())


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [("awb", "020-8114 0743", "02081140743"), ("s10", "ra 473 124 829 ch", "RA473124829CH")],
)
def test_a_carriers_number_is_kept_without_separators(kind: str, typed: str, kept: str) -> None:
    assert kept == STRICT(alert("courier", {"type": kind, "value": typed}))["targets"][0]["value"]


@SIDES
@pytest.mark.parametrize(
    ("target", "place"),
    [
        ({"type": "awb", "value": "0208114074"}, "targets[0].value"),
        ({"type": "s10", "value": "RA47312482CH"}, "targets[0].value"),
        ({"type": "awb"}, "targets[0].value"),
        ({"value": "02081140743"}, "targets[0].type"),
        ({"type": "person", "value": "x"}, "targets[0].type"),
        ({"type": "awb", "value": "0" * 101}, "targets[0].value"),
    ],
)
def test_a_target_that_nobody_can_look_up_is_refused(check: Any, target: Any, place: str) -> None:
    assert [place] == list(problems_of(check, alert("courier", target)))


@SIDES
def test_targets_are_bounded(check: Any) -> None:
    one = {"type": "awb", "value": "02081140743"}
    assert MAX_TARGETS == len(check(alert("courier", *[one] * MAX_TARGETS))["targets"])
    assert ["targets"] == list(problems_of(check, alert("courier", *[one] * (MAX_TARGETS + 1))))


@pytest.mark.parametrize(("prefix", "ours"), [("s10:CH", True), ("s10:NL", False), ("awb:020", True)])
def test_an_s10_is_its_issuers_by_its_end(prefix: str, ours: bool) -> None:
    assert ours is is_own("s10", "RA473124829CH", [prefix])


def test_a_target_is_of_the_trade_of_every_sector_that_is_named() -> None:
    s10 = [{"type": "s10", "value": "RA473124829CH"}]
    assert [] == list(not_meant(s10, {"postal", "courier"}))
    assert ["targets[0].type"] == [place for place, _ in not_meant(s10, {"postal", "bank"})]
