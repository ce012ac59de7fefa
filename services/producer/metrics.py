"""The publisher's metrics. Labels come from closed lists; no id, name or content is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from services.producer.producing import Producing
from tocsin.adapters.outbox.store import Outbox
from tocsin.core.directory import Directory

_PREFIX = "tocsin_producer_"


class ProducerMetrics:
    """Collects when asked, from counts that the loop keeps anyway."""

    def __init__(
        self,
        registry: CollectorRegistry,
        producing: Producing,
        outbox: Outbox,
        directory: Callable[[], Directory | None],
    ) -> None:
        self._producing, self._outbox, self._directory = producing, outbox, directory
        registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """All metrics with their values now."""
        totals, outbox = self._producing.totals, self._outbox
        yield _count("sealed_items", "Items sealed into records.", totals.sealed_items)
        yield _count("sealed_records", "Records sealed.", totals.sealed_records)
        yield _count("published_records", "Records acknowledged.", totals.published_records)
        yield _count("refused_items", "Items that a rule refused for good.", totals.refused_items)
        yield _count("found_records", "Records found stored after a failure.", totals.found_again)
        yield _count(
            "foreign_records", "Records under our key that we did not seal.", totals.foreign_records
        )
        yield _count(
            "went_back_partitions",
            "Partitions found to hold no longer what was acknowledged there.",
            totals.went_back_partitions,
        )
        yield _count(
            "sent_again_items", "Items sent again, since a broker lost them.", totals.sent_again_items
        )
        yield _count("checkpoints", "Checkpoint statements published.", totals.checkpoints)
        yield _gauge("waiting_items", "Accepted, not sealed.", outbox.items.waiting_items)
        yield _gauge("waiting_bytes", "Bytes of bodies not sealed.", outbox.items.waiting_bytes)
        yield _gauge("unsent_records", "Sealed, not acknowledged.", outbox.records.unsent_count())
        yield _gauge("queued_keys", "Manifests and wraps to send.", outbox.keys.queued_count())
        yield _gauge("outbox_fullness", "0 empty, 1 refuses.", outbox.items.fullness)
        directory = self._directory()
        yield _gauge(
            "directory_expires_seconds",
            "When the directory's timestamp expires; 0 before the first.",
            directory.expires_at_s if directory else 0,
        )
        yield _gauge("troubles", "Things in the way now.", len(self._producing.troubles))


def _count(name: str, text: str, value: float) -> Metric:
    family = CounterMetricFamily(_PREFIX + name, text)
    family.add_metric([], value)
    return family


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(_PREFIX + name, text, value=value)
