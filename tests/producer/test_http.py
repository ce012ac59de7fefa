"""The publisher's HTTP interface: token, receipts, idempotency, problems, health."""

import asyncio
import json
from copy import deepcopy
from dataclasses import replace
from types import SimpleNamespace

import httpx
import pytest

from services.producer.app import Works, build_app
from services.producer.producing import build
from services.producer.running import Running
from services.producer.settings import ProducerSettings
from services.producer.tokens import PURPOSE
from tests.support.incidents import SEIZURE
from tests.support.letters import letters_directory, smallest_request
from tests.support.publishing import HeldDirectory, Writer
from tests.support.world import COURIER, NEIGHBOUR, ORIGINATOR
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.outbox.items import Bounds
from tocsin.adapters.tokens import Tokens
from tocsin.core.national_references import Issuer
from tocsin.core.report import check_alert, check_incident

REPORT = SEIZURE | {"national_reference": "XX-1"}


@pytest.fixture
def writer(tmp_path):
    return Writer(tmp_path, bounds=Bounds(max_waiting_items=6))


@pytest.fixture
def app(writer, tmp_path):
    clocks = writer.clock.clocks
    source = HeldDirectory(writer)
    producing = build(writer.outbox, writer.originator, source, KafkaAccess("127.0.0.1:9"), clocks)
    participant = SimpleNamespace(originator=writer.originator, home=SimpleNamespace(path=tmp_path))
    running = Running(producing, clocks)
    works = Works(participant, writer.outbox, source, producing, running, clocks, Issuer("CO", "CUS"))
    return build_app(works, ProducerSettings(max_body_bytes=20_000))


@pytest.fixture
async def client(app, tmp_path):
    token = Tokens(tmp_path / "tokens.json").create("test", PURPOSE)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://localhost",
        headers={"Authorization": f"Bearer {token}"},
    ) as client:
        yield client


async def test_a_receipt_means_that_the_report_is_in_the_outbox(client, writer):
    answer = await client.post("/v1/reports", json=REPORT)
    receipt = answer.json()
    assert (201, "accepted", "accepted") == (answer.status_code, receipt["result"], receipt["state"])
    (held,) = writer.outbox.status.of_reference("XX-1")
    assert receipt["report_id"].replace("-", "") == held.report_id.hex()
    assert f"/v1/reports/{receipt['report_id']}" == answer.headers["location"]


async def test_its_location_says_what_became_of_it(client):
    place = (await client.post("/v1/reports", json=REPORT)).headers["location"]
    (version,) = (await client.get(place)).json()["versions"]
    assert ("XX-1", 1, "accepted") == (version["reference"], version["version"], version["state"])


async def test_an_unknown_id_is_404(client):
    answer = await client.get("/v1/reports/01a21178-b204-79b6-ac91-97e1b595f6ac")
    assert (404, "application/problem+json") == (answer.status_code, answer.headers["content-type"])


async def test_the_same_again_is_200_and_the_same_receipt(client):
    first, second = [await client.post("/v1/reports", json=REPORT) for _ in range(2)]
    assert (201, 200) == (first.status_code, second.status_code)
    assert first.json()["report_id"] == second.json()["report_id"]


async def test_other_content_under_the_reference_is_409_and_update_sends_it(client):
    await client.post("/v1/reports", json=REPORT)
    other = deepcopy(REPORT) | {"kind": "diversion"}
    refused = await client.post("/v1/reports", json=other)
    taken = await client.post("/v1/reports?update=true", json=other)
    assert (409, 1) == (refused.status_code, refused.json()["held"]["version"])
    assert (201, 2) == (taken.status_code, taken.json()["version"])


async def test_an_idempotency_key_gives_the_same_receipt_also_without_a_reference(client, writer):
    report, key = SEIZURE, {"Idempotency-Key": "case 4711"}
    first, second = [await client.post("/v1/reports", json=report, headers=key) for _ in range(2)]
    assert (201, 200) == (first.status_code, second.status_code)
    assert first.json()["report_id"] == second.json()["report_id"]
    assert 2 == writer.outbox.items.waiting_items


