"""The authority's metrics."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from prometheus_client import CollectorRegistry

from tocsin.runtime.metrics import ServiceMetrics


class Result(Enum):
    """How a round of signing and publishing ended."""

    PUBLISHED = "published"
    FAILED = "failed"


class AuthorityMetrics(ServiceMetrics):
    """Rounds, and how old the published timestamp is."""

    def __init__(self, registry: CollectorRegistry, age_s: Callable[[], float]) -> None:
        super().__init__("authority", registry)
        self.rounds = self.counter("rounds", "Timestamps signed and sent.", Result)
        gauge = self.gauge("timestamp_age_seconds", "Since the published timestamp was signed.")
        gauge.set_function(age_s)


class StandbyMetrics(ServiceMetrics):
    """Whether it stands in for the authority, and how often it signed."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__("standby", registry)
        self.signed = self.counter("signed", "Timestamps signed in the authority's place.")
        self.standing_in = self.gauge("standing_in", "1 while it signs in the authority's place.")
