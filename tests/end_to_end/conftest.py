"""A network of its own for each file of this folder: what a test does in it, only its file finds."""

import pytest

from services.workshop.local_kafka import LocalKafka, Tuning
from tests.support.stage import Stage, build_stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> Stage:
    """Authority, two focal points, an analyst and a courier; the topics have fixed names, so a broker."""
    folder = tmp_path_factory.mktemp("stage")
    with LocalKafka(folder / "kafka", tuning=Tuning(heap_mb=256), say=lambda _text: None) as kafka:
        yield build_stage(folder / "homes", kafka)
