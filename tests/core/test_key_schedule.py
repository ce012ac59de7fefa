"""Each key under its own label, bound to originator, audience and generation."""

import pytest

from tests.support.oracles import hkdf_expand
from tocsin.core.key_schedule import GenerationId, commitment, record_key, wrap_info

SECRET = bytes(range(32))
ONE = GenerationId(b"o" * 16, b"a" * 16, 258)
LAYOUT = b"o" * 16 + b"a" * 16 + b"\0\0\0\0\0\0\x01\x02"


def test_the_layout_of_a_generation_has_40_bytes_and_is_big_endian() -> None:
    assert LAYOUT == ONE.layout()


def test_the_record_key_is_expanded_under_its_label() -> None:
    assert hkdf_expand("sha512", SECRET, b"tocsin/1/record\0" + LAYOUT, 32) == record_key(SECRET, ONE)


def test_the_commitment_is_expanded_under_its_label() -> None:
    assert hkdf_expand("sha512", SECRET, b"tocsin/1/commit\0" + LAYOUT, 32) == commitment(SECRET, ONE)


@pytest.mark.parametrize(
    "other",
    [
        GenerationId(b"x" * 16, b"a" * 16, 258),
        GenerationId(b"o" * 16, b"x" * 16, 258),
        GenerationId(b"o" * 16, b"a" * 16, 259),
    ],
    ids=["originator", "audience", "generation"],
)
def test_another_generation_has_another_key(other: GenerationId) -> None:
    assert record_key(SECRET, ONE) != record_key(SECRET, other)


def test_the_info_of_a_wrap_binds_suite_generation_recipient_and_commitment() -> None:
    wanted = b"tocsin/1/wrap\0" + b"\x01\x02" + LAYOUT + b"k" * 16 + b"c" * 32
    assert wanted == wrap_info(258, ONE, b"k" * 16, b"c" * 32)
