"""Sinks that run: one that hangs, one whose way breaks, and what is said of them."""

import asyncio
import contextlib
import threading

from prometheus_client import CollectorRegistry, generate_latest

from services.consumer.sinks.metrics import SinkMetrics
from services.consumer.sinks.plans import Kind
from tests.support.sinks import KINDS


async def until(found):
    """The first true answer; ten seconds at most."""
    async with asyncio.timeout(10):
        while not (answer := found()):  # noqa: ASYNC110 - a file that appears sets no event
            await asyncio.sleep(0.01)
        return answer


async def test_a_webhook_that_hangs_holds_up_no_other_sink(rig):
    late = threading.Event()
    rig.receiver.answer = lambda _posted: (late.wait(60), (204, {}))[1]
    lines = await rig.lines(*KINDS)
    running = asyncio.create_task(lines.run())
    try:
        await until(lambda: rig.receiver.posted)
        rig.add("a")
        lines.ring()
        await until(lambda: rig.got(Kind.SPOOL) and rig.got(Kind.PING))
        assert not late.is_set()
    finally:
        late.set()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_sink_that_swallows_its_cancellation_ends_all_the_same(rig):
    lines, begun = await rig.lines(Kind.PING), asyncio.Event()

    async def deliver(_events):
        begun.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    lines._lines[0]._sink.deliver = deliver
    running = asyncio.create_task(lines.run())
    rig.add("a")
    lines.ring()
    await begun.wait()
    running.cancel()
    await asyncio.wait([running], timeout=10)
    assert running.cancelled()


async def test_news_reach_a_sink_when_the_bell_rings(rig):
    lines = await rig.lines(Kind.SPOOL)
    stop = asyncio.Event()
    running = asyncio.create_task(lines.run_until(stop))
    rig.add("a")
    lines.ring()
    await until(lambda: ["a"] == rig.titles())
    stop.set()
    await running


async def test_a_heartbeat_comes_at_the_start_and_daily_and_only_the_last_one_waits(rig):
    lines = await rig.lines(Kind.WEBHOOK)
    await lines.settle()
    rig.receiver.answer = lambda _posted: (500, {})
    for _ in range(3):
        rig.now_s += 86_400
        await lines.settle()
    assert 1 == lines.standing[0].waiting
    rig.receiver.answer = lambda _posted: (204, {})
    rig.now_s += 86_400
    await lines.settle()
    assert {"sink": "webhook", "waiting": 0, "dead": 0, "next_within_s": 86_400} == (
        rig.receiver.of("heartbeat")[-1].json["data"]
    )


async def test_metrics_name_the_sink_and_nothing_else(rig):
    await rig.run(Kind.WEBHOOK)
    rig.break_(Kind.WEBHOOK)
    rig.add("zanzibar")
    lines = await rig.run(Kind.WEBHOOK)
    registry = CollectorRegistry()
    SinkMetrics(registry, lambda: lines.standing)
    text = generate_latest(registry).decode()
    assert 'tocsin_consumer_sink_failures{sink="webhook"} 1.0' in text
    assert not [word for word in ("zanzibar", "very-secret-path", "127.0.0.1") if word in text]


async def test_a_queue_that_is_full_is_said_and_nothing_is_passed_over(rig, monkeypatch):
    monkeypatch.setattr("services.consumer.sinks.taking.MAX_ITEMS", 2)
    lines = await rig.lines(Kind.SPOOL)
    await lines.settle()
    back = rig.break_(Kind.SPOOL)
    for name in "abc":
        rig.add(name)
        await lines.settle()
    assert "its queue is full" in lines.sentences()[0]
    back()
    for _ in range(3):
        rig.now_s += 60
        await lines.settle()
    assert {"a", "b", "c"} == set(rig.titles())


async def test_what_is_told_for_people_names_counts_and_troubles_once(rig):
    lines = await rig.lines(Kind.SPOOL)
    rig.add("a")
    await lines.settle()
    back = rig.break_(Kind.SPOOL)
    rig.add("zanzibar")
    await lines.settle()
    await lines.settle()
    back()
    told = rig.told
    assert f"sink spool: {rig.spool}" == told[0]
    assert "sink spool: 2 delivered" in told
    assert 1 == len([one for one in told if "is missing" in one])
    assert not [one for one in told if "zanzibar" in one]


def test_a_look_at_a_sink_that_never_began_is_empty():
    registry = CollectorRegistry()
    SinkMetrics(registry, list)
    assert b"sink=" not in generate_latest(registry)
