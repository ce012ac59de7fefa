"""The sinks' metrics. The label is the sink's name of the settings: no target, no content."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from services.consumer.sinks.standing import SinkStanding


class SinkMetrics:
    """Collects when asked, from the last look at the sinks."""

    def __init__(self, registry: CollectorRegistry, standing: Callable[[], Sequence[SinkStanding]]) -> None:
        self._standing = standing
        registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """All metrics with their values now."""
        delivered = CounterMetricFamily(
            "tocsin_consumer_sink_delivered", "Events that a sink took.", labels=["sink"]
        )
        waiting = GaugeMetricFamily(
            "tocsin_consumer_sink_waiting", "Events that wait for a sink.", labels=["sink"]
        )
        dead = GaugeMetricFamily(
            "tocsin_consumer_sink_dead", "Events that were given up after 72 h.", labels=["sink"]
        )
        failing = GaugeMetricFamily(
            "tocsin_consumer_sink_failures", "Failed tries in a row.", labels=["sink"]
        )
        for one in self._standing():
            delivered.add_metric([one.name], one.state.delivered)
            waiting.add_metric([one.name], one.waiting)
            dead.add_metric([one.name], one.dead)
            failing.add_metric([one.name], one.state.failures)
        yield from (delivered, waiting, dead, failing)
