"""A real Kafka for tests: one for the whole session, or one's own to break."""

import os
from pathlib import Path

import pytest

from services.workshop.local_kafka import LocalKafka, Tuning


@pytest.fixture(scope="session")
def kafka_bootstrap(tmp_path_factory):
    """The address of a broker that all tests of this session share; topics need unique names.

    TOCSIN_BOOTSTRAP uses a Kafka that is there already.
    """
    if given := os.environ.get("TOCSIN_BOOTSTRAP"):
        yield given
        return
    with LocalKafka(tmp_path_factory.mktemp("kafka"), tuning=Tuning(heap_mb=256), say=_quiet) as kafka:
        yield kafka.bootstrap


@pytest.fixture
def kafka_broker(tmp_path: Path):
    """A broker of the test's own, running, to kill, stop and start again."""
    with LocalKafka(tmp_path / "kafka", say=_quiet) as kafka:
        yield kafka


@pytest.fixture
def topic_name(request):
    """A topic name that no other test and no other run uses."""
    return f"test.{os.getpid()}.{abs(hash(request.node.nodeid)) % 10**8}"


def _quiet(text: str) -> None:
    """Tests print nothing."""
