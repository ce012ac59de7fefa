"""The heads of an originator's logs in a file, as a reader holds them."""

from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.core import canonical_json
from tocsin.core.errors import MalformedError
from tocsin.core.json_fields import MAX_TARGET_BYTES
from tocsin.core.stated_heads import read_stated_heads, write_stated_heads

ME = bytes(range(16))
LEAF = bytes(32)
HEAD = {
    "stream": "ion",
    "region": "global",
    "session": 7,
    "counter": 3,
    "leaf": b64encode(LEAF).decode(),
}


def file(*heads: dict[str, Any], **changes: Any) -> bytes:
    record = {"tocsin_heads": 1, "participant": ME.hex(), "heads": list(heads)} | changes
    return canonical_json.dump(record)


NUMBERS = st.integers(0, 2**53)


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["ion", "pics"]), st.sampled_from(["global", "oceania"])),
        st.tuples(NUMBERS, NUMBERS, st.binary(min_size=32, max_size=32)),
    )
)
def test_what_is_written_reads_back(heads: dict[tuple[str, str], tuple[int, int, bytes]]) -> None:
    assert (ME, heads) == read_stated_heads(write_stated_heads(ME, heads))


def test_the_heads_of_inboxes_are_left_out() -> None:
    written = write_stated_heads(ME, {("inbox", "00" * 16): (1, 1, LEAF)})
    assert (ME, {}) == read_stated_heads(written)


def test_heads_that_would_not_read_are_not_written() -> None:
    with pytest.raises(MalformedError, match="32 bytes"):
        write_stated_heads(ME, {("ion", "global"): (1, 1, b"short")})


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        ("not a file with", file(HEAD, tocsin_heads=2)),
        ("one log twice", file(HEAD, HEAD | {"counter": 9})),
        ("an inbox", file(HEAD | {"stream": "inbox"})),
        ("32 bytes", file(HEAD | {"leaf": "AAAA"})),
        ("are over", b" " * (MAX_TARGET_BYTES + 1)),
        ("participant", file(HEAD, participant=7)),
        ("counter", file(HEAD | {"counter": -1})),
        ("JSON", b"{"),
    ],
)
def test_what_is_no_such_file_is_refused_with_the_reason(reason: str, data: bytes) -> None:
    with pytest.raises(MalformedError, match=reason):
        read_stated_heads(data)
