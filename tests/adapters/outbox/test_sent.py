"""What we sent that others answer, and whom it reached."""

import pytest

from services.producer.letters.letter import Outgoing, submission
from tests.support.letters import DAY_S, RIVAL, Street, smallest_request, smallest_tip
from tests.support.world import COURIER, NEIGHBOUR, ORIGINATOR
from tocsin.adapters.outbox.items import KEEP_ASKED_S
from tocsin.core.ids import audience_id


@pytest.fixture
def house(tmp_path):
    return Street(tmp_path)[ORIGINATOR]


async def test_an_alert_reached_who_its_generation_was_for(house):
    await house.publish_alert()
    (alert,) = house.writer.outbox.sent.of_family("alert")
    (to,) = alert.to
    members = house.writer.outbox.sent.members_when(audience_id(to.audience), to.sealed_at_s)
    assert ("couriers", True, None) == (to.audience, to.published, to.refused)
    assert sorted([COURIER.id, RIVAL.id]) == list(members)


async def test_nobody_was_reached_before_the_first_generation(house):
    await house.publish_alert()
    before_s = house.writer.now_s - 1
    assert () == house.writer.outbox.sent.members_when(audience_id("couriers"), before_s)


async def test_what_waits_was_sealed_for_nobody_yet(house):
    request = Outgoing("request", NEIGHBOUR.id, "x", smallest_request())
    house.writer.acceptance.accept([submission(request)])
    (sent,) = house.writer.outbox.sent.of_family("request")
    assert (None, False) == (sent.to[0].sealed_at_s, sent.to[0].published)


async def test_families_are_kept_apart(house):
    await house.publish_alert()
    assert [] == list(house.writer.outbox.sent.of_family("request"))


async def test_what_is_answered_is_kept_when_reports_are_forgotten_and_for_a_time(tmp_path):
    house = Street(tmp_path)[COURIER]
    await house.send(Outgoing("tip", ORIGINATOR.id, "x", smallest_tip()))
    outbox, now_s = house.writer.outbox, house.writer.now_s
    assert 0 == outbox.forget_old(now_s + DAY_S, 0)
    assert 1 == len(list(outbox.sent.of_family("tip")))
    assert 1 == outbox.forget_old(now_s + DAY_S + KEEP_ASKED_S, 0)
    assert [] == list(outbox.sent.of_family("tip"))
