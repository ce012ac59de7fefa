"""What every sink keeps, whatever it is: at least once, in time, never too early, never for another."""

import pytest

from services.consumer.sinks.events import Events
from services.consumer.sinks.line import Line
from services.consumer.sinks.plans import Kind
from tests.support.parties import DAY_S
from tests.support.sinks import KINDS
from tests.support.world import COURIER
from tocsin.core.retry_schedule import GIVE_UP_AFTER_S

every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
async def test_every_alert_is_delivered_once_over_restarts(rig, kind):
    rig.add("a")
    await rig.run(kind)
    rig.add("b")
    await rig.run(kind)
    await rig.run(kind)
    assert 2 == rig.got(kind)


@every_kind
async def test_nothing_is_taken_before_history_is_read(rig, kind):
    rig.add("a")
    await rig.run(kind, caught_up=False)
    assert 0 == rig.got(kind)
    await rig.run(kind)
    assert 1 == rig.got(kind)


@every_kind
async def test_what_was_taken_back_before_history_was_read_never_appears(rig, kind):
    rig.add("a")
    lines = await rig.lines(kind, caught_up=False)
    await lines.settle()
    rig.withdraw("a")
    lines.caught_up()
    await lines.settle()
    assert 0 == rig.got(kind)


@every_kind
async def test_what_is_taken_back_while_it_waits_never_appears(rig, kind):
    await rig.run(kind)
    mend = rig.break_(kind)
    rig.add("a")
    await rig.run(kind)
    mend()
    tried = rig.got(kind)
    rig.withdraw("a")
    rig.now_s += DAY_S
    await rig.run(kind)
    assert "alert.active" not in rig.types()[tried:]
    assert [] == rig.titles()


@every_kind
async def test_a_sink_that_fails_is_tried_again_after_its_pause_and_then_has_all(rig, kind):
    await rig.run(kind)
    mend = rig.break_(kind)
    rig.add("a")
    lines = await rig.run(kind)
    assert "failed once (" in lines.sentences()[0]
    mend()
    tried = rig.got(kind)
    await rig.run(kind)
    assert tried == rig.got(kind), "within the pause nothing is tried"
    rig.now_s += 10
    assert [] == (await rig.run(kind)).sentences()
    assert tried + 1 == rig.got(kind)


