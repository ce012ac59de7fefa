"""Checkpoints: when they are due, and that they state what Kafka acknowledged and nothing else."""

import pytest

from services.producer.checkpoint import HOUR_S, NEWS_WAITS_S, Checkpoints
from services.producer.producing import Parts, Producing
from tests.support.publishing import HeldDirectory, Writer
from tests.support.world import NEIGHBOUR
from tocsin.core.manifests import verified_statement
from tocsin.core.streams import CHECKPOINTS_TOPIC

YEAR_S = 365 * 86_400


@pytest.fixture
def writer(tmp_path):
    return Writer(tmp_path)


@pytest.fixture
def checkpoints(writer):
    return Checkpoints(writer.outbox, writer.originator, writer.topics)


async def send(writer, *names, **how):
    writer.accept(*names, **how)
    writer.seal()
    await writer.deliver()


def stated(writer, topic=CHECKPOINTS_TOPIC):
    return [verified_statement(one, writer.directory).body for one in writer.topics.on(topic)]


async def test_it_states_the_head_of_every_log(writer, checkpoints):
    await send(writer, "a")
    assert 1 == await checkpoints.publish(writer.directory, writer.now_s)
    (body,) = stated(writer)
    heads = {(one.stream, one.region): (one.session, one.counter, one.leaf) for one in body.heads}
    for region in ("south-america", "western-and-central-europe"):
        head = writer.outbox.logs.head("ion", region)
        assert (head.session, head.counter, head.leaf) == heads["ion", region]


async def test_what_is_not_acknowledged_is_not_stated(writer, checkpoints):
    writer.accept("a")
    writer.seal()
    assert 0 == await checkpoints.publish(writer.directory, writer.now_s)


async def test_an_inbox_hears_of_its_own_log_alone(writer, checkpoints):
    await send(writer, "a", audience=f"to.{NEIGHBOUR.id.hex()}")
    await checkpoints.publish(writer.directory, writer.now_s)
    assert [] == writer.topics.on(CHECKPOINTS_TOPIC)
    topic = f"tocsin.inbox.gov.{NEIGHBOUR.id.hex()}.v1"
    (body,) = [verified_statement(one, writer.directory).body for one in writer.topics.on(topic)[-1:]]
    audience = writer.directory.audience_named(f"to.{NEIGHBOUR.id.hex()}")
    assert [("inbox", audience.id.hex())] == [(one.stream, one.region) for one in body.heads]


async def test_it_is_due_an_hour_after_the_last_and_sooner_after_news(writer, checkpoints):
    await send(writer, "a")
    await checkpoints.publish(writer.directory, writer.now_s)
    quiet = [checkpoints.is_due(writer.now_s + later_s) for later_s in (NEWS_WAITS_S, HOUR_S)]
    await send(writer, "b")
    news = [checkpoints.is_due(writer.now_s + later_s) for later_s in (NEWS_WAITS_S - 1, NEWS_WAITS_S)]
    assert ([False, True], [False, True]) == (quiet, news)


async def test_two_in_one_second_have_different_times(writer, checkpoints):
    await send(writer, "a")
    for _ in range(2):
        await checkpoints.publish(writer.directory, writer.now_s)
    first, second = stated(writer)
    assert first.time < second.time


async def test_after_a_clock_that_was_ahead_it_is_stated_once_and_no_sooner_than_else(writer, checkpoints):
    await send(writer, "a")
    await checkpoints.publish(writer.directory, writer.now_s + 4 * HOUR_S)
    assert checkpoints.is_due(writer.now_s)
    await checkpoints.publish(writer.directory, writer.now_s)
    due = [checkpoints.is_due(writer.now_s + later_s) for later_s in (0, HOUR_S - 1, HOUR_S)]
    assert [False, False, True] == due
    first, second = stated(writer)
    assert first.time + 1 == second.time


@pytest.mark.parametrize(("off_s", "expected"), [(0, 1), (-YEAR_S, 0), (YEAR_S, 0)])
async def test_nothing_is_stated_by_a_clock_that_the_directory_contradicts(
    writer, checkpoints, off_s, expected
):
    await send(writer, "a")
    writer.clock.wall_s += off_s
    parts = (writer.outbox, HeldDirectory(writer), writer.topics, writer.sealer, writer.delivery)
    producing = Producing(Parts(*parts, None, checkpoints, writer.clock.clocks))
    await producing.checkpoint(0)
    assert expected == len(stated(writer)) == producing.totals.checkpoints


async def test_heads_older_than_the_streams_retention_are_left_out(writer, checkpoints):
    await send(writer, "a")
    later_s = writer.now_s + 366 * 86_400
    assert 0 == await checkpoints.publish(writer.directory, later_s)


async def test_without_a_statement_key_in_force_none_is_due(writer, checkpoints):
    await send(writer, "a")
    writer.originator.follow(writer.directory, 0)  # our clock is behind the beginning of our keys
    assert not checkpoints.is_due(writer.now_s)
