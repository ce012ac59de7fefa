"""A wrap that did not come is asked for after ten minutes, once an hour."""

import pytest

from services.consumer.assignment import Wanted
from services.consumer.key_requests import KeyRequests
from services.consumer.reading import Identity, Reading
from tests.support.reading import STORAGE_KEY, incoming, no_rules
from tests.support.world import NEIGHBOUR, NOW_S, note, small_world
from tocsin.adapters.inbox.store import open_inbox
from tocsin.adapters.own_keys import KeyRing
from tocsin.core import wire
from tocsin.core.manifests import verified_statement

WORLD = small_world()


@pytest.fixture
def sender():
    return WORLD.sender()


@pytest.fixture
def requests(tmp_path, sender):
    kem = NEIGHBOUR.key("kem").id
    identity = Identity(NEIGHBOUR.id, KeyRing({kem: NEIGHBOUR.kem}))
    inbox = open_inbox(tmp_path, STORAGE_KEY)
    reading = Reading(inbox, identity, WORLD.directory, Wanted(("ion",)), no_rules)
    reading.intake.take([incoming(sender.send(note("a"))), incoming(sender.send(note("b")))], NOW_S)
    return KeyRequests(reading, KeyRing({NEIGHBOUR.key("statement").id: NEIGHBOUR.statement}))


def test_nothing_is_asked_for_ten_minutes(requests):
    assert {} == requests.due(NOW_S + 599)


def test_one_signed_request_goes_to_the_originators_inbox(requests, sender):
    ((generation, record),) = requests.due(NOW_S + 600).items()
    body = verified_statement(record.value, WORLD.directory).body
    assert isinstance(body, wire.KeyRequest)
    assert f"tocsin.inbox.gov.{sender.party.id.hex()}.v1" == record.topic
    assert (sender.generation.id, sender.party.id) == (generation, body.to)


def test_it_is_repeated_after_an_hour_and_not_before(requests, sender):
    requests.sent([sender.generation.id], NOW_S + 600)
    assert {} == requests.due(NOW_S + 600 + 3_599)
    assert [sender.generation.id] == list(requests.due(NOW_S + 600 + 3_600))
