"""Each plaintext has one padding, and each padding one plaintext."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.core.errors import MalformedError
from tocsin.core.padding import MAX_PLAINTEXT_BYTES, SIZES_BYTES, pad, unpad


@settings(max_examples=100)
@given(st.binary(max_size=9_000))
def test_every_plaintext_survives_its_padding(plaintext: bytes) -> None:
    assert plaintext == unpad(pad(plaintext))


@pytest.mark.parametrize(
    ("length", "padded"),
    [
        (0, 1024),
        (1023, 1024),
        (1024, 2048),
        (2047, 2048),
        (2048, 4096),
        (8191, 8192),
        (8192, 16383),
        (16382, 16383),
        (16383, 20480),
        (20480, 24576),
        (MAX_PLAINTEXT_BYTES, 258_048),
    ],
)
def test_a_plaintext_goes_to_the_next_size_class(length: int, padded: int) -> None:
    assert padded == len(pad(bytes(length)))


@pytest.mark.parametrize("length", [0, 1, 1023, 1024, 16_382, 16_383, MAX_PLAINTEXT_BYTES])
def test_zeros_at_the_end_of_a_plaintext_are_kept(length: int) -> None:
    assert bytes(length) == unpad(pad(bytes(length)))


def test_what_fits_in_no_class_is_refused() -> None:
    with pytest.raises(MalformedError):
        pad(bytes(MAX_PLAINTEXT_BYTES + 1))


@pytest.mark.parametrize(
    "padded",
    [
        b"",
        bytes(1024),
        b"text" + bytes(1020),
        b"text\x80" + bytes(1018) + b"\x01",
        b"text\x80",
        b"text\x80" + bytes(2043),
        b"text\x81" + bytes(1019),
        bytes(258_047) + b"\x80" + bytes(4096),
        b"\x80" + bytes(300_000),
        b"\x01" * 300_000,
    ],
    ids=["empty", "zeros", "none", "no zeros", "short", "class", "marker", "large", "huge", "full"],
)
def test_any_other_padding_is_refused(padded: bytes) -> None:
    with pytest.raises(MalformedError):
        unpad(padded)


def test_every_size_class_but_the_fifth_is_a_multiple_of_1024() -> None:
    assert [16_383] == [size for size in SIZES_BYTES if size % 1024]
