"""Hostile letters: sealed with true keys by who may not write them, or saying what is not theirs to say."""

import json

import pytest

import schemas
from services.producer.letters.letter import Outgoing
from tests.support.letters import (
    ALERT_ID,
    RIVAL,
    SMALLEST,
    THREAD_ID,
    House,
    Street,
    letters_directory,
    smallest_answer,
    smallest_request,
    smallest_tip,
)
from tests.support.memory_reader import MemoryReader
from tests.support.parties import NOW_S, Party
from tests.support.publishing import MemoryTopics
from tests.support.sender import Sender
from tests.support.world import (
    COURIER,
    NEIGHBOUR,
    ORIGINATOR,
    OUTSIDER,
    codec_of,
    give_keys,
    report_id,
)
from tocsin.adapters.inbox.quarantine import MAX_PER_HOUR
from tocsin.adapters.threads import others_threads
from tocsin.core import wire
from tocsin.core.ids import own_audience, schema_id
from tocsin.core.letters import LETTERS
from tocsin.core.outcomes import Outcome, Reason, Step
from tocsin.core.report import domain_check
from tocsin.core.streams import INBOX

DIRECTORY = letters_directory()
REFUSED = (Outcome.QUARANTINED, Step.SCHEMA, Reason.SCHEMA_NOT_ALLOWED)
INCIDENT = "incident_report"


def item(file: str, body: dict, name: str = "letter") -> wire.Item:
    """An item of a schema of the contract, sealed by whoever likes; every field that is missing is null."""
    data = schemas.load(f"reports/{file}.avsc")
    empty = {
        one["name"]: [] if one["type"] != "null" and isinstance(one["type"], dict) else None
        for one in json.loads(data)["fields"]
    }
    return wire.Item(schema_id(data), report_id(name), 1, codec_of(data).encode(empty | body))


def letter(family: str, name: str = "letter", **changes) -> wire.Item:
    return item(LETTERS[family].file, SMALLEST[family](**changes), name)


def fate(sender: Party, reader: Party, *items: wire.Item):
    """What becomes of items that `sender` seals with its own good keys into the inbox of `reader`."""
    sealing = Sender(sender, DIRECTORY, own_audience(reader.id))
    memory = MemoryReader(reader, DIRECTORY, domain_check)
    give_keys(sealing, memory)
    sent = sealing.send(*items, stream=INBOX)
    return memory.read(sent.value, sent.place, NOW_S)


def where(found):
    return (found.outcome, found.step, found.reason)


@pytest.mark.parametrize("family", ["answer", "tip"])
@pytest.mark.parametrize("reader", [NEIGHBOUR, OUTSIDER, RIVAL], ids=["another country", "firm", "rival"])
def test_h34_a_firms_letter_in_any_inbox_but_its_own_authoritys_is_quarantined(family, reader):
    assert REFUSED == where(fate(COURIER, reader, letter(family)))


@pytest.mark.parametrize("family", ["feedback", "request", "response"])
def test_h34_a_firm_that_writes_what_only_governments_write_is_quarantined(family):
    assert REFUSED == where(fate(COURIER, ORIGINATOR, letter(family)))


def test_h34_a_firm_that_sends_its_authority_an_incident_report_is_quarantined():
    assert REFUSED == where(fate(COURIER, ORIGINATOR, item(INCIDENT, {"kind": "seizure"})))


def test_h34_an_incident_report_in_a_firms_own_inbox_is_quarantined():
    assert REFUSED == where(fate(ORIGINATOR, COURIER, item(INCIDENT, {"kind": "seizure"})))


@pytest.mark.parametrize("family", ["answer", "tip", "request", "response"])
def test_h34_what_firms_and_governments_write_is_not_sent_to_firms(family):
    assert REFUSED == where(fate(ORIGINATOR, COURIER, letter(family)))


def test_h34_feedback_by_another_government_than_the_firms_own_is_quarantined():
    assert REFUSED == where(fate(NEIGHBOUR, COURIER, letter("feedback")))


def test_h34_a_letter_on_a_stream_is_quarantined():
    """Its audience is one whose list of schemas is open to all."""
    name = "audiences/focal-points"
    wide = json.loads(letters_directory_target(name)) | {"schemas": None}
    directory = letters_directory(
        **{name: json.dumps(wide, sort_keys=True, separators=(",", ":")).encode()}
    )
    sealing = Sender(ORIGINATOR, directory)
    memory = MemoryReader(NEIGHBOUR, directory, domain_check)
    give_keys(sealing, memory)
    sent = sealing.send(letter("request"))
    assert REFUSED == where(memory.read(sent.value, sent.place, NOW_S))


