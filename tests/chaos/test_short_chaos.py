"""A short round of `make chaos`: one producer, one consumer and one broker, killed while reports flow."""

import pytest

from services.workshop.local_kafka import LocalKafka
from tests.chaos.rounds import Plan, Scene
from tests.support.stage import COLOMBIA, NETHERLANDS, build_stage

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


def test_what_was_acknowledged_is_shown_once_and_in_order_whatever_is_killed(tmp_path):
    with LocalKafka(tmp_path / "kafka", say=lambda _text: None) as kafka:
        scene = Scene(build_stage(tmp_path / "homes", kafka, (COLOMBIA, NETHERLANDS)))
        outcome = scene.play(0, 632, Plan(reports=500, kills=3))
    assert [] == outcome.faults
    assert 500 == outcome.verdict.acknowledged
    assert 5 <= sum(outcome.kills.values())  # and some of them double
    assert 0 < min(outcome.kills.values())
