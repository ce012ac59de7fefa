"""Ids are recomputed from what they name."""

import hashlib
import uuid

import pytest

from tocsin.core import ids
from tocsin.core.errors import MalformedError


@pytest.mark.parametrize("algorithm", list(ids.Algorithm))
def test_a_key_id_is_the_beginning_of_the_hash_of_label_algorithm_and_key(
    algorithm: ids.Algorithm,
) -> None:
    wanted = hashlib.sha256(b"tocsin/1/key\0" + bytes([algorithm]) + b"public").digest()[:16]
    assert wanted == ids.key_id(algorithm, b"public")


def test_an_audience_id_is_the_beginning_of_the_hash_of_label_and_name() -> None:
    assert hashlib.sha256(b"tocsin/1/audience\0couriers").digest()[:16] == ids.audience_id("couriers")


def test_the_audience_of_a_participant_alone_is_named_after_its_id() -> None:
    assert "to." + "ab" * 16 == ids.own_audience(b"\xab" * 16)


def test_a_schema_id_is_the_hash_of_the_files_exact_bytes() -> None:
    assert hashlib.sha256(b"{ }").digest() == ids.schema_id(b"{ }")


def test_a_leaf_covers_the_length_of_the_header() -> None:
    wanted = hashlib.sha256(b"\0" + b"\0\0\0\x02" + b"he" + b"ader").digest()
    assert wanted == ids.leaf_of(b"he", b"ader")
    assert ids.leaf_of(b"he", b"ader") != ids.leaf_of(b"head", b"er")


def test_a_uuid7_says_its_time_and_has_the_rfcs_variant() -> None:
    made = uuid.UUID(bytes=ids.uuid7(1_760_000_400_123, b"\xff" * 10))
    assert (7, uuid.RFC_4122, 1_760_000_400_123) == (made.version, made.variant, made.int >> 80)


def test_a_uuid7_is_recognised() -> None:
    assert ids.is_uuid7(ids.uuid7(1, bytes(10)))


@pytest.mark.parametrize(
    "other", [b"", bytes(16), uuid.UUID(int=0).bytes, b"\xff" * 16, bytes(6) + b"\x70" + bytes(9)]
)
def test_anything_else_is_no_uuid7(other: bytes) -> None:
    assert not ids.is_uuid7(other)


def test_an_id_is_read_from_32_lower_case_hex_digits() -> None:
    assert b"\xab" * 16 == ids.parse_id("ab" * 16)


@pytest.mark.parametrize("text", ["", "ab", "AB" * 16, "ab" * 17, "zz" * 16, " " + "a" * 31])
def test_no_other_text_is_an_id(text: str) -> None:
    with pytest.raises(MalformedError):
        ids.parse_id(text)
