"""The reader's metrics: every alarm is counted, whoever raised it."""

from unittest.mock import MagicMock

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from services.consumer.metrics import ConsumerMetrics
from tests.support.reading import Reading
from tests.support.world import NOW_S, small_world
from tocsin.core.outcomes import Alarm, AlarmKind

WORLD = small_world()


@pytest.fixture
def reading(tmp_path):
    return Reading(tmp_path, WORLD.directory)


def exposed(reading, directory=None) -> list[str]:
    registry = CollectorRegistry()
    counts = MagicMock(records={}, items={}), MagicMock(waiting={}, silent=0, turned_at_s=0)
    alarms = reading.inbox.alarms.raised
    ConsumerMetrics(registry, *counts, MagicMock(listeners=0), alarms, lambda: directory)
    return generate_latest(registry).decode().splitlines()


def test_an_alarm_of_a_checkpoint_is_counted_under_its_kind(reading):
    alarm = Alarm(AlarmKind.CHECKPOINT, WORLD.originator.id, "ion", "south-america")
    reading.inbox.alarms.note(alarm, NOW_S)
    assert 'tocsin_consumer_alarms_total{kind="checkpoint"} 1.0' in exposed(reading)


def test_a_kind_that_never_came_is_zero_and_not_missing(reading):
    assert 'tocsin_consumer_alarms_total{kind="gap"} 0.0' in exposed(reading)


def test_the_end_of_the_directorys_timestamp_is_shown(reading):
    name = "tocsin_consumer_directory_expires_seconds "
    (line,) = (one for one in exposed(reading, WORLD.directory) if one.startswith(name))
    assert WORLD.directory.expires_at_s == float(line.removeprefix(name))


def test_without_a_directory_its_end_is_zero(reading):
    assert "tocsin_consumer_directory_expires_seconds 0.0" in exposed(reading)
