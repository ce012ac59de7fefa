"""Hostile input 46, the core's part: no content and no secret in any repr or error."""

import traceback
from collections.abc import Callable, Iterator

import pytest

from tests.support.forging import envelope_of
from tests.support.world import NEIGHBOUR, NOTE, NOW_S, ORIGINATOR, codec_of, note, small_world
from tocsin.core import padding, sealing, wire
from tocsin.core.avro import Codec
from tocsin.core.errors import InvalidReportError, TocsinError
from tocsin.core.ladder import examine
from tocsin.core.opening import open_record
from tocsin.core.outcomes import RecordFate

CANARY = "canary-4711"
WORLD = small_world()


def _rule(_name: str, _body: dict[str, object]) -> None:
    raise InvalidReportError([("text", "is too long")])


def _shown(thing: object) -> str:
    return f"{thing!r} {thing} {thing:}"


def _fates() -> Iterator[RecordFate]:
    sender, reader = WORLD.pair()
    item = note(CANARY)
    sent = sender.send(item, note("bad", body=CANARY.encode()), note("x", schema=b"?" * 32))
    for rule in (reader.domain_check, _rule):
        yield examine(sent.value, sent.place, reader, NOW_S, rule)
    yield examine(CANARY.encode(), sent.place, reader, NOW_S, _rule)
    yield examine(sent.value[:-1], sent.place, reader, NOW_S, _rule)


def test_h46_no_fate_shows_content() -> None:
    fates = list(_fates())
    shown = " ".join(_shown(part) for fate in fates for part in (fate, *fate.items, *fate.alarms))
    assert 3 == len(fates[0].items)
    assert CANARY not in shown


def test_h46_nothing_that_holds_content_shows_it() -> None:
    sender = WORLD.sender()
    sent = sender.send(note(CANARY))
    things = (note(CANARY), sent.sealed, (note(CANARY),), codec_of(NOTE), sender.generation)
    assert CANARY not in " ".join(map(_shown, things))


def _secrets() -> Iterator[bytes]:
    sender = WORLD.sender()
    yield sender.generation.secret
    yield ORIGINATOR.record.parts()[0].private_bytes_raw()
    yield ORIGINATOR.statement.parts()[0].private_bytes_raw()
    yield NEIGHBOUR.kem.parts()[1].private_bytes_raw()


def test_h46_nothing_that_holds_a_secret_shows_it() -> None:
    sender = WORLD.sender()
    keys = (
        ORIGINATOR.record,
        ORIGINATOR.statement,
        NEIGHBOUR.kem,
        sender.generation,
        sender.generation.id,
    )
    shown = " ".join(map(_shown, keys))
    for secret in (*_secrets(), sender.generation.secret):
        assert secret.hex() not in shown
        assert repr(secret)[2:-1] not in shown


def _wrong_value() -> None:
    Codec(NOTE).encode({"text": [CANARY], "count": CANARY})


def _wrong_body() -> None:
    Codec(NOTE).decode(CANARY.encode())


def _wrong_inner() -> None:
    wire.decode_inner(CANARY.encode())


def _wrong_padding() -> None:
    padding.unpad(CANARY.encode())


def _too_large() -> None:
    sealing.check_size(note(CANARY, body=CANARY.encode() * 30_000))


def _does_not_open() -> None:
    sent = WORLD.sender().send(note(CANARY))
    open_record(envelope_of(sent), sent.header, CANARY.encode().ljust(32))


@pytest.mark.parametrize(
    "act", [_wrong_value, _wrong_body, _wrong_inner, _wrong_padding, _too_large, _does_not_open]
)
def test_h46_no_error_shows_content_not_even_its_traceback(act: Callable[[], None]) -> None:
    with pytest.raises(TocsinError) as raised:
        act()
    shown = "".join(traceback.format_exception(raised.value))
    assert CANARY not in shown
