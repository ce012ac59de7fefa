"""Short rounds of `make chaos`: three brokers, a publisher, a reader, an authority, and faults."""

import pytest

from tests.chaos.plan import draw, faults_named
from tests.chaos.rounds import Scene
from tests.chaos.world import build_world

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


def test_what_was_acknowledged_is_shown_once_and_in_order_whatever_fails(tmp_path):
    plan = draw(632, faults_named(("kill-producer", "kill-consumer", "kill-broker", "power", "clock")), 7)
    with build_world(tmp_path) as world:
        outcome = Scene(world).play(0, 632, plan)
    assert [] == outcome.faults
    assert 0 < outcome.verdict.acknowledged
    assert 5 <= sum(outcome.kills.values())
