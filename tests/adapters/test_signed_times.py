"""What others signed last is what a follower compares its clock with, and says what is wrong."""

import pytest

from tests.support.authority import COLOMBIA, new_repository
from tests.support.parties import DAY_S, NOW_S, Party
from tocsin.adapters import signed_times, tuf_topic
from tocsin.adapters.kafka.records import IncomingRecord
from tocsin.adapters.signed_times import MAX_READ_RECORDS, MAX_VERIFIED, times_of_others
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.adapters.tuf_topic import OTHERS_AT_MOST_EVERY_S, DirectoryFollower
from tocsin.core import wire
from tocsin.core.clock_skew import Clock
from tocsin.core.errors import BrokerUnavailableError, DirectoryStaleError, UntrustedError
from tocsin.core.signatures import sign_statement
from tocsin.core.streams import CHECKPOINTS_TOPIC

ME, BRAZIL, PERU, CHILE = Party("Me"), Party("Brazil"), Party("Peru"), Party("Chile")
HOUR_S = 3_600


def checkpoint(party, time_s, signer=None):
    body = wire.Checkpoint(party.id, party.key("statement").id, time_s, ())
    return sign_statement((signer or party).statement, body)


class Broker:
    """Both topics in memory, in the place of `read_to_end`."""

    def __init__(self):
        self.files, self.statements, self.asked = {}, [], 0
        self.away = False

    async def read_to_end(self, access, topic, *, from_offset=0, last=None):
        if topic == CHECKPOINTS_TOPIC:
            self.asked += 1
            if self.away:
                raise BrokerUnavailableError("no broker answers")
            return [record(value) for value in self.statements[-last:]]
        return [record(value, name.encode()) for name, value in self.files.items()]


def record(value, key=None):
    return IncomingRecord("topic", 0, 0, key, value, 0)


@pytest.fixture
def broker(monkeypatch):
    broker = Broker()
    monkeypatch.setattr(tuf_topic, "read_to_end", broker.read_to_end)
    monkeypatch.setattr(signed_times, "read_to_end", broker.read_to_end)
    return broker


@pytest.fixture
def repository(tmp_path):
    return new_repository(tmp_path / "repository", ME, BRAZIL, PERU, CHILE)


@pytest.fixture
def follower(broker, repository, tmp_path):
    broker.files = repository.files()
    client = DirectoryClient(tmp_path / "client", repository.pinned_root())
    return DirectoryFollower("127.0.0.1:9", client, ME.id)


@pytest.fixture
def directory(repository, tmp_path):
    return DirectoryClient(tmp_path / "other", repository.pinned_root()).refresh(repository.files(), NOW_S)


async def test_of_each_other_originator_the_newest_time_counts(broker, directory) -> None:
    broker.statements = [
        checkpoint(BRAZIL, NOW_S - 60),
        checkpoint(PERU, NOW_S - 30),
        checkpoint(BRAZIL, NOW_S - 7_200),
    ]
    assert [NOW_S - 60, NOW_S - 30] == sorted(await times_of_others("x", directory, ME.id))


@pytest.mark.parametrize(
    "value",
    [
        checkpoint(ME, NOW_S),
        checkpoint(BRAZIL, NOW_S, signer=PERU),
        checkpoint(COLOMBIA, NOW_S),
        sign_statement(
            BRAZIL.statement,
            wire.KeyRequest(BRAZIL.id, BRAZIL.key("statement").id, ME.id, bytes(16), 1, bytes(16), NOW_S),
        ),
        b"junk",
        None,
    ],
    ids=["our own", "forged", "a stranger's", "another statement", "junk", "a tombstone"],
)
async def test_what_is_no_checkpoint_of_another_says_nothing(broker, directory, value) -> None:
    broker.statements = [value]
    assert [] == await times_of_others("x", directory, ME.id)


async def test_a_flood_of_forged_checkpoints_is_read_to_a_bound_only(
    broker, directory, monkeypatch
) -> None:
    verified = []

    def refuse(value, _directory):
        verified.append(value)
        raise UntrustedError("forged")

    monkeypatch.setattr(signed_times, "verified_statement", refuse)
    broker.statements = [checkpoint(BRAZIL, NOW_S, signer=PERU)] * (MAX_READ_RECORDS + 9)
    assert [] == await times_of_others("x", directory, ME.id)
    assert MAX_VERIFIED == len(verified)


async def test_without_a_broker_nobody_says_anything(broker, directory) -> None:
    broker.away = True
    assert [] == await times_of_others("x", directory, ME.id)


async def test_a_clock_that_fits_asks_nobody(broker, follower) -> None:
    await follower.refresh(NOW_S + 2 * HOUR_S)
    assert (Clock.FITS, None, 0) == (follower.clock.clock, follower.clock_trouble, broker.asked)


async def test_a_clock_behind_is_told_though_the_directory_is_fresh(follower) -> None:
    await follower.refresh(NOW_S - 3 * HOUR_S)
    assert follower.trouble is None
    assert "this machine's clock is behind by at least 3 hours" in follower.clock_trouble


async def test_a_clock_ahead_is_told_before_the_directory_expires_by_it(broker, follower) -> None:
    broker.statements = [checkpoint(BRAZIL, NOW_S + 60), checkpoint(PERU, NOW_S - 60)]
    await follower.refresh(NOW_S + 5 * HOUR_S)
    assert follower.trouble is None
    assert "seems to be ahead by about 5 hours" in follower.clock_trouble


async def test_a_clock_ahead_is_not_told_as_an_expired_directory(broker, follower) -> None:
    await follower.refresh(NOW_S)
    broker.statements = [checkpoint(BRAZIL, NOW_S + 60), checkpoint(PERU, NOW_S - 60)]
    await follower.refresh(NOW_S + 3 * DAY_S)
    assert isinstance(follower.trouble, DirectoryStaleError)
    assert "this machine's clock seems to be ahead by about 3 days" in str(follower.trouble)
    assert None is follower.clock_trouble


async def test_an_authority_that_stands_still_is_told_as_such(broker, follower) -> None:
    await follower.refresh(NOW_S)
    now_s = NOW_S + 3 * DAY_S
    broker.statements = [checkpoint(BRAZIL, now_s - 60), checkpoint(PERU, now_s - 90)]
    await follower.refresh(now_s)
    assert "the authority has not signed for 3 days" in str(follower.trouble)


async def test_a_first_start_with_a_wrong_clock_says_what_it_may_be(broker, follower) -> None:
    with pytest.raises(DirectoryStaleError, match="or the clock is ahead: compare it with another"):
        await follower.refresh(NOW_S + 3 * DAY_S)


async def test_others_are_asked_at_most_every_ten_minutes(broker, follower) -> None:
    await follower.refresh(NOW_S)
    for after_s in (0, 60, OTHERS_AT_MOST_EVERY_S - 1, OTHERS_AT_MOST_EVERY_S):
        await follower.refresh(NOW_S + 5 * HOUR_S + after_s, forced=True)
    assert 2 == broker.asked


async def test_a_set_clock_ends_the_trouble(broker, follower) -> None:
    await follower.refresh(NOW_S - DAY_S)
    await follower.refresh(NOW_S, forced=True)
    assert None is follower.clock_trouble


async def test_a_topic_that_is_refused_says_nothing_of_our_clock(broker, follower) -> None:
    await follower.refresh(NOW_S)
    broker.files = {"timestamp.json": b"{}"}
    await follower.refresh(NOW_S + 5 * HOUR_S)
    assert (None, None) == (follower.clock, follower.clock_trouble)
