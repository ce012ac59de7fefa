"""What one report or one word costs: search over the whole vocabulary, check, doubts and score."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from bench.results import Row
from tests.support.incidents import SEIZURE
from tests.support.parties import NOW_S
from tocsin.adapters.airports import airport_country
from tocsin.core import codes
from tocsin.core.completeness import completeness
from tocsin.core.report import check_incident
from tocsin.core.report_doubts import doubts
from tocsin.core.vocabulary import search

TIMES = 2_000


def rows() -> list[Row]:
    """The median and the slowest search over every name that there is, then one report's way."""
    names = [
        name
        for one in codes.substances().values()
        for name in (
            *one.labels.values(),
            *one.names,
            *one.cas,
            *(name for form in one.forms for name in form.names),
        )
    ]
    searches = _timed_s(search, names)
    report = deepcopy(SEIZURE)
    checked = check_incident(report, now_s=NOW_S)
    checks = _timed_s(lambda one: check_incident(one, now_s=NOW_S), [report] * TIMES)
    scores = _timed_s(completeness, [checked.body] * TIMES)
    looked_at = _timed_s(lambda one: doubts(one, airport_country), [checked] * TIMES)
    return [
        Row(
            f"search {len(names):,} names, median",
            1e3 * _median(searches),
            "ms",
            goal="≤ 5",
            better="lower",
        ),
        Row("the slowest of them", 1e3 * searches[-1], "ms", goal="≤ 5", better="lower"),
        Row("check one report", 1e6 * _median(checks), "µs", better="lower"),
        Row("score one report", 1e6 * _median(scores), "µs", better="lower"),
        Row(
            "check, doubts and score of one report",
            1e6 * sum(map(_median, (checks, scores, looked_at))),
            "µs",
            better="lower",
        ),
    ]


def _timed_s(call: Callable[[Any], object], inputs: Sequence[Any]) -> list[float]:
    """How long each call took, the shortest first; what is built once is built before.

    Of three calls with one input the best counts: what else runs on the machine is not measured.
    """
    call(inputs[0])
    return sorted(min(_took_s(call, one) for _ in range(3)) for one in inputs)


def _took_s(call: Callable[[Any], object], one: Any) -> float:
    started = time.perf_counter()
    call(one)
    return time.perf_counter() - started


def _median(found: list[float]) -> float:
    return found[len(found) // 2]
