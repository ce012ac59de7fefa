"""The reader's HTTP interface: a token, filters, pages, one report, events."""

import httpx
import pytest
from fastapi import FastAPI

from services.consumer.feed import Feed
from services.consumer.http import PURPOSE, router
from services.consumer.news import News
from tests.support.incidents import incident, incident_directory
from tests.support.reading import STORAGE_KEY, Reading
from tests.support.world import ORIGINATOR, Sender, report_id
from tocsin.adapters.inbox.store import open_inbox
from tocsin.adapters.tokens import Tokens

NAMES = ["a", "b", "c"]


@pytest.fixture
def tokens(tmp_path):
    return Tokens(tmp_path / "tokens.json")


@pytest.fixture
async def client(tmp_path, tokens):
    directory = incident_directory()
    reading, sender = Reading(tmp_path, directory), Sender(ORIGINATOR, directory)
    with reading.inbox.transaction():
        reading.inbox.known.keep(directory)
    reading.take_keys(sender)
    reading.take(sender.send(*(incident(name) for name in NAMES)))
    app = FastAPI()
    feed = Feed(open_inbox(tmp_path, STORAGE_KEY, read_only=True), News())
    app.include_router(router(feed, lambda token: tokens.holder(token, PURPOSE) is not None))
    token = tokens.create("test", PURPOSE)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://localhost",
        headers={"Authorization": f"Bearer {token}"},
    ) as client:
        yield client


async def test_without_a_token_nothing_is_answered(client):
    for header in ("", "Bearer wrong", "Basic x"):
        answer = await client.get("/v1/reports", headers={"Authorization": header})
        assert 401 == answer.status_code


async def test_a_token_for_another_purpose_is_refused(client, tokens):
    token = tokens.create("form", "submit")
    answer = await client.get("/v1/reports", headers={"Authorization": f"Bearer {token}"})
    assert 401 == answer.status_code


async def test_pages_lead_on_by_their_cursor_until_there_is_no_next(client):
    first = (await client.get("/v1/reports?limit=2")).json()
    last = (await client.get(f"/v1/reports?limit=2&after={first['next']}")).json()
    assert (2, 1, None) == (len(first["reports"]), len(last["reports"]), last["next"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("stream=ion", 3),
        ("stream=pics", 0),
        ("stream=pics&stream=ion", 3),
        ("region=south-america", 3),
        ("region=oceania", 0),
        ("kind=seizure", 3),
        ("kind=diversion", 0),
        (f"originator={ORIGINATOR.id.hex()}", 3),
        (f"originator={'0' * 32}", 0),
        ("since=2020-01-01", 3),
        ("since=2030-01-01T00:00:00Z", 0),
    ],
)
async def test_filters(client, query, expected):
    assert expected == len((await client.get(f"/v1/reports?{query}")).json()["reports"])


@pytest.mark.parametrize(
    "query", ["limit=501", "limit=0", "after=-1", "region=atlantis", "originator=x", "since=then"]
)
async def test_a_query_that_makes_no_sense_is_refused(client, query):
    assert 422 == (await client.get(f"/v1/reports?{query}")).status_code


async def test_one_report_with_its_versions(client):
    answer = await client.get(f"/v1/reports/{report_id('a').hex()}")
    assert [1] == [one["version"] for one in answer.json()["versions"]]


async def test_an_unknown_report_is_not_found(client):
    assert 404 == (await client.get(f"/v1/reports/{report_id('z').hex()}")).status_code


async def test_too_many_streams_are_asked_to_come_back(client, monkeypatch):
    monkeypatch.setattr("services.consumer.http.MAX_LISTENERS", 0)
    answer = await client.get("/v1/stream")
    assert (503, "30") == (answer.status_code, answer.headers["Retry-After"])
