"""Metrics: one registry for each service, labels from closed lists, zeros from the start."""

from enum import Enum

import pytest
from prometheus_client import generate_latest

from tocsin.runtime import metrics
from tocsin.runtime.metrics import MetricRow, ServiceMetrics


class Outcome(Enum):
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Other(Enum):
    ACCEPTED = "accepted"


@pytest.fixture
def service() -> ServiceMetrics:
    return ServiceMetrics("example")


def shown(service) -> str:
    return generate_latest(service.registry).decode()


def test_every_series_exists_before_anything_happened(service) -> None:
    service.counter("reports", "Reports.", Outcome)
    assert 'tocsin_example_reports_total{outcome="refused"} 0.0' in shown(service)


def test_it_counts_under_its_label_or_without_one(service) -> None:
    reports, rounds = service.counter("reports", "R.", Outcome), service.counter("rounds", "R.")
    reports.add(Outcome.ACCEPTED, 3)
    rounds.add()
    assert 'tocsin_example_reports_total{outcome="accepted"} 3.0' in shown(service)
    assert "tocsin_example_rounds_total 1.0" in shown(service)


@pytest.mark.parametrize("label", ["accepted", Other.ACCEPTED, None])
def test_a_label_from_elsewhere_is_refused(service, label) -> None:
    with pytest.raises(TypeError, match="closed list"):
        service.counter("reports", "R.", Outcome).add(label)


def test_two_services_share_nothing(service) -> None:
    service.gauge("waiting_reports", "W.").set(7)
    assert "tocsin_example_waiting_reports 7.0" in shown(service)
    assert "" == shown(ServiceMetrics("example"))


def test_rows_tell_each_metric_for_the_documentation(service) -> None:
    service.counter("reports", "Reports.", Outcome)
    service.seconds("sealing_seconds", "Sealing.").observe(0.1)
    names = [row.name for row in metrics.rows(service.registry)]
    assert ["tocsin_example_reports_total", "tocsin_example_sealing_seconds"] == names
    expected = MetricRow("tocsin_example_reports_total", "counter", "outcome", "Reports.")
    assert expected == next(iter(metrics.rows(service.registry)))
