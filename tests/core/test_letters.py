"""Who may write what to whom: one table, that publisher and reader ask."""

import json
from pathlib import Path

import pytest

import schemas
from tests.support.letters import SMALLEST
from tests.support.parties import Party
from tests.support.world import (
    COURIER,
    NEIGHBOUR,
    ORIGINATOR,
    OUTSIDER,
    directory_of,
    small_world,
    targets,
)
from tocsin.core.audiences import Audience
from tocsin.core.avro import Codec
from tocsin.core.ids import own_audience
from tocsin.core.letters import LETTER_CHECKS, LETTERS, NAMESPACE, WAYS, Way, ways, why_not
from tocsin.core.report import domain_check

DIRECTORY = small_world().directory
REPORTS = Path(schemas.__file__).parent / "reports"
FIRMS_ONLY = "firm writes answers and tips to its own national authority"
GOVERNMENTS_ONLY = "firm is sent alerts, and feedback"


def refusal(kind: str, sender: Party, addressee: Party) -> str | None:
    audience = DIRECTORY.audience_named(own_audience(addressee.id))
    assert audience is not None
    return why_not(f"{NAMESPACE}.{kind}", sender.id, audience, DIRECTORY)


def test_every_schema_of_the_contract_has_its_line() -> None:
    names = {json.loads(path.read_bytes())["name"] for path in REPORTS.glob("*.avsc")}
    assert {f"{NAMESPACE}.{name}" for name in names} == set(WAYS)


def test_every_letter_is_read_under_the_name_of_its_schema() -> None:
    assert {one.schema_name for one in LETTERS.values()} == {
        Codec(schemas.load(f"reports/{one.file}.avsc")).name for one in LETTERS.values()
    }


@pytest.mark.parametrize("family", LETTERS)
def test_the_smallest_letter_survives_its_encoding_and_the_readers_rules(family: str) -> None:
    letter = LETTERS[family]
    codec = Codec(schemas.load(f"reports/{letter.file}.avsc"))
    body = letter.check(strict=True)(SMALLEST[family]())
    assert body == codec.decode(codec.encode(body))
    domain_check(letter.schema_name, body)


@pytest.mark.parametrize("family", LETTERS)
def test_a_check_knows_every_field_of_its_schema_and_no_other(family: str) -> None:
    letter = LETTERS[family]
    fields = json.loads(schemas.load(f"reports/{letter.file}.avsc"))["fields"]
    body = letter.check(strict=True)(SMALLEST[family]())
    assert [one["name"] for one in fields] == list(body)


@pytest.mark.parametrize("kind", ["Answer", "Tip"])
def test_a_firm_writes_to_its_own_authority(kind: str) -> None:
    assert refusal(kind, COURIER, ORIGINATOR) is None


@pytest.mark.parametrize("kind", ["Answer", "Tip"])
@pytest.mark.parametrize("addressee", [NEIGHBOUR, OUTSIDER], ids=["government", "firm"])
def test_a_firm_writes_to_nobody_else(kind: str, addressee: Party) -> None:
    assert FIRMS_ONLY in str(refusal(kind, COURIER, addressee))


@pytest.mark.parametrize("kind", ["IncidentReport", "Alert", "Feedback", "Request", "Response", "Else"])
def test_a_firm_writes_nothing_but_answers_and_tips(kind: str) -> None:
    assert FIRMS_ONLY in str(refusal(kind, COURIER, ORIGINATOR))


@pytest.mark.parametrize("kind", ["IncidentReport", "Answer", "Tip", "Request", "Response"])
def test_a_government_writes_none_of_these_to_a_firm(kind: str) -> None:
    assert GOVERNMENTS_ONLY in str(refusal(kind, ORIGINATOR, COURIER))


def test_a_firm_is_told_what_came_of_it_by_its_own_authority_alone() -> None:
    assert refusal("Feedback", ORIGINATOR, COURIER) is None
    assert GOVERNMENTS_ONLY in str(refusal("Feedback", NEIGHBOUR, COURIER))


def test_any_government_may_send_a_firm_an_alert() -> None:
    assert refusal("Alert", NEIGHBOUR, COURIER) is None


@pytest.mark.parametrize("kind", ["IncidentReport", "Alert", "Answer", "Feedback", "Request", "Response"])
def test_governments_write_to_each_other(kind: str) -> None:
    assert refusal(kind, ORIGINATOR, NEIGHBOUR) is None


def test_a_government_gives_no_tips() -> None:
    assert "by firms to their own national authority alone" in str(refusal("Tip", ORIGINATOR, NEIGHBOUR))


def test_what_has_no_line_may_only_governments_send() -> None:
    assert refusal("Later", ORIGINATOR, COURIER) is None
    assert refusal("Later", ORIGINATOR, NEIGHBOUR) is None


def test_a_sender_that_the_directory_does_not_name_writes_nothing() -> None:
    assert "does not name its sender" in str(refusal("Request", Party("Nobody"), NEIGHBOUR))


def test_no_letter_goes_to_an_audience_of_many() -> None:
    many = DIRECTORY.audience_named("focal-points")
    assert many is not None
    for name in LETTER_CHECKS:
        assert "never to an audience of many" in str(why_not(name, ORIGINATOR.id, many, DIRECTORY))
    assert why_not(f"{NAMESPACE}.IncidentReport", ORIGINATOR.id, many, DIRECTORY) is None


def test_the_audience_of_somebody_who_is_gone_is_no_inbox() -> None:
    gone = Audience(own_audience(COURIER.id))
    directory = directory_of(targets(ORIGINATOR, NEIGHBOUR))
    assert "one participant's own inbox" in str(
        why_not(f"{NAMESPACE}.Feedback", ORIGINATOR.id, gone, directory)
    )


def test_no_way_leads_from_firm_to_firm() -> None:
    people = DIRECTORY.participants
    assert frozenset() == ways(people[COURIER.id], people[OUTSIDER.id])
    assert {Way.FIRM_TO_SPONSOR} == ways(people[OUTSIDER.id], people[NEIGHBOUR.id])
