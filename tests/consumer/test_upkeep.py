"""What a reader writes to others: one inbox that is closed to it keeps nothing from the others."""

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

pytestmark = pytest.mark.kafka


class TwoLetters:
    what = "letters"

    def __init__(self, closed, opened):
        self._due = {topic: OutgoingRecord(topic, 0, None, topic.encode()) for topic in (closed, opened)}
        self.remembered = []

    def due(self, _now_s):
        return self._due

    def sent(self, about, _now_s):
        self.remembered += about


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
