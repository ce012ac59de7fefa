"""Metrics of a service: its own registry, and labels that come from closed lists only.

A label is an Enum, and every series exists from the start, so a dashboard sees zeros instead of gaps.
No id, name or content can become a label.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS_BUCKETS = (0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


class MetricRow(NamedTuple):
    """One metric, as docs/operations.md prints it."""

    name: str
    type: str
    labels: str
    description: str


class Counts:
    """A counter with one label, or none."""

    def __init__(self, counter: Counter, label: type[Enum] | None) -> None:
        self._counter, self._label = counter, label
        for member in label or ():
            counter.labels(_text(member))

    def add(self, member: Enum | None = None, amount: float = 1) -> None:
        """Count `amount` under `member`. Raises TypeError for what is not of the label's list."""
        if self._label is None and member is None:
            self._counter.inc(amount)
        elif self._label is not None and isinstance(member, self._label):
            self._counter.labels(_text(member)).inc(amount)
        else:
            raise TypeError("a label comes from the metric's own closed list")


class ServiceMetrics:
    """Base of each service's metrics; names begin with `tocsin_<service>_`."""

    def __init__(self, service: str, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self._prefix = f"tocsin_{service}_"

    def counter(self, name: str, text: str, label: type[Enum] | None = None) -> Counts:
        """A count that only grows; `label`: the closed list that parts it."""
        names = [label.__name__.lower()] if label else []
        return Counts(Counter(self._prefix + name, text, names, registry=self.registry), label)

    def gauge(self, name: str, text: str) -> Gauge:
        """A value that goes up and down; `.set_function` reads it when asked."""
        return Gauge(self._prefix + name, text, registry=self.registry)

    def seconds(self, name: str, text: str) -> Histogram:
        """How long something took, in seconds."""
        return Histogram(self._prefix + name, text, registry=self.registry, buckets=SECONDS_BUCKETS)


def rows(registry: CollectorRegistry) -> Iterator[MetricRow]:
    """Every metric of a registry, in order of name."""
    for family in sorted(registry.collect(), key=lambda family: family.name):
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        name = family.name + ("_total" if family.type == "counter" else "")
        yield MetricRow(name, family.type, ", ".join(sorted(labels)), family.documentation)


def _text(member: Enum) -> str:
    return member.value if isinstance(member.value, str) else member.name.lower()
