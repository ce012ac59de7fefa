"""Items become records that fit the wire and say nothing of what they hold."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.forging import envelope_of
from tests.support.oracles import cobblestone_open
from tests.support.world import NOW_S, note, small_world
from tocsin.core import padding, wire
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.ids import leaf_of
from tocsin.core.key_schedule import record_key
from tocsin.core.sealing import MAX_ITEM_BYTES, Sealed, check_size, expires_at_s, item_bytes, pack, seal
from tocsin.core.signatures import verify_record

SENDER = small_world().sender()
KEY = record_key(SENDER.generation.secret, SENDER.generation.id)
HEADER = SENDER.header("ion", "south-america", NOW_S)


def _seal(*items: wire.Item) -> Sealed:
    return seal(HEADER, KEY, SENDER.party.record, items)


def test_a_records_plaintext_is_the_padded_encoding_of_its_items() -> None:
    envelope = wire.decode_envelope(_seal(note("one"), note("two")).value)
    plaintext = cobblestone_open(KEY, envelope.header, envelope.ciphertext)
    assert padding.pad(wire.encode_inner((note("one"), note("two")))) == plaintext


def test_a_record_carries_its_header_leaf_and_signature() -> None:
    sealed = _seal(note())
    envelope = wire.decode_envelope(sealed.value)
    assert HEADER == wire.decode_header(envelope.header)
    assert leaf_of(envelope.header, envelope.ciphertext) == sealed.leaf
    verify_record(SENDER.party.record.public, envelope.signature, sealed.leaf)


def test_a_records_length_shows_its_size_class_alone() -> None:
    short, longer = SENDER.send(note("a")), SENDER.send(note("a" * 500))
    assert len(envelope_of(short).ciphertext) == len(envelope_of(longer).ciphertext)


def test_a_record_shows_no_content_in_its_bytes_or_representation() -> None:
    sealed = _seal(note("canary"))
    assert b"canary" not in sealed.value
    assert "canary" not in repr(sealed)
    assert repr(sealed.value) not in repr(sealed)


@pytest.mark.parametrize(
    ("now_s", "max_age_s", "wanted"), [(0, 3_600, 3_600), (1, 3_600, 7_200), (3_599, 1, 3_600)]
)
def test_a_records_end_is_rounded_up_to_the_hour(now_s: int, max_age_s: int, wanted: int) -> None:
    assert wanted == expires_at_s(now_s, max_age_s)


@settings(max_examples=50)
@given(st.lists(st.integers(0, 4_000), max_size=40), st.integers(1, 9))
def test_packing_keeps_all_items_in_order_within_the_bounds(sizes: list[int], max_items: int) -> None:
    items = [note(str(number), body=bytes(size)) for number, size in enumerate(sizes)]
    packed = list(pack(items, max_items))
    assert items == [item for batch in packed for item in batch]
    assert all(1 <= len(batch) <= max_items for batch in packed)


def test_a_packed_batch_always_fits_in_a_record() -> None:
    approval = wire.Approval(bytes(16), bytes(64))
    items = [note(str(n), body=bytes(30_000), approvals=(approval,) * 2) for n in range(20)]
    batches = list(pack(items))
    assert 1 < len(batches) < 20
    for batch in batches:
        _seal(*batch)


@pytest.mark.parametrize("approvals", [0, 1, 2])
def test_an_items_share_is_never_underestimated(approvals: int) -> None:
    item = note(
        body=bytes(70_000),
        version=2**31 - 1,
        approvals=(wire.Approval(bytes(16), bytes(64)),) * approvals,
    )
    assert len(wire.encode_inner((item,))) <= item_bytes(item)


def test_the_largest_item_that_is_let_in_fits_in_a_record() -> None:
    item = note(body=bytes(MAX_ITEM_BYTES - 80))
    check_size(item)
    _seal(item)


def test_an_item_that_fits_in_no_record_is_refused_before_it_is_accepted() -> None:
    with pytest.raises(RefusedByRuleError, match="shorten"):
        check_size(note(body=bytes(MAX_ITEM_BYTES)))
