"""What a reader does now and then: after which pause, what it tells, and when it reads nothing at all."""

from dataclasses import replace

import pytest

from services.consumer import upkeep as module
from services.consumer.assignment import Wanted
from services.consumer.reading import Identity, Reading
from services.consumer.upkeep import Letters, Upkeep
from tests.support.parties import DAY_S
from tests.support.reading import STORAGE_KEY, no_rules
from tests.support.world import COURIER, NOW_S, small_world
from tocsin.adapters.inbox.store import open_inbox
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.own_keys import KeyRing
from tocsin.core.clock_skew import TOLERANCE_S, Clock, Finding
from tocsin.core.errors import BrokerUnavailableError, DirectoryStaleError
from tocsin.core.streams import Place

BACK = [Place("tocsin.ion.v1", 0, 7)]


class Source:
    """Where directories come from: how often it was asked, and its troubles."""

    def __init__(self, directory):
        self.directory, self.asked = directory, 0
        self.trouble = self.clock = self.clock_trouble = None

    async def refresh(self, _now_s):
        self.asked += 1
        return self.directory


class Sender:
    """One letter that is always due."""

    what = "letters"

    def __init__(self):
        self.asked, self.remembered = 0, []

    def due(self, _now_s):
        self.asked += 1
        return {"a": OutgoingRecord("tocsin.inbox.gov.x.v1", 0, None, b"a")}

    def sent(self, about, _now_s):
        self.remembered += about


class Away:
    """A broker that is away."""

    def __init__(self, _access):
        pass

    async def __aenter__(self):
        raise BrokerUnavailableError("no broker answers")

    async def __aexit__(self, *_error):
        return None


class Chores:
    """An upkeep over a real inbox; `called` counts what it has others do."""

    def __init__(self, inbox, monkeypatch):
        self.told, self.called = [], []
        self.source, self.sender = Source(small_world().directory), Sender()
        identity = Identity(COURIER.id, KeyRing({}))
        self.reading = Reading(inbox, identity, self.source.directory, Wanted(("ion",)), no_rules)
        reading, waking = self.reading, self.reading.waking
        for owner, name, found in (
            (reading, "judge_ahead", None),
            (reading, "check_finals", None),
            (inbox, "forget_old", 3),
            (inbox.withdrawals, "settle", None),
            (waking, "passed_time", None),
            (waking, "positions_of_time", BACK),
            (waking, "room", BACK),
        ):
            monkeypatch.setattr(owner, name, self._noting(name, found))
        letters = Letters((self.sender,), KafkaAccess("127.0.0.1:9"))
        self.upkeep = Upkeep(reading, self.source, self.told.append, NOW_S, letters)
        self.upkeep.remind(NOW_S)

    def _noting(self, name, found):
        return lambda *_: self.called.append(name) or found

    def at(self, signed_ago_s):
        """The directory was signed so long ago, by our clock."""
        held = self.reading.reader.directory
        expires_at_s = NOW_S - signed_ago_s + DAY_S
        self.reading.reader.directory = self.source.directory = replace(held, expires_at_s=expires_at_s)


@pytest.fixture
def chores(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "Publisher", Away)
    inbox = open_inbox(tmp_path, STORAGE_KEY)
    yield Chores(inbox, monkeypatch)
    inbox.close()


async def test_a_newer_directory_is_asked_for_after_five_minutes(chores):
    await chores.upkeep.do(NOW_S + 299)
    assert 0 == chores.source.asked
    await chores.upkeep.do(NOW_S + 300)
    assert 1 == chores.source.asked


async def test_where_a_record_wishes_for_it_after_one_minute_and_once(chores, monkeypatch):
    wishes = [True]
    take = lambda: wishes.pop() if wishes else False  # noqa: E731
    monkeypatch.setattr(chores.reading, "take_wish_for_directory", take)
    await chores.upkeep.do(NOW_S + 59)
    assert 0 == chores.source.asked
    await chores.upkeep.do(NOW_S + 60)
    await chores.upkeep.do(NOW_S + 120)
    assert 1 == chores.source.asked


async def test_letters_are_looked_for_each_minute(chores):
    await chores.upkeep.do(NOW_S + 59)
    assert 0 == chores.sender.asked
    await chores.upkeep.do(NOW_S + 60)
    assert (1, 1) == (chores.sender.asked, chores.called.count("settle"))


async def test_lifetimes_are_looked_at_each_hour_and_what_has_room_comes_again(chores):
    assert [] == await chores.upkeep.do(NOW_S + 3_599)
    assert 0 == chores.called.count("forget_old")
    assert BACK * 2 == await chores.upkeep.do(NOW_S + 3_600)
    assert (1, 1) == (chores.called.count("forget_old"), chores.called.count("check_finals"))
    assert "3 records that waited have expired unread" in chores.told


async def test_what_waits_for_a_time_is_looked_at_each_second_and_not_twice_in_one(chores):
    for now_s in (NOW_S, NOW_S + 1, NOW_S + 1, NOW_S + 2):
        await chores.upkeep.do(now_s)
    assert 2 == chores.called.count("passed_time")


async def test_an_agreement_that_ends_is_told_once_though_it_is_looked_at_each_ten_minutes(chores):
    held = chores.reading.reader.directory
    firm = replace(held.participants[COURIER.id], agreement_ends_s=NOW_S + 9 * DAY_S)
    people = dict(held.participants) | {firm.id: firm}
    chores.reading.reader.directory = chores.source.directory = replace(held, participants=people)
    await chores.upkeep.do(NOW_S + 599)
    assert [] == [one for one in chores.told if "agreement" in one]
    for now_s in (NOW_S + 600, NOW_S + 1_200, NOW_S + 1_800):
        await chores.upkeep.do(now_s)
    assert 1 == len([one for one in chores.told if "agreement" in one])


async def test_what_is_wrong_with_the_directory_or_the_clock_is_told_and_nothing_is_judged_by_it(chores):
    chores.source.trouble, chores.source.clock_trouble = "the broker is away", "the clock is behind"
    await chores.upkeep.renew_directory(NOW_S)
    assert ["the directory could not be renewed: the broker is away", "the clock is behind"] == chores.told
    assert 0 == chores.called.count("judge_ahead")
    chores.source.trouble = None
    await chores.upkeep.renew_directory(NOW_S)
    assert 1 == chores.called.count("judge_ahead")


async def test_a_directory_that_expired_is_told_and_after_72_hours_more_nothing_is_read(chores):
    chores.at(DAY_S + 1)
    await chores.upkeep.renew_directory(NOW_S)
    assert [
        "by this machine's clock the directory has expired: 72 hours more are read at most"
    ] == chores.told
    chores.at(4 * DAY_S + 1)
    for clock, words in ((None, "the authority has not signed since"), (Finding(Clock.AHEAD, 9), "ahead")):
        chores.source.clock = clock
        with pytest.raises(DirectoryStaleError, match=f"nothing is read: .*{words}"):
            await chores.upkeep.renew_directory(NOW_S)


async def test_by_a_clock_that_is_behind_nothing_is_read(chores):
    chores.at(-TOLERANCE_S - 3_600)
    with pytest.raises(DirectoryStaleError, match="nothing is read until then"):
        await chores.upkeep.renew_directory(NOW_S)


async def test_a_broker_that_is_away_is_told_once_and_what_was_not_sent_is_due_again(chores):
    await chores.upkeep.write_letters(NOW_S)
    assert (["1 letters could not be sent: no broker answers"], []) == (
        chores.told,
        chores.sender.remembered,
    )
