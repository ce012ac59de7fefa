"""Hostile inputs 43 and 45: floods into what is ours to read, machines that must not hold keys."""

import pytest

from services.authority.office import find_office
from services.consumer import participant as consumer
from services.producer import participant as producer
from tests.support.parties import NOW_S
from tests.support.reading import Reading
from tests.support.world import ANALYST, NEIGHBOUR, note, small_world
from tocsin.adapters import machine
from tocsin.adapters.inbox.quarantine import MAX_PER_HOUR
from tocsin.core import wire
from tocsin.core.errors import KeyUnusableError, SettingsError
from tocsin.core.streams import MANIFESTS_TOPIC

WORLD = small_world()
OPENERS = [
    lambda path: producer.open_participant(path, None),
    lambda path: consumer.open_participant(path, None),
    lambda path: find_office(path, None),
]


@pytest.fixture
def sender():
    return WORLD.sender()


@pytest.fixture
def reading(tmp_path):
    return Reading(tmp_path, WORLD.directory)


def false_wraps(reading, sender, count):
    """Wraps of our generation, to our key, that open to nothing."""
    true = wire.decode_wrap(sender.wraps()[NEIGHBOUR.id])
    for number in range(count):
        sealed = number.to_bytes(4, "big") * 292
        one = wire.Wrap(true.originator, true.audience, true.generation, true.recipient_key, sealed)
        yield reading.at(reading.inbox_topic, wire.encode_wrap(one))


def test_h43_a_thousand_false_wraps_are_counted_and_the_true_one_still_opens(reading, sender):
    reading.take_manifest(sender)
    flood = list(false_wraps(reading, sender, 1_000))
    for at in range(0, len(flood), 50):
        reading.take(*flood[at : at + 50])
    reading.take_wrap(sender)
    sent = sender.send(note("after the flood"))
    reading.take(sent)
    assert 1 == len(reading.stored())
    assert 1_000 == sum(reading.inbox.quarantine.counts().values())
    assert len(list(reading.inbox.quarantine.rows(0))) <= 100


@pytest.mark.parametrize("topic", [MANIFESTS_TOPIC, None])
@pytest.mark.parametrize("value", [None, b"", b"junk", b"\xc3\x01" + bytes(300_000)])
def test_h43_what_says_nothing_is_bounded_and_the_good_ones_still_come(reading, sender, topic, value):
    where = topic or reading.inbox_topic
    for _ in range(6):
        reading.take(*(reading.at(where, value) for _ in range(50)))
    reading.take_keys(sender)
    reading.take(sender.send(note("after the flood")))
    assert 1 == len(reading.stored())
    assert len(list(reading.inbox.quarantine.rows(0))) <= MAX_PER_HOUR


def flood(reading, sender, count):
    """Polls of 50 with every kind of nothing, into our inbox and into the manifests."""
    for at in range(0, count, 50):
        wraps = list(false_wraps(reading, sender, 10))
        kinds = (None, b"", b"junk %d" % at, b"\xc3\x01" + at.to_bytes(8, "big") + b"of an unknown type")
        topics = [reading.inbox_topic, MANIFESTS_TOPIC] * 5
        yield [*wraps, *(reading.at(topic, kind) for topic in topics for kind in kinds)]


def test_h43_a_flood_takes_no_more_room_however_long_it_lasts(reading, sender):
    """Each kind fills its 100 rows of the hour; from then on a million records change counts alone."""
    reading.take_manifest(sender)
    for poll in flood(reading, sender, 2_000):
        reading.take(*poll)
    reading.inbox.database.truncate_log()
    before_bytes = reading.inbox.database.size_bytes()
    for poll in flood(reading, sender, 6_000):
        reading.take(*poll)
    reading.inbox.database.truncate_log()
    assert before_bytes == reading.inbox.database.size_bytes()
    assert 8_000 == sum(reading.inbox.quarantine.counts().values())
    reading.take_wrap(sender)
    reading.take(sender.send(note("after the flood")))
    assert 1 == len(reading.stored())


def test_h43_manifests_of_a_stranger_change_nothing_that_is_ours(reading, sender):
    """Another participant writes manifests in the originator's name, under its own key."""
    reading.take_keys(sender)
    forged = {"signing_key": ANALYST.key("statement").id}
    for _ in range(60):
        reading.take(reading.at(MANIFESTS_TOPIC, sender.manifest(**forged)))
    reading.take(sender.send(note("still ours")))
    assert 1 == len(reading.stored())


@pytest.mark.parametrize("opens", OPENERS, ids=["producer", "consumer", "authority"])
def test_h45_a_library_without_an_algorithm_opens_no_key(tmp_path, monkeypatch, opens):
    def fails() -> None:
        raise KeyUnusableError("the cryptography library fails its self-test: no ML-KEM")

    monkeypatch.setattr(machine, "self_test", fails)
    with pytest.raises(KeyUnusableError, match=r"self-test: no ML-KEM"):
        opens(tmp_path)


@pytest.mark.parametrize("opens", OPENERS, ids=["producer", "consumer", "authority"])
def test_h45_a_clock_at_1970_opens_no_key(tmp_path, monkeypatch, opens):
    monkeypatch.setattr(machine.check_machine, "__defaults__", (lambda: 7.0,))
    with pytest.raises(SettingsError, match="clock says 7 s since 1970"):
        opens(tmp_path)


def test_h45_a_machine_that_is_as_it_should_be_may_open_keys():
    machine.check_machine(lambda: float(NOW_S))
