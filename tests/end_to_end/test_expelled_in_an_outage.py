"""The broker is away for three days; meanwhile a reader is expelled. What waited is not for it."""

import pytest

from tests.support.exercises import reports
from tests.support.stage import ANALYST, AUTHORITY, COLOMBIA, NETHERLANDS

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
THREE_DAYS_S = 3 * 86_400
WORDS = ("subscribe", "ion,pics", "--from", "earliest", "--until-end", "--json")


def numbers(lines):
    return sorted(int(one["report"]["national_reference"].rsplit("-", 1)[1]) for one in lines)


def test_who_is_expelled_while_reports_wait_opens_none_of_them(stage):
    before = stage.write("before.jsonl", *reports(1, 2))
    stage.tocsin(COLOMBIA, "publish", before)
    assert [1, 2] == numbers(stage.tocsin(ANALYST, *WORDS).lines())
    stage.kafka.kill()
    waiting = stage.write("waiting.jsonl", *reports(3, 4))
    stage.tocsin(COLOMBIA, "publish", waiting, "--no-wait", expect=5)
    stage.kafka.start()

    id_ = stage.ids[ANALYST]
    expel = ("authority", "participant", "expel", id_, "--reason", "expelled", "--no-heads")
    stage.tocsin_later(THREE_DAYS_S, AUTHORITY, *expel)
    stage.tocsin_later(THREE_DAYS_S, AUTHORITY, "authority", "publish")
    stage.tocsin_later(THREE_DAYS_S, COLOMBIA, "send")
    stage.tocsin_later(THREE_DAYS_S, NETHERLANDS, *WORDS)

    readers = {
        home: numbers(stage.tocsin_later(THREE_DAYS_S, home, *WORDS, expect=None).lines())
        for home in (NETHERLANDS, ANALYST)
    }
    assert {NETHERLANDS: [1, 2, 3, 4, 5, 6], ANALYST: [1, 2]} == readers
