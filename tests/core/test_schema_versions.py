"""A report is written in the oldest version that has a field for all it says."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from tests.core.test_report_traces import FULL
from tests.support.reports import smallest_report
from tocsin.core.report_fields import incident_check
from tocsin.core.schema_versions import Versions

CHECK = incident_check(strict=True)
VERSIONS = Versions(schemas.versions("incident_report"))
EVERY = tuple(range(len(VERSIONS.all)))
SINCE_1_1: list[dict[str, Any]] = [
    *({name: value} for name, value in FULL.items()),
    {"place": {"country": "DE", "iata": "LEJ"}},
    {"substances": [{"name_as_declared": "x"}, {"name_as_declared": "y", "method": "raman"}]},
    {"handling": {"tlp": "RED", "caveats": ["h1"]}},
]
OLD = {"kind": "stopped-shipment", "asked_unknown": None}


def test_what_1_0_could_say_is_written_in_1_0() -> None:
    full = CHECK(smallest_report(**OLD, narrative={"government": "What happened."}, exercise=True))
    assert EVERY == VERSIONS.holding(full)


@pytest.mark.parametrize("new", SINCE_1_1, ids=lambda new: next(iter(new)))
def test_what_only_1_1_can_say_is_not_written_in_1_0(new: dict[str, Any]) -> None:
    body = CHECK(smallest_report(**{**OLD, **new}))
    assert EVERY[1:] == VERSIONS.holding(body)
    assert VERSIONS.missing(0, body)
    assert [] == VERSIONS.missing(1, body)


def test_the_field_without_a_place_is_named() -> None:
    body = CHECK(smallest_report(**OLD, place={"country": "DE", "iata": "LEJ"}))
    assert ["place.iata"] == VERSIONS.missing(0, body)


@given(st.lists(st.sampled_from(SINCE_1_1), max_size=5))
def test_a_version_that_holds_a_report_gives_it_back_whole(parts: list[dict[str, Any]]) -> None:
    report = smallest_report(**OLD)
    for part in parts:
        report |= part
    body = CHECK(report)
    for index in VERSIONS.holding(body):
        codec = VERSIONS.all[index]
        assert body == CHECK(codec.decode(codec.encode(body)))
