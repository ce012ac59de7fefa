"""The parts of docs/operations.md that the code knows best."""

from __future__ import annotations

from unittest.mock import MagicMock

from prometheus_client import CollectorRegistry

from services.authority.metrics import AuthorityMetrics, StandbyMetrics
from services.authority.settings import AuthoritySettings
from services.consumer.letters.overdue import OverdueMetrics
from services.consumer.metrics import ConsumerMetrics
from services.consumer.settings import ConsumerSettings
from services.consumer.sinks.metrics import SinkMetrics
from services.producer.issuing import ReportSettings
from services.producer.metrics import ProducerMetrics
from services.producer.settings import ProducerSettings
from tocsin.core.findings import MEANINGS
from tocsin.core.symptoms import Check
from tocsin.runtime.exits import MEANING
from tocsin.runtime.metrics import rows
from tocsin.runtime.settings import ServiceSettings

SETTINGS: dict[str, type[ServiceSettings]] = {
    "producer": ProducerSettings,
    "report": ReportSettings,
    "consumer": ConsumerSettings,
    "authority": AuthoritySettings,
}


def table(header: tuple[str, ...], lines: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    parted = [header, tuple("---" for _ in header), *lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in parted)


def exits() -> str:
    """Every exit code with its meaning."""
    lines = [(str(int(code)), code.name.lower(), text) for code, text in MEANING.items()]
    return table(("code", "name", "meaning"), lines)


def settings() -> str:
    """Every setting of every service: its name in settings.toml, type, default, meaning."""
    lines = [
        (f"[{service}] {row.name}", row.type, f"`{row.default}`", row.description)
        for service, kind in SETTINGS.items()
        for row in kind.rows()
    ]
    return table(("setting", "type", "default", "meaning"), lines)


def metrics() -> str:
    """Every metric that the services expose. They are asked over stand-ins: only names are wanted."""
    registry = CollectorRegistry()
    ProducerMetrics(registry, MagicMock(), MagicMock(), MagicMock(return_value=None))
    ConsumerMetrics(registry, *(MagicMock() for _ in range(3)), {}, MagicMock(return_value=None))
    SinkMetrics(registry, MagicMock(return_value=[]))
    OverdueMetrics(registry, MagicMock())
    AuthorityMetrics(registry, float)
    StandbyMetrics(registry)
    lines = [(row.name, row.type, row.labels, row.description) for row in rows(registry)]
    return table(("metric", "type", "labels", "meaning"), lines)


def findings() -> str:
    """Everything that `tocsin doctor` can find wrong, in the order in which it looks."""
    order = list(Check)
    ordered = sorted(MEANINGS.items(), key=lambda item: order.index(item[1].check))
    lines = [
        (one.check.value, symptom.value, one.level.value, one.means, one.do) for symptom, one in ordered
    ]
    return table(("check", "finding", "level", "what it means", "what to do"), lines)
