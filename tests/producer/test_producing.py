"""What a publisher does beside sealing, without a broker: nothing for good by a clock that is wrong."""

from dataclasses import replace

import pytest

from services.producer.clocks import Clocks
from services.producer.key_requests import KeyRequests
from services.producer.producing import build
from tests.support.parties import DAY_S
from tests.support.publishing import HeldDirectory, Writer
from tocsin.adapters.kafka.security import KafkaAccess

YEARS_S = 11 * 365 * DAY_S
NO_BROKER = KafkaAccess("127.0.0.1:9")


@pytest.fixture
def writer(tmp_path):
    return Writer(tmp_path)


async def publish(writer, *names):
    writer.accept(*names)
    writer.seal()
    await writer.deliver()


def producing(writer):
    return build(writer.outbox, writer.originator, HeldDirectory(writer), NO_BROKER, writer.clock.clocks)


async def test_a_clock_that_jumps_once_the_directory_was_found_fresh_forgets_nothing(writer):
    await publish(writer, "a")
    made, times_s = producing(writer), iter([writer.now_s])
    made._parts.clocks = Clocks(lambda: next(times_s, writer.now_s + YEARS_S), lambda: 0.0)
    assert {} == made._closed(writer.directory)
    assert writer.outbox.items.newest_body("incident", "a") is not None


@pytest.mark.parametrize(("off_s", "looks"), [(YEARS_S, 0), (-YEARS_S, 0), (0, 1)])
async def test_our_inbox_is_looked_into_by_no_clock_that_the_directory_contradicts(writer, off_s, looks):
    looked = []

    async def look(*about):
        looked.append(about)

    writer.clock.wall_s += off_s
    held = HeldDirectory(writer)
    requests = KeyRequests(writer.outbox, writer.originator, held, NO_BROKER, writer.clock.clocks)
    requests._look = look
    await requests.answer()
    assert looks == len(looked)


async def test_what_is_held_is_not_told_early_by_our_clock_alone(writer):
    held = replace(writer.submission("a"), not_before_s=writer.now_s + 5 * 3_600)
    writer.acceptance.accept([held])
    writer.clock.pass_by(5 * 3_600)
    assert 0 == writer.seal().items
    writer.directory = replace(writer.directory, expires_at_s=writer.now_s - 2 * 3_600 + DAY_S)
    assert 2 == writer.seal().items  # one for each of its regions
