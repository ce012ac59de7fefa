"""A heartbeat through the real broker: what it leaves behind, and what becomes of one that went astray."""

import asyncio
import json
import time
from contextlib import contextmanager

import pytest

from services.doctor import check_heartbeat
from services.doctor.check_heartbeat import FILE_NAME
from tests.support.clinic import ORIGINATOR, found_by, symptoms
from tests.support.memory_reader import MemoryReader
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.reading import read_to_end
from tocsin.core.errors import BrokerUnavailableError
from tocsin.core.outcomes import Outcome
from tocsin.core.streams import Place, inbox_topic
from tocsin.core.symptoms import Check, Level

pytestmark = pytest.mark.kafka
INBOX = inbox_topic(ORIGINATOR.id, firm=False)


@pytest.fixture
def home(clinic):
    return clinic.home("originator")


def beat(clinic, home):
    found = found_by(clinic.asked(home), Check.HEARTBEAT)
    return [one for one in found if one.check is Check.HEARTBEAT]


def lying_there(clinic):
    return asyncio.run(read_to_end(clinic.kafka.operator, INBOX))


def read_all(clinic):
    """The fates of all that lies in the inbox, at its owner."""
    reader = MemoryReader(ORIGINATOR, clinic.living.directory)
    return [
        reader.read(one.value, Place(INBOX, 0, one.offset), int(time.time())) for one in lying_there(clinic)
    ]


@contextmanager
def losing_acknowledgements(monkeypatch, *, stored):
    """The broker goes away with the next heartbeat: `stored` or not."""
    real = Publisher.publish

    async def publish(self, records):
        if not records:
            return []
        if stored:
            await real(self, records)
        raise BrokerUnavailableError("the broker went away")

    with monkeypatch.context() as patch:
        patch.setattr(Publisher, "publish", publish)
        yield


def test_a_row_of_heartbeats_is_an_unbroken_log_to_its_own_reader(clinic, home):
    before = len(lying_there(clinic))
    for _time in range(2):
        (one,) = beat(clinic, home)
        assert Level.PASS is one.level
    assert before + 2 == len(lying_there(clinic))
    fates = read_all(clinic)
    assert {Outcome.SKIPPED} == {one.outcome for one in fates}
    assert [] == [alarm for one in fates for alarm in one.alarms]


@pytest.mark.parametrize("stored", [True, False])
def test_one_that_was_not_acknowledged_is_sent_again_before_the_next_and_raises_nothing(
    clinic, home, monkeypatch, stored
):
    with losing_acknowledgements(monkeypatch, stored=stored):
        assert {"heartbeat did not return"} == symptoms(beat(clinic, home))
    assert None is not json.loads((home / FILE_NAME).read_text())["unsure"]
    (one,) = beat(clinic, home)
    assert Level.PASS is one.level
    assert None is json.loads((home / FILE_NAME).read_text())["unsure"]
    fates = read_all(clinic)
    assert {Outcome.SKIPPED, Outcome.DUPLICATE} >= {one.outcome for one in fates}
    assert [] == [alarm for one in fates for alarm in one.alarms]


@pytest.mark.parametrize("left", [None, "an older one", "no JSON"])
def test_a_home_restored_from_a_backup_goes_on_from_what_lies_in_its_inbox(clinic, home, left):
    file = home / FILE_NAME
    beat(clinic, home)
    older = file.read_text()
    beat(clinic, home)
    file.unlink()
    if left is not None:
        file.write_text(older if left == "an older one" else left)
    (one,) = beat(clinic, home)
    assert Level.PASS is one.level
    assert [] == [alarm for fate in read_all(clinic) for alarm in fate.alarms]


def test_one_that_the_broker_changed_is_told(clinic, home, monkeypatch):
    async def changed(access, topic, partition=0, from_offset=0, last=None):
        real = await read_to_end(access, topic, partition, from_offset, last)
        return real if last else [_with_a_bit_more(one) for one in real]

    monkeypatch.setattr(check_heartbeat, "read_to_end", changed)
    assert {"heartbeat came back changed"} == symptoms(beat(clinic, home))


def _with_a_bit_more(record):
    from dataclasses import replace

    return replace(record, value=record.value[:-1] + bytes([record.value[-1] ^ 1]))