async def test_an_idempotency_key_for_another_request_is_422(client):
    key = {"Idempotency-Key": "case 4711"}
    await client.post("/v1/reports", json=SEIZURE, headers=key)
    answer = await client.post("/v1/reports", json=REPORT, headers=key)
    assert (422, "Idempotency-Key") == (answer.status_code, answer.json()["problems"][0]["place"])


async def test_an_idempotency_key_for_the_same_report_asked_otherwise_is_422(client):
    key = {"Idempotency-Key": "case 4711"}
    await client.post("/v1/reports", json=SEIZURE, headers=key)
    for asked in ("update=true", "kind=incident&audience=focal-points"):
        answer = await client.post(f"/v1/reports?{asked}", json=SEIZURE, headers=key)
        assert (422, "Idempotency-Key") == (answer.status_code, answer.json()["problems"][0]["place"])


async def test_requests_at_the_same_moment_are_all_answered(client):
    reports = [REPORT | {"national_reference": f"XX-{number}"} for number in range(3)]
    answers = await asyncio.gather(*(client.post("/v1/reports", json=one) for one in reports))
    assert [201] * 3 == [one.status_code for one in answers]
    assert 3 == len({one.json()["report_id"] for one in answers})


async def test_a_full_outbox_is_507_and_takes_what_still_fits(client, writer):
    reports = [REPORT | {"national_reference": f"XX-{number}"} for number in range(4)]
    answers = await asyncio.gather(*(client.post("/v1/reports", json=one) for one in reports))
    assert [201, 201, 201, 507] == sorted(one.status_code for one in answers)
    assert 6 == writer.outbox.items.waiting_items


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {}, 422),
        (b'{"kind": "seizure", "kind": "seizure"}', {}, 422),
        (b"[" * 10_000, {}, 422),
        (b'{"a": 1e400}', {}, 422),
        (b"x" * 20_001, {}, 413),
        (json.dumps(REPORT).encode(), {"Content-Type": "text/plain"}, 415),
        (json.dumps(REPORT).encode(), {"Authorization": ""}, 401),
        (json.dumps(REPORT).encode(), {"Authorization": "Bearer wrong"}, 401),
        (json.dumps(REPORT).encode(), {"Host": "evil.example"}, 421),
        (json.dumps(REPORT).encode(), {"Idempotency-Key": "x" * 256}, 422),
    ],
)
async def test_h48_hostile_requests_are_problems_and_store_nothing(client, writer, body, headers, status):
    usual = {"Content-Type": "application/json"}
    answer = await client.post("/v1/reports", content=body, headers=usual | headers)
    assert status == answer.status_code
    assert "application/problem+json" == answer.headers["content-type"]
    assert 0 == writer.outbox.items.waiting_items


async def test_h48_a_body_without_length_is_bounded_alike(client):
    async def endless():
        for _ in range(100):
            yield b"x" * 1_000

    answer = await client.post("/v1/reports", content=endless())
    assert 413 == answer.status_code


async def test_every_problem_of_a_report_is_named_and_nothing_quoted(client):
    answer = await client.post("/v1/reports", json={"kind": "seizure", "place": {"country": "CANARY"}})
    assert 422 == answer.status_code
    assert {"place.country", "system"} <= {one["place"] for one in answer.json()["problems"]}
    assert "CANARY" not in answer.text


async def test_what_a_rule_forbids_is_403(client):
    answer = await client.post("/v1/reports?audience=couriers", json=REPORT)
    assert (403, True) == (answer.status_code, "may not be sent" in answer.json()["detail"])


async def test_readiness_names_what_is_wrong_and_health_does_not_care(client, writer):
    answers = [await client.get(path) for path in ("/readyz", "/healthz")]
    assert [503, 200] == [one.status_code for one in answers]
    assert "broker: no broker was reached yet" in answers[0].text
    writer.directory = None
    assert "directory: none was read yet" in (await client.get("/readyz")).text


async def test_readiness_says_by_whose_clock_the_directory_expired(client, writer):
    writer.directory = replace(writer.directory, expires_at_s=writer.now_s - 3 * 3_600)
    said = "directory: by this machine's clock it expired 3 hours ago; publishing waits"
    assert said in (await client.get("/readyz")).text


