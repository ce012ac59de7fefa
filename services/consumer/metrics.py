"""The reader's metrics. Labels come from closed lists; no id, name or content is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from services.consumer.feed import Feed
from services.consumer.health import Health
from services.consumer.intake import Tally
from tocsin.adapters.inbox.causes import Cause
from tocsin.core.directory import Directory
from tocsin.core.outcomes import AlarmKind, Outcome, Reason


class ConsumerMetrics:
    """Collects when asked, from counts that the loop keeps anyway."""

    def __init__(
        self,
        registry: CollectorRegistry,
        tally: Tally,
        health: Health,
        feed: Feed,
        alarms: Mapping[AlarmKind, int],
        directory: Callable[[], Directory | None],
    ) -> None:
        self._tally, self._health, self._feed = tally, health, feed
        self._alarms, self._directory = alarms, directory
        registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """All metrics with their values now."""
        yield _by_outcome("tocsin_consumer_records", "Records read, by outcome.", dict(self._tally.records))
        yield _by_outcome("tocsin_consumer_items", "Reports read, by outcome.", dict(self._tally.items))
        yield _by_kind(self._alarms)
        waiting = GaugeMetricFamily(
            "tocsin_consumer_waiting_records", "Records that wait, by cause.", labels=["cause"]
        )
        for cause in Cause:
            waiting.add_metric([cause.name.lower()], self._health.waiting.get(cause, 0))
        yield waiting
        refused = GaugeMetricFamily(
            "tocsin_consumer_refused_records", "Refused within 30 days, by reason.", labels=["reason"]
        )
        for reason in Reason:
            refused.add_metric([reason.name.lower()], self._health.refused.get(reason, 0))
        yield refused
        directory = self._directory()
        yield _gauge(
            "tocsin_consumer_directory_expires_seconds",
            "When the directory's timestamp expires; 0 before the first.",
            directory.expires_at_s if directory else 0,
        )
        yield _gauge("tocsin_consumer_ready", "1 when nothing is wrong.", not self._health.troubles())
        yield _gauge(
            "tocsin_consumer_silent_originators",
            "Originators that stated no heads for over two hours; at most 21.",
            self._health.silent,
        )
        yield _gauge(
            "tocsin_consumer_gone_stretches",
            "Stretches of offsets that were gone, or partitions that went back, in 7 days.",
            self._health.gone,
        )
        yield _gauge("tocsin_consumer_streams", "Open streams of events.", self._feed.listeners)
        yield _gauge(
            "tocsin_consumer_turned_seconds", "When the loop last turned.", self._health.turned_at_s
        )


def _by_outcome(name: str, text: str, counts: dict[Outcome, int]) -> Metric:
    family = CounterMetricFamily(name, text, labels=["outcome"])
    for outcome in Outcome:
        family.add_metric([outcome.value], counts.get(outcome, 0))
    return family


def _by_kind(counts: Mapping[AlarmKind, int]) -> Metric:
    text = "Alarms raised by records, checkpoints and manifests, by kind."
    family = CounterMetricFamily("tocsin_consumer_alarms", text, labels=["kind"])
    for kind in AlarmKind:
        family.add_metric([kind.name.lower()], counts.get(kind, 0))
    return family


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=float(value))