@every_kind
async def test_a_crash_between_delivery_and_its_note_repeats_it_and_loses_nothing(rig, kind, monkeypatch):
    rig.add("a")
    with monkeypatch.context() as broken:
        broken.setattr(Line, "_note_delivery", lambda *_words: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await rig.run(kind)
    await rig.run(kind)
    if kind is Kind.WEBHOOK:
        assert 1 == len({one.id for one in rig.receiver.of("alert.active")})
    assert rig.got(kind) >= 1


@every_kind
async def test_what_comes_in_quiet_hours_is_delivered_after(rig, kind):
    held = {"quiet": "00:00-23:59 UTC"}
    rig.add("a")
    await rig.run(kind, **held)
    assert 0 == rig.got(kind)
    rig.now_s += DAY_S - rig.now_s % DAY_S - 60
    await rig.run(kind, **held)
    assert 1 == rig.got(kind)


@every_kind
async def test_what_is_urgent_is_not_held(rig, kind):
    rig.add("a", action="refuse")
    rig.add("b", action="observe")
    await rig.run(kind, quiet="00:00-23:59 UTC", urgent=["action>=refuse"])
    assert 1 == rig.got(kind)


@every_kind
async def test_a_digest_holds_what_comes_until_its_time(rig, kind):
    rig.now_s += 1
    rig.add("a")
    rig.add("b")
    await rig.run(kind, digest_minutes=60)
    assert 0 == rig.got(kind)
    rig.now_s += 3_600
    await rig.run(kind, digest_minutes=60)
    assert 2 == rig.got(kind)


@every_kind
async def test_a_filter_holds_back_what_is_not_wanted(rig, kind):
    rig.add("a", action="refuse")
    rig.add("b", action="observe")
    await rig.run(kind, filters=["action>=hold-and-ask"])
    assert 1 == rig.got(kind)


@every_kind
async def test_the_clearance_of_what_reached_a_sink_follows_there_whatever_the_filter_says(rig, kind):
    rig.add("a", action="refuse")
    await rig.run(kind, filters=["action>=refuse"])
    rig.add("a", version=2, status="cleared", action="observe")
    rig.add("never seen", version=2, status="cleared", action="observe")
    await rig.run(kind, filters=["action>=refuse"])
    assert 2 == rig.got(kind)


@every_kind
async def test_a_sink_that_begins_at_what_comes_passes_over_history(rig, kind):
    rig.add("a")
    lines = await rig.lines(kind, caught_up=False, begin="latest")
    rig.add("still history")
    lines.caught_up()
    await lines.settle()
    rig.add("b")
    await lines.settle()
    assert 1 == rig.got(kind)


@every_kind
async def test_an_alert_in_the_firms_own_inbox_is_brought_too(rig, kind):
    rig.add("a", stream="inbox")
    await rig.run(kind)
    assert 1 == rig.got(kind)


async def test_a_sink_that_fails_holds_up_no_other(rig):
    await rig.run(*KINDS)
    rig.break_(Kind.WEBHOOK)
    rig.add("a")
    await rig.run(*KINDS)
    assert (1, 1) == (rig.got(Kind.SPOOL), rig.got(Kind.PING))


@pytest.mark.parametrize("kind", [Kind.WEBHOOK, Kind.PING])
async def test_after_72_hours_it_is_given_up_and_can_be_tried_anew(rig, kind):
    lines = await rig.lines(kind)
    await lines.settle()
    mend = rig.break_(kind)
    rig.add("a")
    await lines.settle()
    rig.now_s += GIVE_UP_AFTER_S - 1
    await lines.settle()
    assert [] == rig.inbox.sink_items.dead()
    for _ in range(2):  # a heartbeat waits, too, and while a sink ails only one thing is tried at once
        rig.now_s += 600
        await lines.settle()
    assert "given up: 1, see tocsin sinks dead list" in lines.sentences()[0]
    mend()
    with rig.inbox.transaction():
        assert 1 == rig.inbox.sink_items.retry(None, rig.now_s)
    rig.now_s += 3_600
    tried = rig.got(kind)
    await lines.settle()
    assert [] == lines.sentences()
    assert tried + 1 == rig.got(kind)


async def test_a_folder_is_never_given_up(rig):
    await rig.run(Kind.SPOOL)
    mend = rig.break_(Kind.SPOOL)
    rig.add("a")
    for _ in range(3):
        await rig.run(Kind.SPOOL)
        rig.now_s += 10 * DAY_S
    assert [] == rig.inbox.sink_items.dead()
    mend()
    await rig.run(Kind.SPOOL)
    assert 1 == rig.got(Kind.SPOOL)


async def test_a_fault_of_our_own_with_one_alert_is_noted_without_a_word_of_it(rig, monkeypatch):
    rig.add("a")
    lines = await rig.lines(Kind.SPOOL)

    def broken(*_words):
        raise ValueError("zanzibar canary")

    monkeypatch.setattr("services.consumer.sinks.spool.write_together", broken)
    await lines.settle()
    (said,) = lines.sentences()
    assert "ValueError at" in said
    assert "zanzibar" not in said


@every_kind
async def test_an_alert_that_cannot_be_told_is_put_off_alone(rig, kind, monkeypatch):
    of = Events.of

    def broken(self, item):
        if item.seq == 2:
            raise KeyError("zanzibar")
        return of(self, item)

    monkeypatch.setattr(Events, "of", broken)
    for name in ("a", "zanzibar", "c"):
        rig.add(name)
    await rig.run(kind)
    assert 2 == rig.got(kind)
    (waiting,) = rig.inbox.sink_items.due(str(kind), rig.now_s + 60, 10)
    assert "KeyError at" in waiting.error
    assert "zanzibar" not in waiting.error


async def test_no_heartbeat_says_well_while_kafka_is_not_read(rig):
    lines = await rig.lines(Kind.WEBHOOK, caught_up=False)
    await lines.settle()
    assert [] == rig.receiver.posted
    lines.caught_up()
    await lines.settle()
    assert 1 == len(rig.receiver.of("heartbeat"))
    lines.well = lambda: False
    rig.now_s += DAY_S
    await lines.settle()
    assert 1 == len(rig.receiver.of("heartbeat"))


async def test_each_mark_of_an_agreement_is_told_once_to_each_sink(rig):
    rig.now_s = COURIER.agreement_ends_s - 20 * DAY_S
    for _ in range(2):
        await rig.run(Kind.WEBHOOK)
    rig.now_s = COURIER.agreement_ends_s
    for _ in range(2):
        await rig.run(Kind.WEBHOOK)
    assert ["agreement.ending", "agreement.ended"] == rig.types()
    (ended,) = rig.receiver.of("agreement.ended")
    assert "ask Originator (CO) to prolong it" in ended.json["data"]["text"]
