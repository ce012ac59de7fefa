"""From which record of ours on a broker holds nothing any more: exactly that one, wherever it lies."""

import pytest

from services.producer.broker_losses import first_loss
from tests.adapters.outbox.test_lost import ION, acknowledged
from tests.adapters.outbox.test_outbox import KEY, ME
from tests.support.partitions import Partitions
from tocsin.adapters.outbox.store import open_outbox
from tocsin.core import wire
from tocsin.core.ids import leaf_of

OURS = (0, 3, 4, 8, 9, 10)
"""The offsets at which we published; others published between them."""


@pytest.fixture
def outbox(tmp_path):
    outbox = open_outbox(tmp_path, KEY, ME)
    for name, offset in zip("abcdef", OURS, strict=True):
        acknowledged(outbox, name, offset)
        outbox.database.execute("UPDATE records SET leaf = ? WHERE place = ?", (leaf(offset), offset))
    yield outbox
    outbox.close()


def value(offset, whose="ours"):
    return wire.encode_envelope(wire.Envelope(f"{whose} {offset}".encode(), b"c" * 99, b"s" * 64))


def leaf(offset):
    envelope = wire.decode_envelope(value(offset))
    return leaf_of(envelope.header, envelope.ciphertext)


def log(ours_until, end=11, begin=0):
    """A partition that holds what we published before `ours_until`, and others' records instead."""
    return {
        at: value(at, "ours" if at < ours_until and at in OURS else "theirs") for at in range(begin, end)
    }


async def loss_in(outbox, kept):
    held = Partitions({ION: kept})
    return await first_loss(held, outbox.lost, ION, held.begins[ION], held.ends[ION])


async def test_where_the_newest_of_ours_is_held_nothing_is_lost(outbox):
    assert None is await loss_in(outbox, log(11))


@pytest.mark.parametrize("first", OURS)
async def test_of_a_log_that_others_wrote_on_the_first_of_ours_that_is_gone_is_found(outbox, first):
    assert first == await loss_in(outbox, log(first))


@pytest.mark.parametrize("first", OURS)
async def test_of_a_log_that_ends_too_early_the_first_of_ours_behind_its_end_is_found(outbox, first):
    assert first == await loss_in(outbox, log(first, end=first))


@pytest.mark.parametrize(("begin", "expected"), [(9, 9), (10, 10), (11, None)])
async def test_what_retention_took_is_not_lost_and_its_first_record_is_looked_at(outbox, begin, expected):
    assert expected == await loss_in(outbox, log(0, end=12, begin=begin))


@pytest.mark.parametrize("other", [None, b"", b"no envelope"])
async def test_a_value_that_is_no_record_of_ours_is_a_loss_and_no_fault(outbox, other):
    assert 10 == await loss_in(outbox, log(11) | {10: other})


async def test_where_we_published_nothing_nothing_is_lost(tmp_path):
    empty = open_outbox(tmp_path, KEY, ME)
    assert None is await loss_in(empty, log(0))
    empty.close()
