"""A reader's chores: what it writes to others, and which newer directory it believes."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from services.consumer.assignment import Wanted
from services.consumer.reading import Identity, Reading
from services.consumer.upkeep import Letters, Upkeep
from tests.support.reading import STORAGE_KEY, no_rules
from tests.support.world import NEIGHBOUR, NOW_S, small_world
from tocsin.adapters.inbox.store import open_inbox
from tocsin.adapters.kafka.reading import read_to_end
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.kafka.topics import TopicWish, apply, plan
from tocsin.adapters.own_keys import KeyRing
from tocsin.core.errors import DirectoryStaleError


class TwoLetters:
    what = "letters"

    def __init__(self, closed, opened):
        self._due = {topic: OutgoingRecord(topic, 0, None, topic.encode()) for topic in (closed, opened)}
        self.remembered = []

    def due(self, _now_s):
        return self._due

    def sent(self, about, _now_s):
        self.remembered += about


@pytest.mark.kafka
async def test_one_closed_inbox_keeps_no_letter_from_the_others(kafka_bootstrap, topic_name, tmp_path):
    closed, opened = f"{topic_name}.closed", f"{topic_name}.open"
    await apply(kafka_bootstrap, await plan(kafka_bootstrap, [TopicWish(opened, 1)]))
    inbox = open_inbox(tmp_path, STORAGE_KEY)
    identity = Identity(NEIGHBOUR.id, KeyRing({}))
    reading = Reading(inbox, identity, small_world().directory, Wanted(("ion",)), no_rules)
    letters, told = TwoLetters(closed, opened), []
    access = KafkaAccess(kafka_bootstrap)
    upkeep = Upkeep(reading, None, told.append, NOW_S, Letters((letters,), access))
    await upkeep.write_letters(NOW_S)
    inbox.close()

    assert [opened] == letters.remembered
    assert [opened.encode()] == [one.value for one in await read_to_end(access, opened)]
    assert ["1 letters could not be sent", "1 letters were sent"] == [one.split(":")[0] for one in told]


async def test_a_newer_directory_that_shows_the_clock_to_be_days_behind_wakes_nothing(tmp_path):
    behind_s = NOW_S - 2 * 86_400
    newer = small_world().directory
    held = replace(newer, version=newer.version - 1, expires_at_s=newer.expires_at_s - 2 * 86_400)
    inbox = open_inbox(tmp_path, STORAGE_KEY)
    reading = Reading(inbox, Identity(NEIGHBOUR.id, KeyRing({})), held, Wanted(("ion",)), no_rules)

    async def refresh(_now_s):
        return newer

    source = SimpleNamespace(refresh=refresh, trouble=None, clock=None, clock_trouble=None)
    upkeep = Upkeep(reading, source, print, behind_s)
    upkeep.check_clock(behind_s)
    with pytest.raises(DirectoryStaleError, match="behind by at least 2 days"):
        await upkeep.renew_directory(behind_s)
    inbox.close()
    assert held is reading.reader.directory
