"""Each thing that is wrong with a reader is one line under its subject; a loop that ended is stuck."""

import asyncio

import pytest

from services.consumer.health import Health


@pytest.fixture
def health():
    health = Health(lambda: 1_000.0)
    health.broker = health.history = None
    return health


def test_a_reader_that_never_began_says_so():
    said = ["broker: no broker was reached yet", "history: not read to its end yet"]
    assert said == Health(lambda: 1_000.0).troubles()


@pytest.mark.parametrize("subject", ["broker", "directory", "clock", "inbox", "history"])
def test_each_trouble_stands_under_its_subject(health, subject):
    assert [] == health.troubles()
    setattr(health, subject, "it is wrong")
    assert [f"{subject}: it is wrong"] == health.troubles()


def test_a_disk_without_room_is_one_more_line(health):
    health.disk = lambda: "disk: 1 MB are left"
    health.clock = "it is ahead"
    assert ["clock: it is ahead", "disk: 1 MB are left"] == health.troubles()


async def test_a_loop_of_sinks_that_ended_quietly_makes_the_service_stuck(health):
    async def ends():
        """Without a word."""

    assert None is health.stuck()
    await health.sinks.over(ends(), asyncio.Event())
    assert "the loop of sinks has ended" == health.stuck()


def test_a_turn_is_noted_for_the_metrics(health):
    health.turned()
    assert 1_000.0 == health.turned_at_s
