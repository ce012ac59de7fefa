"""What is given for the ladder: records that each end on a known rung, for a known reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.vectors.given_bytes import Case
from tests.support.forging import resigned, sealed_plaintext, signed
from tests.support.parties import DAY_S, KEY_ENDS_S, NOW_S, seed
from tests.support.sender import Sender, Sent
from tests.support.world import (
    COURIER,
    NEIGHBOUR,
    ORIGINATOR,
    note,
    notice,
    small_world,
    targets,
)

PARTIES = (ORIGINATOR, NEIGHBOUR, COURIER)
SENDER = Sender(ORIGINATOR, small_world().directory)


def common() -> dict[str, Any]:
    """What all climbs share: Neighbour reads, and holds the sender's generation."""
    return {
        "directory": {name: data.decode() for name, data in targets(*PARTIES).items()},
        "me": NEIGHBOUR.id.hex(),
        "manifests": [SENDER.manifest().hex()],
        "wraps": [SENDER.wraps()[NEIGHBOUR.id].hex()],
        "kem_seed": seed("Neighbour", "kem").hex(),
        "now": NOW_S,
    }


def _case(name: str, sent: Sent | bytes | None, **given: Any) -> Case:
    value = sent.value if isinstance(sent, Sent) else sent
    place = sent.place if isinstance(sent, Sent) else SENDER.place()
    shown = {"value": None if value is None else value.hex()}
    return "climb", name, {**shown, "topic": place.topic, "partition": place.partition, **given}


def _fresh() -> Sender:
    """The sender with its logs forgotten, so that each vector begins a log."""
    SENDER.heads.clear()
    return SENDER


def _send(*items: Any, **changes: Any) -> Sent:
    return _fresh().send(*(items or (note("one"),)), **changes)


def _earlier(*sent: Sent) -> list[dict[str, Any]]:
    return [_case("", one)[2] for one in sent]


def first_rungs() -> Iterator[Case]:
    sent = _send()
    yield _case("accepted", _send(note("one"), note("two")))
    yield _case("1: null", None)
    yield _case("1: 262,145 bytes", b"", zeros=262_145)
    yield _case("2: JSON", b'{"text":"one"}')
    yield _case("2: Confluent framing", b"\0\0\0\0\x07" + note().body)
    yield _case("3: one byte behind", sent.value + b"\0")
    yield _case("3: one byte short", sent.value[:-1])
    yield _case("4: header of 513 bytes", signed(bytes(513), bytes(72), ORIGINATOR.record))
    yield _case("4: session far ahead", _send(session=2**62))
    yield _case("4: generation far ahead", _send(generation=2**62))
    yield _case("4: negative time", _send(time=-3_600, expires_at=0, session=0, generation=0))
    yield _case("4: end not on the hour", _send(expires_at=NOW_S + 3_601))
    yield _case("5: another stream's topic", sent, topic="tocsin.pics.v1")
    yield _case("5: another region's partition", sent, partition=sent.place.partition + 2)
    yield _case("6: unknown key", _send(signing_key=b"?" * 16))
    yield _case("6: another's key", _send(signing_key=NEIGHBOUR.key("record").id))
    yield _case("6: a release key", _send(signing_key=ORIGINATOR.key("release").id))
    yield _case("6: after the key's end", _send(now_s=KEY_ENDS_S + 1))
    yield _case("7: bad signature", sent.value[:-1] + bytes([sent.value[-1] ^ 1]))
    yield _case("7: changed header", resigned(sent, counter=2))
    yield _case("9: retired key", sent, directory_changes={_name(): _retired()})


def inbox() -> Iterator[Case]:
    sender = Sender(ORIGINATOR, small_world().directory, f"to.{NEIGHBOUR.id.hex()}")
    keys = {"manifests": [sender.manifest().hex()], "wraps": [sender.wraps()[NEIGHBOUR.id].hex()]}
    sent = sender.send(note("for one"), stream="inbox")
    yield _case("accepted in an inbox", sent, **keys)
    yield _case("5: in another's inbox", sent, topic=f"tocsin.inbox.gov.{ORIGINATOR.id.hex()}.v1")
    yield _case("5: an inbox record on a stream", sent, topic="tocsin.ion.v1")


def _name() -> str:
    return ORIGINATOR.target()[0]


def _retired() -> str:
    return ORIGINATOR.target(record={"final": []})[1].decode()


def logs() -> Iterator[Case]:
    sender = _fresh()
    one, two, three = (sender.send(note(text)) for text in ("one", "two", "three"))
    fork = _send(note("fork"))
    joined = _earlier(one)
    yield _case("8: known leaf", one, before=joined)
    yield _case("10: continues", two, before=joined)
    yield _case("10: gap", three, before=joined)
    yield _case("10: fork", fork, before=joined)
    yield _case("10: counter back", one, before=_earlier(two))
    yield _case("10: wrong previous", _send(note("two"), counter=2, previous=b"x" * 32), before=joined)


def late_rungs() -> Iterator[Case]:
    yield _case("11: suite 0", _send(suite=0))
    yield _case("11: suite 2", _send(suite=2))
    yield _case("12: role", Sender(COURIER, small_world().directory).send(note()))
    yield _case("13: expired", _send(now_s=NOW_S - 31 * DAY_S, session=1, generation=1))
    yield _case("13: 6 minutes ahead", _send(now_s=NOW_S + 360))
    yield _case("13: 25 hours ahead", _send(now_s=NOW_S + 25 * 3_600))
    yield _case("13: end too far", _send(expires_at=NOW_S + 365 * DAY_S))
    yield _case("13: unknown audience", _send(audience=b"?" * 16))
    yield _case("14: own record", _send(), me=ORIGINATOR.id.hex(), wraps=[])
    yield _case("14: not a member", _send(), me=COURIER.id.hex(), wraps=[])
    yield _case("14: no manifest", _send(), manifests=[], wraps=[])
    yield _case("14: no wrap", _send(), wraps=[])
    ended = SENDER.manifest(not_before=NOW_S - 3_600, not_after=NOW_S - 301)
    yield _case("14: after the generation's window", _send(), manifests=[ended.hex()])
    yield _case("15: another key", sealed_plaintext(_fresh(), bytes(1_024), key=bytes(32)))
    yield _case("16: no padding", sealed_plaintext(_fresh(), bytes(1_024)))


def items() -> Iterator[Case]:
    one = _send(note("one"))
    yield _case("16: no UUIDv7", _send(note(report_id=bytes(16))))
    yield _case("17: unknown schema", _send(note(schema=b"?" * 32)))
    yield _case("17: schema of another audience", _send(notice()))
    yield _case("18: body with a byte behind", _send(note(body=note().body + b"\0")))
    yield _case("20: known item in a new record", _fresh_after(one), before=_earlier(one))
    other = _send(note("other", name="one"), counter=2, previous=one.sealed.leaf)
    yield _case("20: other bytes under a known version", other, before=_earlier(one))
    withdrawn = [[ORIGINATOR.id.hex(), note("one").report_id.hex()]]
    yield _case("20: withdrawn", one, withdrawn=withdrawn)
    mixed = _send(note("good"), note("bad", body=b"?"), note("waits", schema=b"?" * 32))
    yield _case("items are judged alone", mixed)


def _fresh_after(one: Sent) -> Sent:
    return _send(note("one"), counter=2, previous=one.sealed.leaf)
