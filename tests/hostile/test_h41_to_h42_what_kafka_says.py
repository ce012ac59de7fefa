"""Hostile inputs 41 and 42: plaintext on a stream, and what Kafka says beside the value."""

import inspect
import json

import pytest

from tests.support.world import NOW_S, note, small_world
from tocsin.core.ladder import examine
from tocsin.core.outcomes import Outcome, Reason, Step
from tocsin.core.streams import Place

WORLD = small_world()


@pytest.mark.parametrize(
    "value",
    [
        note().body,
        json.dumps({"text": "seized"}).encode(),
        b"\0\0\0\0\x07" + note().body,
        b"\x01" + bytes(16) + note().body,
        b"Obj\x01" + note().body,
    ],
    ids=["Avro", "JSON", "Confluent", "Confluent with a GUID", "Avro file"],
)
def test_h41_plaintext_on_a_stream_is_quarantined(value: bytes) -> None:
    sender, reader = WORLD.pair()
    fate = reader.read(value, sender.place(), NOW_S)
    assert (Outcome.QUARANTINED, Step.MAGIC, Reason.NOT_OURS) == (fate.outcome, fate.step, fate.reason)


def test_h42_the_ladder_cannot_ask_for_kafkas_headers_key_or_timestamp() -> None:
    assert ["value", "place", "reader", "now_s", "domain_check"] == list(
        inspect.signature(examine).parameters
    )
    assert {"topic", "partition", "offset"} == set(inspect.signature(Place).parameters)


@pytest.mark.parametrize("offset", [0, 2**62])
def test_h42_the_offset_changes_no_fate(offset: int) -> None:
    sender, reader = WORLD.pair()
    sent = sender.send(note())
    fate = reader.read(sent.value, Place(sent.place.topic, sent.place.partition, offset), NOW_S)
    assert Outcome.ACCEPTED is fate.outcome
