"""The loop: recovers alone, wakes on news, stops at once, and lets bugs end the service."""

import asyncio

import pytest

from services.producer import running
from services.producer.clocks import Clocks
from services.producer.running import SLOW_ROUND_S, Running
from tocsin.core.errors import BrokerUnavailableError, KeyUnusableError


class Rounds:
    """A producer whose rounds do what they are told, one after another; then they wait for ever."""

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.begun = 0
        self.stopped = self.unfinished = False
        self.first, self.done = asyncio.Event(), asyncio.Event()

    async def round(self):
        self.begun += 1
        self.first.set()
        if not self.outcomes:
            self.done.set()
            await asyncio.Event().wait()
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def checkpoint(self):
        """Not due."""

    async def stop(self):
        self.stopped = True


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(running, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(running, "IDLE_S", 0.001)


async def finished(rounds):
    """Run until the rounds have nothing left to do, then stop."""
    stop, loop = asyncio.Event(), Running(rounds, Clocks())
    task = asyncio.ensure_future(loop.run(stop))
    await rounds.done.wait()
    stop.set()
    await task
    return loop


async def test_a_round_that_ended_for_its_time_is_followed_by_the_next_at_once(monkeypatch):
    monkeypatch.setattr(running, "IDLE_S", 3_600)
    rounds = Rounds(3, 3)
    rounds.unfinished = True
    await finished(rounds)
    assert 3 == rounds.begun


async def test_a_broker_that_is_away_is_tried_again():
    rounds = Rounds(BrokerUnavailableError("away"), BrokerUnavailableError("away"), 3)
    await finished(rounds)
    assert 4 == rounds.begun


async def test_the_same_trouble_is_logged_once(capsys):
    await finished(Rounds(*[BrokerUnavailableError("away")] * 3))
    assert 1 == capsys.readouterr().err.count("publishing.interrupted")


async def test_a_round_that_hangs_does_not_keep_the_service_from_stopping():
    rounds = Rounds()
    await finished(rounds)
    assert rounds.stopped


async def test_what_cannot_pass_by_itself_ends_the_service():
    rounds = Rounds(KeyUnusableError("broken"))
    with pytest.raises(KeyUnusableError):
        await Running(rounds, Clocks()).run(asyncio.Event())
    assert rounds.stopped


async def test_news_end_a_rest_at_once(monkeypatch):
    monkeypatch.setattr(running, "IDLE_S", 3_600)
    rounds = Rounds(0)
    stop, loop = asyncio.Event(), Running(rounds, Clocks())
    task = asyncio.ensure_future(loop.run(stop))
    await rounds.first.wait()
    loop.news()
    await rounds.done.wait()
    stop.set()
    await task


async def test_a_round_that_takes_long_is_said():
    now_s = 100.0
    rounds = Rounds()
    stop, loop = asyncio.Event(), Running(rounds, Clocks(monotonic=lambda: now_s))
    task = asyncio.ensure_future(loop.run(stop))
    await rounds.done.wait()
    before = loop.trouble()
    now_s += SLOW_ROUND_S
    assert (None, True) == (before, "has not acknowledged for 15 s" in loop.trouble())
    stop.set()
    await task


async def test_a_round_that_hangs_is_renewed_and_the_next_one_goes_well():
    rounds = Rounds()
    stop, loop = asyncio.Event(), Running(rounds, Clocks())
    task = asyncio.ensure_future(loop.run(stop))
    await rounds.done.wait()
    rounds.outcomes, rounds.done = [1], asyncio.Event()
    loop.renew()
    await rounds.done.wait()
    assert 3 == rounds.begun
    stop.set()
    await task


async def test_a_round_that_hangs_is_stuck_only_after_its_time():
    now_s = 100.0
    rounds = Rounds()
    stop, loop = asyncio.Event(), Running(rounds, Clocks(monotonic=lambda: now_s), max_turn_s=60)
    task = asyncio.ensure_future(loop.run(stop))
    await rounds.done.wait()
    now_s += 60
    before = loop.pulse.stuck()
    now_s += 1
    assert (None, True) == (before, "the publishing loop has not turned for 61 s" in loop.pulse.stuck())
    stop.set()
    await task
