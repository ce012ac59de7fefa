"""One public key of a participant, as the directory has it."""

from base64 import b64encode

import pytest

from tests.support.parties import KEY_BEGINS_S, KEY_ENDS_S, Party
from tocsin.core.errors import MalformedError, UntrustedError
from tocsin.core.ids import key_id
from tocsin.core.public_keys import MAX_FINAL_HEADS, PURPOSES, key_record, read_key

OFFICE = Party("Office")
HEAD = {
    "stream": "ion",
    "region": "global",
    "session": 3,
    "counter": 9,
    "leaf": b64encode(bytes(32)).decode(),
}


def test_h39_a_key_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(MalformedError):
        read_key(key_record(OFFICE.key("record")) | {"not_after_s": KEY_BEGINS_S})


def test_h10_an_id_that_is_not_the_hash_of_the_key_is_refused() -> None:
    with pytest.raises(UntrustedError):
        read_key(key_record(OFFICE.key("record")) | {"id": OFFICE.key("kem").id.hex()})


@pytest.mark.parametrize("purpose", ["record", "release", "statement", "kem"])
def test_h23_h24_a_key_that_is_not_safe_to_use_is_refused_under_its_right_id(purpose: str) -> None:
    """All zeros: a point of small order, and no encoding of a key of the other kinds."""
    key = OFFICE.key(purpose)
    public = bytes(len(key.public))
    unsafe = {"public": b64encode(public).decode(), "id": key_id(PURPOSES[purpose], public).hex()}
    with pytest.raises(UntrustedError):
        read_key(key_record(key) | unsafe)


def test_a_retired_key_has_so_many_final_heads_and_no_more() -> None:
    heads = [HEAD | {"region": str(number)} for number in range(MAX_FINAL_HEADS + 1)]
    most = read_key(key_record(OFFICE.key("record")) | {"final": heads[1:]})
    assert most.final is not None
    assert MAX_FINAL_HEADS == len(most.final)
    with pytest.raises(MalformedError):
        read_key(key_record(OFFICE.key("record")) | {"final": heads})


def test_a_key_of_an_unknown_purpose_is_refused() -> None:
    with pytest.raises(MalformedError):
        read_key(key_record(OFFICE.key("record")) | {"purpose": "everything"})


def test_a_key_is_valid_from_its_first_to_its_last_second() -> None:
    key = OFFICE.key("record")
    times = (KEY_BEGINS_S - 1, KEY_BEGINS_S, KEY_ENDS_S, KEY_ENDS_S + 1)
    assert [False, True, True, False] == [key.valid_at(time_s) for time_s in times]


def test_a_retired_key_keeps_its_final_heads() -> None:
    key = read_key(key_record(OFFICE.key("record")) | {"final": [HEAD]})
    assert {("ion", "global"): (3, 9, bytes(32))} == key.final


def test_a_retired_key_that_was_written_reads_back() -> None:
    key = read_key(key_record(OFFICE.key("record")) | {"final": [HEAD]})
    assert key == read_key(key_record(key))


@pytest.mark.parametrize(
    ("changes", "in_use"), [({}, True), ({"final": []}, False), ({"revoked_at_s": 7}, False)]
)
def test_a_key_is_in_use_until_it_is_retired_or_revoked(changes: dict[str, object], in_use: bool) -> None:
    key = read_key(key_record(OFFICE.key("record")) | changes)
    assert in_use == key.in_use
    assert key == read_key(key_record(key))
