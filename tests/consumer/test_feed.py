"""Pages by cursor, one report, and a stream of events that resumes."""

import asyncio
import json
from uuid import UUID

import pytest

from services.consumer import feed as module
from services.consumer.feed import Feed, TooManyListeners
from services.consumer.news import News
from tests.support.incidents import incident, incident_directory
from tests.support.reading import STORAGE_KEY, Reading
from tests.support.world import ORIGINATOR, Sender, report_id
from tocsin.adapters.inbox.reports import Filter
from tocsin.adapters.inbox.store import open_inbox

NAMES = ["a", "b", "c", "d", "e"]


@pytest.fixture
def sender():
    return Sender(ORIGINATOR, incident_directory())


@pytest.fixture
def reading(tmp_path, sender):
    reading = Reading(tmp_path, incident_directory())
    with reading.inbox.transaction():
        reading.inbox.known.keep(incident_directory())
    reading.take_keys(sender)
    reading.take(sender.send(*(incident(name) for name in NAMES)))
    return reading


@pytest.fixture
def news():
    return News()


@pytest.fixture
def feed(tmp_path, reading, news):
    return Feed(open_inbox(tmp_path, STORAGE_KEY, read_only=True), news)


def uuid(name):
    return str(UUID(bytes=report_id(name)))


async def test_pages_follow_each_other_by_cursor(feed):
    first = await feed.page(0, limit=3)
    second = await feed.page(first[-1]["cursor"], limit=3)
    assert [uuid(name) for name in NAMES] == [one["report_id"] for one in first + second]


async def test_a_page_holds_at_most_five_hundred(feed, reading, sender):
    reading.take(sender.send(*(incident(f"n{number}") for number in range(500))))
    assert 500 == len(await feed.page(0, limit=10_000))


async def test_regions_match_whatever_a_report_concerns(feed):
    bits = await feed.region_bits(["western-and-central-europe"])
    assert 5 == len(await feed.page(0, Filter(regions=bits)))
    assert [] == await feed.page(0, Filter(regions=await feed.region_bits(["oceania"])))


async def test_a_rendered_report_has_the_documented_shape(feed):
    (one,) = await feed.page(0, limit=1)
    assert [
        "originator", "originator_name", "stream", "region", "regions", "report_id", "version",
        "schema", "kind", "exercise", "time", "received_at", "cursor", "report",
    ] == list(one)  # fmt: skip
    assert "tocsin.report.v1.IncidentReport" == one["schema"]
    assert {"country": "CO", "locality": "Cali"} == one["report"]["place"]


async def test_a_later_version_says_where_it_differs_from_the_one_before(feed, reading, sender):
    reading.take(sender.send(incident("new"), incident("new", version=2, place={"country": "PE"})))
    first, second = await feed.versions(UUID(uuid("new")))
    assert "changed" not in first
    assert ["place.country", "place.locality"] == second["changed"]


async def test_one_report_is_found_by_its_id_with_all_versions(feed, reading, sender):
    reading.take(sender.send(incident("a", version=2)))
    assert [1, 2] == [one["version"] for one in await feed.versions(UUID(uuid("a")))]
    assert [] == await feed.versions(UUID(uuid("nothing")))


async def events_of(stream, count):
    found = []
    async for text in stream:
        if text.startswith("id: "):
            id_, _event, data = text.strip().split("\n")
            found.append((int(id_.removeprefix("id: ")), json.loads(data.removeprefix("data: "))))
        if len(found) == count:
            return found
    raise AssertionError


async def test_a_stream_that_resumes_with_its_last_event_id_misses_and_repeats_nothing(feed):
    first = await events_of(feed.events(0), 2)
    rest = await events_of(feed.events(first[-1][0]), 3)
    assert [uuid(name) for name in NAMES] == [data["report_id"] for _, data in first + rest]


async def test_news_reach_a_stream_that_waits(feed, reading, sender, news):
    stream = feed.events(await feed.last_cursor())
    waiting = asyncio.create_task(events_of(stream, 1))
    await asyncio.sleep(0)
    reading.take(sender.send(incident("new")))
    news.ring()
    ((_, data),) = await waiting
    assert uuid("new") == data["report_id"]


async def test_silence_is_broken_by_comments(feed, monkeypatch):
    monkeypatch.setattr(module, "HEARTBEAT_S", 0.01)
    stream = feed.events(await feed.last_cursor())
    assert [": tocsin\n\n", ": still here\n\n"] == [await anext(stream), await anext(stream)]
    await stream.aclose()
    assert 0 == feed.listeners


async def test_there_are_at_most_a_hundred_streams(feed, monkeypatch):
    monkeypatch.setattr(module, "MAX_LISTENERS", 1)
    first = feed.events(0)
    await anext(first)
    with pytest.raises(TooManyListeners):
        await anext(feed.events(0))
    await first.aclose()