async def test_readiness_tells_of_an_outbox_that_is_nearly_full(client, writer):
    writer.accept("a", "b", "c")
    assert "outbox: 100% full" in (await client.get("/readyz")).text


async def test_readiness_warns_of_what_has_waited_for_long_and_of_what_a_rule_refused(client, writer):
    writer.accept("a")
    assert "warning" not in (await client.get("/readyz")).text
    writer.clock.pass_by(2 * 3_600)
    assert "warning: outbox: the oldest report has waited for 2 hours" in (await client.get("/readyz")).text
    with writer.outbox.transaction():
        for waiting in writer.outbox.queue.page(10, 10**6, now_s=writer.now_s):
            writer.outbox.queue.refuse(waiting, "a rule")
    said = (await client.get("/readyz")).text
    assert "warning: outbox: 2 of the reports of a day were refused by a rule" in said
    assert "has waited" not in said


async def test_metrics_count_and_name_nobody(client, writer):
    await client.post("/v1/reports", json=REPORT)
    text = (await client.get("/metrics")).text
    assert "tocsin_producer_waiting_items 2.0" in text
    assert ORIGINATOR.id.hex() not in text


async def test_the_description_names_every_answer_and_its_examples_would_be_accepted(client):
    description = (await client.get("/openapi.json")).json()
    submit = description["paths"]["/v1/reports"]["post"]
    examples = submit["requestBody"]["content"]["application/json"]["examples"]
    later_s = examples["alert"]["value"]["issued"]
    assert "ion" == check_incident(examples["report"]["value"], now_s=later_s).stream
    assert "alerts" == check_alert(examples["alert"]["value"], now_s=later_s).stream
    assert {"200", "201", "401", "403", "409", "413", "415", "422", "507"} <= set(submit["responses"])


ANSWER_LETTER = {"kind": "request", "to": NEIGHBOUR.id.hex(), "reference": "r-1"}


@pytest.fixture
def letter_writer(writer):
    """The writer's directory knows the schemas of letters."""
    writer.directory = letters_directory()
    return writer


async def test_a_letter_is_handed_in_and_again_is_the_same(client, letter_writer):
    answers = [
        await client.post("/v1/letters", params=ANSWER_LETTER, json=smallest_request()) for _ in "ab"
    ]
    assert [(201, "accepted"), (200, "known")] == [
        (one.status_code, one.json()["result"]) for one in answers
    ]
    assert f"to.{NEIGHBOUR.id.hex()}" == answers[0].json()["destinations"][0]["audience"]


async def test_a_letter_to_who_may_not_be_written_is_refused_and_nothing_is_stored(client, letter_writer):
    to_a_firm = ANSWER_LETTER | {"to": COURIER.id.hex()}
    answer = await client.post("/v1/letters", params=to_a_firm, json=smallest_request())
    assert (403, True) == (answer.status_code, "a firm is sent alerts" in answer.json()["detail"])
    assert 0 == letter_writer.outbox.items.waiting_items


@pytest.mark.parametrize(
    "changes",
    [{"kind": "incident"}, {"kind": "alert"}, {"to": "NL"}, {"reference": ""}, {"reference": "x" * 201}],
)
async def test_a_letter_with_a_wrong_address_is_refused(client, letter_writer, changes):
    answer = await client.post("/v1/letters", params=ANSWER_LETTER | changes, json=smallest_request())
    assert (422, "application/problem+json") == (answer.status_code, answer.headers["content-type"])


@pytest.mark.parametrize("body", [[], 7, smallest_request(state="burnt")])
async def test_a_letter_that_breaks_its_rules_is_refused_with_the_places(client, letter_writer, body):
    answer = await client.post("/v1/letters", params=ANSWER_LETTER, json=body)
    assert 422 == answer.status_code
    assert answer.json()["problems"]


async def test_a_letter_is_no_report(client, letter_writer):
    answer = await client.post("/v1/reports?kind=request", json=smallest_request())
    assert 422 == answer.status_code
