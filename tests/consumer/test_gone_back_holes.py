"""What compaction and retention took says nothing of a broker, and each partition is asked for itself."""

import pytest

from services.consumer import gone_back as module
from tests.support.partitions import Partitions
from tocsin.adapters.inbox.offsets import Mark
from tocsin.adapters.kafka.patience import MAX_POLL_RECORDS

A, B = ("t", 0), ("t", 1)
TEN = {offset: b"%d" % offset for offset in range(10)}
LONG = dict.fromkeys(range(MAX_POLL_RECORDS + 9), b"v")
OTHER = b"another"


@pytest.fixture
def ask(monkeypatch):
    """What is said of `partitions` whose marks are (offset, value)."""

    async def asked(partitions, marks, places=(A,)):
        monkeypatch.setattr(module, "Subscriber", lambda _access, _offsets: partitions)
        known = {place: Mark.of(*mark) for place, mark in marks.items()}
        offsets = dict.fromkeys(places, 4) | {place: mark[0] + 1 for place, mark in marks.items()}
        return await module.gone_back(None, {place: offsets[place] for place in places}, known)

    return asked


async def test_where_retention_took_everything_nothing_is_waited_for(ask):
    partitions = Partitions({A: {}}, ends={A: 10})
    partitions.begins[A] = 10
    assert ({}, 0) == (await ask(partitions, {A: (9, OTHER)}), partitions.polls)


async def test_the_first_record_that_retention_left_is_looked_at(ask):
    assert {A: 6} == await ask(Partitions({A: {6: b"6", 7: b"7"}}), {A: (6, OTHER)})


async def test_a_record_that_compaction_took_says_nothing(ask):
    assert {} == await ask(Partitions({A: {0: b"0", 5: b"5"}}), {A: (3, b"3")})


@pytest.mark.parametrize(("odd", "well"), [(A, B), (B, A)])
async def test_a_partition_that_answers_at_length_leaves_the_others_asked(ask, odd, well):
    assert {odd: 0} == await ask(Partitions({A: TEN, B: TEN}), {odd: (3, OTHER), well: (3, b"3")}, (A, B))


async def test_a_partition_that_has_answered_is_read_no_further(ask):
    partitions = Partitions({A: LONG})
    await ask(partitions, {A: (3, b"v")})
    assert partitions.ends == partitions.positions


async def test_where_no_last_record_is_known_nothing_is_read(ask):
    partitions = Partitions({A: TEN, B: LONG})
    await ask(partitions, {A: (3, b"3")}, (A, B))
    assert partitions.ends == partitions.positions


async def test_a_partition_that_is_not_asked_about_is_left_out(ask):
    assert {} == await ask(Partitions({A: TEN}), {A: (3, b"3"), B: (3, b"3")})


async def test_without_a_place_no_broker_is_asked():
    assert {} == await module.gone_back(None, {}, {})
