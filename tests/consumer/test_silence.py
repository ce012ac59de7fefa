"""How long a broker was silent is measured also by a clock that was set back meanwhile."""

from types import SimpleNamespace

import pytest

from services.consumer.consume import SILENCE_S, Consumption
from services.consumer.health import Health
from services.consumer.keeping import Keeping
from tests.support.world import NOW_S
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.core.errors import BrokerUnavailableError

ACCESS = KafkaAccess("127.0.0.1:9")
TURNS = 5


async def test_reading_to_the_end_does_not_wait_for_a_clock_that_was_set_back(monkeypatch):
    times_s = iter([NOW_S, NOW_S, NOW_S - 1_800, NOW_S - 1_800 + SILENCE_S + 1])
    consumption = Consumption(None, ACCESS, None, lambda: next(times_s, NOW_S - 1_000))
    turns = iter(range(TURNS))

    async def end_offsets():
        return {("t", 0): 1}

    async def lags():
        return next(turns, None) is not None

    async def step():
        return 0

    running = SimpleNamespace(end_offsets=end_offsets)
    for name, double in {"_running": lambda: running, "_still_lagging": lags, "step": step}.items():
        monkeypatch.setattr(consumption, name, double)
    with pytest.raises(BrokerUnavailableError, match="went silent"):
        await consumption._to_the_end(lambda _count: None)
    assert 2 == next(turns)


def test_a_broker_that_was_heard_by_a_clock_ahead_is_said_to_be_silent_in_time():
    now_s = NOW_S + 3 * 86_400
    follower = SimpleNamespace(trouble=None, clock_trouble=None)
    participant = SimpleNamespace(clock=lambda: now_s, follower=lambda _access: follower)
    health = Health(lambda: now_s)
    keeping = Keeping(participant, None, ACCESS, SimpleNamespace(print_new=lambda _count: None), health)
    keeping._count_waiting = lambda: None
    keeping.consumption = SimpleNamespace(
        last_answer_ms=lambda: NOW_S * 1_000, now_s=lambda: now_s, access=ACCESS
    )
    keeping._each_step(1)
    for now_s in (NOW_S, NOW_S + SILENCE_S):  # noqa: B007 - the clock
        keeping._each_step(0)
    assert "has been silent for over 30 s" in (health.broker or "")