def letters_directory_target(name: str) -> bytes:
    from tocsin.core.audiences import write_audience

    audience = DIRECTORY.audience_named(name.partition("/")[2])
    assert audience is not None
    return write_audience(audience)


def test_h35_one_bad_letter_spoils_none_of_the_others():
    found = fate(
        COURIER,
        ORIGINATOR,
        letter("answer", "good"),
        letter("request", "bad"),
        letter("tip", "good too"),
    )
    assert [Outcome.ACCEPTED, Outcome.QUARANTINED, Outcome.ACCEPTED] == [one.outcome for one in found.items]


@pytest.mark.parametrize(
    "changes",
    [{"code": "burnt"}, {"count": -1}, {"item_number": "RA1", "count": 9}, {"alert_id": "x"}],
    ids=["unknown code", "negative", "one number for nine", "no id"],
)
def test_h29_an_answer_that_breaks_a_rule_is_quarantined(changes):
    found = fate(COURIER, ORIGINATOR, letter("answer", **changes))
    assert (Outcome.QUARANTINED, Step.DOMAIN, Reason.DOMAIN) == where(found)


def test_a_tip_that_says_it_was_owed_is_quarantined():
    found = fate(COURIER, ORIGINATOR, letter("tip", voluntary=False))
    assert Reason.DOMAIN is found.reason


def test_what_a_firm_writes_after_its_agreement_ended_is_quarantined():
    ended = Party(
        "Ended", roles=("courier",), sector="courier", sponsor=ORIGINATOR.id, agreement_ends_s=NOW_S - 1
    )
    directory = letters_directory(**dict([ended.target()]))
    sealing = Sender(ended, directory, own_audience(ORIGINATOR.id))
    memory = MemoryReader(ORIGINATOR, directory, domain_check)
    give_keys(sealing, memory)
    sent = sealing.send(letter("tip"), stream=INBOX)
    assert Reason.ROLE is memory.read(sent.value, sent.place, NOW_S).reason


async def test_a_request_that_somebody_else_closes_stays_open(tmp_path):
    """NEIGHBOUR closes what ORIGINATOR asked of it, to itself in the eyes of its own reader."""
    street = Street(tmp_path)
    ask = Outgoing("request", NEIGHBOUR.id, THREAD_ID, smallest_request())
    await street[ORIGINATOR].send(ask)
    street[NEIGHBOUR].read()
    false = smallest_request(state="closed", ending="answered")
    await street[NEIGHBOUR].send(Outgoing("request", ORIGINATOR.id, THREAD_ID, false))
    street[ORIGINATOR].read()
    ((_, asked),) = others_threads(street[NEIGHBOUR].correspondence)
    ((_, claimed),) = others_threads(street[ORIGINATOR].correspondence)
    assert ("open", "closed") == (asked.body["state"], claimed.body["state"])
    assert (ORIGINATOR.id, NEIGHBOUR.id) == (asked.owner, claimed.owner)


async def test_h43_a_flood_of_junk_in_an_inbox_is_counted_and_the_letter_behind_it_is_read(tmp_path):
    street = Street(tmp_path)
    house = street[ORIGINATOR]
    inbox = house.reading.inbox_topic
    street.topics.values[inbox, 0] = [b"junk %d" % number for number in range(2_000)]
    await street[COURIER].send(Outgoing("tip", ORIGINATOR.id, "x", smallest_tip()))
    take_by_polls(house, street.topics, inbox)
    assert 1 == len(list(house.correspondence.received("tip")))
    assert 2_000 == sum(house.reading.inbox.quarantine.counts().values())
    assert len(list(house.reading.inbox.quarantine.rows(0))) <= MAX_PER_HOUR


async def test_h43_a_flood_of_a_firms_own_good_answers_counts_one_for_each(tmp_path):
    """The same answer sealed over and over under new ids is many answers: its firm stands behind each."""
    street = Street(tmp_path)
    await street[ORIGINATOR].publish_alert()
    letters = [Outgoing("answer", ORIGINATOR.id, f"{one}", smallest_answer()) for one in range(600)]
    await street[COURIER].send(*letters)
    street[ORIGINATOR].read()
    assert 600 == len(list(street[ORIGINATOR].correspondence.about("answer", ALERT_ID)))


def take_by_polls(house: House, topics: MemoryTopics, topic: str) -> None:
    values = topics.values[topic, 0]
    for at in range(0, len(values), 50):
        house.reading.take(*(house.reading.at(topic, one) for one in values[at : at + 50]))
