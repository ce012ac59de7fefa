"""JSON with one form."""

import pytest

from tocsin.core import canonical_json
from tocsin.core.errors import MalformedError


def test_keys_are_sorted_and_nothing_is_spaced() -> None:
    assert '{"a":[1,null],"é":"ü"}'.encode() == canonical_json.dump({"é": "ü", "a": [1, None]})


def test_what_was_dumped_loads_to_the_same_value() -> None:
    value = {"a": [{"b": "c"}, True], "n": 2**60}
    assert value == canonical_json.load(canonical_json.dump(value))


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b'{"a":1,"a":2}', b"1.5", b"1e3", b"NaN", b"Infinity", b'"\xff"', b'{"a":{"b":1,"b":2}}'],
)
def test_broken_doubled_fractional_or_undecodable_json_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        canonical_json.load(data)


def test_the_deepest_allowed_value_loads() -> None:
    depth = canonical_json.MAX_DEPTH
    assert canonical_json.load(b"[" * depth + b"]" * depth)[0] is not None


@pytest.mark.parametrize(
    "data", [rb'"\ud800"', rb'["a\udfffb"]', rb'{"\ud83d": 1}', rb'{"a": "\ude00\ud83d"}']
)
def test_half_a_surrogate_is_refused_since_nothing_could_write_it_again(data: bytes) -> None:
    with pytest.raises(MalformedError, match="half a surrogate"):
        canonical_json.load(data)


def test_a_letter_that_is_written_as_two_halves_loads() -> None:
    assert "😀" == canonical_json.load(rb'"\ud83d\ude00"')


@pytest.mark.parametrize("depth", [canonical_json.MAX_DEPTH + 1, 100_000])
def test_deeper_json_is_refused(depth: int) -> None:
    with pytest.raises(MalformedError):
        canonical_json.load(b"[" * depth + b"]" * depth)
