"""Hundreds of readers with real keys: one generation reaches each of them, and no more than the bounds."""

import pytest

from services.producer.generations_in_use import CannotServeError, GenerationsInUse
from services.producer.originator import Originator
from tests.support.crowd import Crowd
from tests.support.parties import NOW_S
from tests.support.reading import STORAGE_KEY, Reading
from tests.support.sender import Sender
from tocsin.adapters import tuf_signing
from tocsin.adapters.outbox.store import open_outbox
from tocsin.adapters.own_keys import KeyRing
from tocsin.core import wire
from tocsin.core.ids import audience_id
from tocsin.core.manifests import open_wrap
from tocsin.core.streams import MANIFESTS_TOPIC, inbox_topic

AUDIENCE = audience_id("focal-points")
ORIGINATORS, READERS = 8, 300


@pytest.fixture(scope="module")
def crowd():
    return Crowd(ORIGINATORS, READERS)


@pytest.fixture(scope="module")
def directory(crowd):
    return crowd.directory()


@pytest.fixture
def generations(crowd, directory, tmp_path):
    party = crowd.parties[0]
    outbox = open_outbox(tmp_path, STORAGE_KEY, party.id)
    records = KeyRing({party.key("record").id: party.record})
    originator = Originator(party.id, records, KeyRing({party.key("statement").id: party.statement}))
    originator.follow(directory, NOW_S)
    yield GenerationsInUse(outbox.keys, originator, directory, NOW_S)
    outbox.close()


def test_every_entry_of_a_crowd_is_good(crowd, directory):
    assert ({}, ORIGINATORS + READERS) == (directory.refused, len(directory.participants))


def test_a_generation_has_one_manifest_and_a_wrap_for_each_other_that_opens(crowd, directory, generations):
    generation = generations.serve(directory.audiences[AUDIENCE])
    queued = generations._keys.queued(NOW_S)
    assert 1 + ORIGINATORS + READERS - 1 == len(queued)
    assert [True] + [False] * (len(queued) - 1) == [one.required for one in queued]
    statement = wire.codec("statement").decode_single(queued[0].value)
    manifest = wire.decode_body(statement["body"])
    wraps = {wrap.recipient_key: wrap for wrap in (wire.decode_wrap(one.value) for one in queued[1:])}
    for party in crowd.parties[1:]:
        assert generation.secret == open_wrap(wraps[party.key("kem").id], manifest, party.kem)


def test_a_new_reader_takes_the_keys_of_all_originators(crowd, directory, tmp_path):
    reader = crowd.parties[-1]
    reading = Reading(tmp_path, directory, reader)
    senders = [Sender(party, directory) for party in crowd.parties[:ORIGINATORS]]
    for sender in senders:
        reading.take(
            reading.at(MANIFESTS_TOPIC, sender.manifest()),
            reading.at(inbox_topic(reader.id, firm=False), sender.wraps()[reader.id]),
        )
    held = [reading.inbox.keys.secret(sender.generation.id) for sender in senders]
    assert [sender.generation.secret for sender in senders] == held


def test_an_audience_over_the_bound_of_a_manifest_waits_and_says_so(directory, generations, monkeypatch):
    monkeypatch.setattr(wire, "MAX_MEMBERS", READERS)
    with pytest.raises(CannotServeError, match="over 300 members"):
        generations.serve(directory.audiences[AUDIENCE])


def test_the_list_of_three_thousand_entries_fits_a_record():
    entries = {
        f"participants/{number:032x}": tuf_signing.target_file("participants/x", b"x")
        for number in range(3_200)
    }
    targets = tuf_signing.new_targets(1, entries, NOW_S)
    signed = tuf_signing.sign(targets, tuf_signing.new_key("targets"))
    assert len(signed) < 1_048_576
