"""Records become items, with one error for all that does not open."""

import pytest

from tests.support.forging import envelope_of
from tests.support.world import note, small_world
from tocsin.core import padding, wire
from tocsin.core.errors import CannotOpenError, MalformedError
from tocsin.core.opening import open_record, read_items

SENDER = small_world().sender()


def test_a_record_opens_under_its_generations_secret() -> None:
    sent = SENDER.send(note("one"), note("two"))
    padded = open_record(envelope_of(sent), sent.header, SENDER.generation.secret)
    assert (note("one"), note("two")) == read_items(padded)


def test_a_record_does_not_open_under_another_secret() -> None:
    sent = SENDER.send(note())
    with pytest.raises(CannotOpenError, match=r"^cannot be opened$"):
        open_record(envelope_of(sent), sent.header, bytes(32))


@pytest.mark.parametrize("padded", [b"", padding.pad(b""), padding.pad(b"\x02junk"), bytes(1024)])
def test_a_plaintext_that_is_no_batch_of_items_is_refused(padded: bytes) -> None:
    with pytest.raises(MalformedError):
        read_items(padded)


def test_a_plaintext_with_something_behind_its_items_is_refused() -> None:
    with pytest.raises(MalformedError):
        read_items(padding.pad(wire.encode_inner((note(),)) + b"\0"))
