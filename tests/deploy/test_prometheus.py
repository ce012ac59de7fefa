"""Alert rules and the dashboard name what the services measure, and nothing else."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from scripts.document_blocks import metrics
from tocsin.core.outcomes import AlarmKind

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy" / "prometheus" / "tocsin.rules.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "tocsin.json"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
MEASURED = set(re.findall(r"^\| (tocsin_\w+) ", metrics(), re.MULTILINE))
OF_PROMETHEUS = {"up"}

ALERTS = [one for group in yaml.safe_load(RULES.read_text())["groups"] for one in group["rules"]]
PANELS = [one for one in json.loads(DASHBOARD.read_bytes())["panels"] if one["type"] != "row"]
QUERIES = [(one["title"], target["expr"]) for one in PANELS for target in one["targets"]]
EVERY = [(one["alert"], one["expr"]) for one in ALERTS] + QUERIES


def selectors(expression: Any) -> Iterator[Any]:
    """Every vector selector in a parsed query."""
    if isinstance(expression, promql_parser.VectorSelector):
        yield expression
    for name in ("lhs", "rhs", "expr", "vector_selector"):
        inner = getattr(expression, name, None)
        if inner is not None:
            yield from selectors(inner)
    for inner in getattr(expression, "args", None) or ():
        yield from selectors(inner)


def named(query: str) -> set[str]:
    return {one.name for one in selectors(promql_parser.parse(query))}


@pytest.mark.parametrize(("title", "query"), EVERY, ids=lambda one: one[:40])
def test_a_query_names_metrics_that_the_services_have(title: str, query: str) -> None:
    found = named(query)
    assert found
    assert set() == found - MEASURED - OF_PROMETHEUS


def test_a_query_of_a_metric_that_nobody_has_would_be_found() -> None:
    assert {"tocsin_consumer_no_such_metric", "up"} == named(
        "sum by (kind) (rate(tocsin_consumer_no_such_metric[5m])) > 0 or up == 0"
    )


def test_every_metric_is_on_the_dashboard() -> None:
    shown = set().union(*(named(query) for _title, query in QUERIES))
    assert set() == MEASURED - shown


def test_every_kind_of_alarm_calls_somebody() -> None:
    matchers = [
        matcher.value
        for one in ALERTS
        for selector in selectors(promql_parser.parse(one["expr"]))
        for matcher in selector.matchers.matchers
        if matcher.name == "kind"
    ]
    called = {kind for value in matchers for kind in value.split("|")}
    assert {kind.name.lower() for kind in AlarmKind} == called


@pytest.mark.parametrize("alert", ALERTS, ids=lambda one: one["alert"])
def test_operations_say_what_to_do_about_an_alert(alert: dict[str, Any]) -> None:
    assert f"| `{alert['alert']}` |" in OPERATIONS
    page, anchor = alert["annotations"]["runbook"].split("#")
    assert "docs/operations.md" == page
    assert anchor.replace("-", " ") in OPERATIONS.lower()
    assert alert["labels"]["severity"] in {"page", "ticket"}


def test_operations_name_no_alert_that_is_not_there() -> None:
    assert {one["alert"] for one in ALERTS} == set(re.findall(r"`(Tocsin[A-Z]\w+)`", OPERATIONS))


def test_no_two_panels_of_the_dashboard_share_a_place() -> None:
    places = [
        (x, y)
        for one in PANELS
        for x in range(one["gridPos"]["x"], one["gridPos"]["x"] + one["gridPos"]["w"])
        for y in range(one["gridPos"]["y"], one["gridPos"]["y"] + one["gridPos"]["h"])
    ]
    assert len(places) == len(set(places))
