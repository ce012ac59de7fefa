"""Waiting for a broker is healthy, standing still without a reason is not, and renewing comes before."""

import asyncio

import pytest

from tocsin.runtime.pulse import LOOK_EVERY_S, RENEW_AFTER_S, Pulse, Watch

MAX_TURN_S = 300


class Time:
    now_s = 1_000.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def pulse(time):
    return Pulse("the loop", MAX_TURN_S, time)


def watch(pulse, renewed, *, answers, progress=lambda: None):
    async def broker_trouble():
        return None if answers else "the login was removed"

    return Watch(pulse, broker_trouble, lambda: renewed.append("renewed"), progress)


def test_a_loop_that_never_turned_is_stuck_after_a_turns_time(pulse, time):
    assert None is pulse.stuck()
    time.now_s += MAX_TURN_S + 1
    assert "the loop has not turned for 301 s, and nothing is in its way" == pulse.stuck()


def test_a_loop_that_turns_again_is_not_stuck(pulse, time):
    time.now_s += MAX_TURN_S + 1
    pulse.beat()
    assert None is pulse.stuck()


def test_a_loop_may_rest_for_as_long_as_it_said(pulse, time):
    pulse.beat(3_600)
    time.now_s += 3_600 + MAX_TURN_S
    assert None is pulse.stuck()
    time.now_s += 1
    assert pulse.stuck()


async def test_a_loop_that_ended_quietly_is_stuck_at_once(pulse):
    async def ends():
        """Without a word."""

    await pulse.over(ends(), asyncio.Event())
    assert "the loop has ended" == pulse.stuck()


async def test_a_loop_that_was_told_to_end_is_not_stuck(pulse):
    stop = asyncio.Event()
    stop.set()
    await pulse.over(asyncio.sleep(0), stop)
    assert None is pulse.stuck()


async def test_a_loop_that_fails_is_stuck_and_its_error_is_told(pulse):
    async def fails():
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        await pulse.over(fails(), asyncio.Event())
    assert pulse.stuck()


async def test_while_no_broker_answers_a_turn_that_lasts_is_waiting(pulse, time):
    renewed = []
    for _ in range(100):
        time.now_s += MAX_TURN_S
        await watch(pulse, renewed, answers=False).look()
    assert (None, []) == (pulse.stuck(), renewed)


async def test_what_a_turn_waits_for_is_known_until_it_turns_again(pulse, time):
    time.now_s += LOOK_EVERY_S
    await watch(pulse, [], answers=False).look()
    assert "the login was removed" == pulse.waits_for
    pulse.beat()
    assert None is pulse.waits_for


async def test_a_turn_that_hangs_though_the_broker_answers_is_renewed_and_then_stuck(pulse, time):
    renewed = []
    time.now_s += RENEW_AFTER_S
    await watch(pulse, renewed, answers=True).look()
    assert (["renewed"], None) == (renewed, pulse.stuck())
    time.now_s += MAX_TURN_S
    assert pulse.stuck()


async def test_a_long_turn_that_gets_on_is_left_alone(pulse, time):
    renewed, steps = [], iter(range(1_000))
    looking = watch(pulse, renewed, answers=True, progress=lambda: next(steps))
    for _ in range(10):
        time.now_s += MAX_TURN_S
        await looking.look()
    assert (None, []) == (pulse.stuck(), renewed)


async def test_a_loop_that_turns_costs_the_broker_no_question(pulse, time):
    async def never():
        raise AssertionError

    time.now_s += LOOK_EVERY_S - 1
    await Watch(pulse, never, lambda: None).look()


async def test_a_watch_that_asks_a_silent_broker_stops_at_once(pulse, time):
    stop, asked = asyncio.Event(), asyncio.Event()

    async def hangs():
        asked.set()
        await asyncio.Event().wait()

    time.now_s += MAX_TURN_S
    running = asyncio.ensure_future(Watch(pulse, hangs, lambda: None).run(stop, look_every_s=0.001))
    await asked.wait()
    stop.set()
    await running
