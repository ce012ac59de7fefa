"""The service signs and publishes by itself, says what is wrong, and lets people work beside it."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import httpx
import pytest
from prometheus_client import generate_latest

from services.authority import serving
from services.authority.office import find_office, hold, hold_publishing
from services.authority.serving import ALARM_AGE_S, Signing
from tests.support.parties import DAY_S
from tests.support.world import COURIER, small_world
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.tuf_regional_files import RegionalFiles
from tocsin.adapters.tuf_repository import TufRepository
from tocsin.adapters.tuf_standing import StandbySignedError
from tocsin.core.clock_skew import TOLERANCE_S
from tocsin.core.errors import (
    BrokerUnavailableError,
    HeldElsewhereError,
    RefusedByRuleError,
    StorageError,
)
from tocsin.runtime import web
from tocsin.runtime.guard import Limits

HOUR_S = 3_600


class Broker:
    """In the place of `publish`: keeps what was sent, or is away."""

    def __init__(self):
        self.sent = []
        self.error = None
        self.hangs = False
        self.calls = asyncio.Queue()

    async def publish(self, repository, files, access, now_s):
        self.calls.put_nowait(None)
        if self.hangs:
            await asyncio.Event().wait()
        if self.error:
            raise self.error
        self.sent.append(files["timestamp.json"])
        return ["timestamp.json"]


@pytest.fixture
def broker(monkeypatch):
    broker = Broker()
    monkeypatch.setattr(serving, "publish", broker.publish)
    return broker


@pytest.fixture
def clock(desk):
    """Begins when the folder was signed."""
    return SimpleNamespace(now_s=desk.office.repository.standing().signed_at_s)


@pytest.fixture
def office(desk, clock):
    office = find_office(desk.home, desk.passphrase_file)
    office.clock = lambda: clock.now_s
    return office


@pytest.fixture
def signing(office, broker):
    return Signing(office, KafkaAccess("127.0.0.1:9"), HOUR_S)


def timestamp(office):
    return office.repository.standing().versions["timestamp"]


def count(signing, result):
    return signing.registry.get_sample_value("tocsin_authority_rounds_total", {"result": result})


async def test_a_round_signs_and_publishes(signing, office, broker) -> None:
    assert await signing._round()
    assert 2 == timestamp(office)
    assert [office.repository.files()["timestamp.json"]] == broker.sent
    assert (1, 0, []) == (count(signing, "published"), count(signing, "failed"), signing.troubles())


async def test_a_broker_that_is_away_is_trouble_until_it_is_back(signing, broker) -> None:
    broker.error = BrokerUnavailableError("no broker answers at 127.0.0.1:9")
    assert not await signing._round()
    assert ["directory: no broker answers at 127.0.0.1:9"] == signing.troubles()
    broker.error = None
    assert await signing._round()
    assert (1, 1, []) == (count(signing, "published"), count(signing, "failed"), signing.troubles())


async def test_what_was_signed_and_not_sent_is_not_signed_again_until_it_is_due(
    signing, office, broker, clock
) -> None:
    broker.error = BrokerUnavailableError("away")
    for _ in range(3):
        await signing._round()
    assert 2 == timestamp(office)
    clock.now_s += HOUR_S
    await signing._round()
    assert 3 == timestamp(office)


@pytest.mark.parametrize("error", [RefusedByRuleError("restored"), StorageError("disk full")])
async def test_a_refusal_or_a_full_disk_is_said_and_ends_nothing(signing, broker, error) -> None:
    broker.error = error
    assert not await signing._round()
    assert [f"directory: {error}"] == signing.troubles()


async def test_a_disk_that_is_full_while_signing_ends_nothing(signing, monkeypatch) -> None:
    def full(*_arguments):
        raise StorageError("disk full")

    monkeypatch.setattr(TufRepository, "refresh_timestamp", full)
    assert not await signing._round()
    assert ["directory: disk full"] == signing.troubles()


async def test_a_timestamp_of_three_hours_is_an_alarm(signing, broker, clock, capsys) -> None:
    await signing._round()
    clock.now_s += ALARM_AGE_S - 1
    assert [] == signing.troubles()
    clock.now_s += 1
    broker.error = BrokerUnavailableError("away")
    capsys.readouterr()
    await signing._round()
    assert [
        "directory: away",
        "directory: the timestamp on the topic is 3.0 h old; publishers stop at 24 h",
    ] == signing.troubles()
    assert '"level": "error"' in capsys.readouterr().err
    assert ALARM_AGE_S == signing.registry.get_sample_value("tocsin_authority_timestamp_age_seconds")


async def test_an_agreement_that_ends_is_a_warning_and_logged_once_for_each_mark(
    signing, office, broker, clock, monkeypatch, capsys
) -> None:
    world = small_world().directory
    firm = replace(world.participants[COURIER.id], agreement_ends_s=clock.now_s + 9 * DAY_S)
    directory = replace(world, participants={firm.id: firm})
    monkeypatch.setattr(serving.Office, "directory", lambda _office: directory)
    for _ in range(3):
        await signing._round()
    assert 1 == capsys.readouterr().err.count("agreement.ending")
    (said,) = signing.warnings()
    assert said.startswith("the agreement MoU 7 of Courier (CO) ends in 9 days, on ")
    assert [] == signing.troubles()


def test_a_clock_that_went_back_is_said(signing, clock) -> None:
    clock.now_s -= TOLERANCE_S
    assert [] == signing.troubles()
    clock.now_s -= 1
    assert 1 == len(signing.troubles())
    clock.now_s -= 2 * HOUR_S
    assert "this machine's clock is 2 hours behind that of the last signature" in signing.troubles()[0]


async def test_what_a_wrong_clock_signed_is_signed_anew_as_soon_as_the_clock_is_right(
    signing, office, broker, clock, monkeypatch
) -> None:
    right_s, stop = clock.now_s, asyncio.Event()
    monkeypatch.setattr(serving, "RETRY_S", 0.001)
    clock.now_s += 11 * 365 * DAY_S
    running = asyncio.ensure_future(signing.run(stop))
    await broker.calls.get()
    clock.now_s = right_s
    await asyncio.wait_for(broker.calls.get(), 20)
    stop.set()
    await running
    ends_at_s = office.repository.standing().ends_at_s
    assert [right_s + DAY_S, right_s + 7 * DAY_S] == [ends_at_s[one] for one in ("timestamp", "snapshot")]


async def test_what_a_wrong_clock_signed_and_nobody_was_sent_is_not_sent_once_it_is_right(
    signing, office, broker, clock
) -> None:
    broker.error, right_s = BrokerUnavailableError("away"), clock.now_s
    clock.now_s += 11 * 365 * DAY_S
    await signing._round()
    broker.error, clock.now_s = None, right_s
    await signing._round()
    assert right_s == office.repository.standing().signed_at_s


def test_nothing_is_decided_by_a_clock_behind_the_last_signature(office, clock) -> None:
    clock.now_s -= 300
    office.put({})
    clock.now_s -= 2 * HOUR_S
    with pytest.raises(RefusedByRuleError, match="2 hours behind the last signature: nothing is changed"):
        office.put({})


def test_a_restart_makes_the_timestamp_no_younger(office, broker, clock) -> None:
    clock.now_s += ALARM_AGE_S
    again = Signing(office, KafkaAccess("127.0.0.1:9"), HOUR_S)
    assert ALARM_AGE_S == again.age_s()
    assert "3.0 h old" in again.troubles()[0]


async def test_the_age_counts_from_signing_though_it_was_sent_later(signing, broker, clock) -> None:
    broker.error = BrokerUnavailableError("away")
    await signing._round()
    clock.now_s += 600
    broker.error = None
    await signing._round()
    assert 600 == signing.age_s()


@pytest.mark.parametrize(("role", "days"), [("targets", 30), ("root", 365)])
async def test_what_people_sign_is_asked_for_in_time(signing, clock, role, days) -> None:
    clock.now_s += days * DAY_S - serving.WARN_BEFORE_END_S[role]
    await signing._round()
    assert not [one for one in signing.troubles() if role in one]
    clock.now_s += 1
    found = [one for one in signing.troubles() if f"the {role} metadata ends in" in one]
    assert ["tocsin authority renew"] == [one.split(": ")[2] for one in found]


async def test_people_admit_beside_the_service_and_it_goes_out_with_the_next_round(
    signing, desk, broker
) -> None:
    await signing._round()
    desk.run("audience", "set", "analysts", "--role", "analyst", "--schema", "incident")
    assert await signing._round()
    assert 2 == len(broker.sent)
    assert desk.office.repository.files()["timestamp.json"] == broker.sent[-1]


async def test_a_folder_that_somebody_holds_is_waited_for(signing, office, broker) -> None:
    with hold(office.home):
        assert not await signing._round()
    assert "holds it since" in signing.troubles()[0]
    assert await signing._round()


async def test_the_loop_tries_again_soon_after_a_failure(signing, broker, monkeypatch) -> None:
    monkeypatch.setattr(serving, "RETRY_S", 0.001)
    broker.error, stop = BrokerUnavailableError("away"), asyncio.Event()
    running = asyncio.ensure_future(signing.run(stop))
    for _ in range(2):
        await broker.calls.get()
    broker.error = None
    await broker.calls.get()
    stop.set()
    await running
    assert [] == signing.troubles()
    assert count(signing, "failed") >= 2


async def test_a_broker_that_hangs_does_not_keep_the_service_from_stopping(signing, broker) -> None:
    broker.hangs, stop = True, asyncio.Event()
    running = asyncio.ensure_future(signing.run(stop))
    await broker.calls.get()
    stop.set()
    await running
    assert signing._turning.cancelled()


async def test_a_round_that_hangs_is_ended_and_the_next_one_begins_anew(
    signing, broker, monkeypatch
) -> None:
    monkeypatch.setattr(serving, "RETRY_S", 0.001)
    broker.hangs, stop = True, asyncio.Event()
    running = asyncio.ensure_future(signing.run(stop))
    await broker.calls.get()
    broker.hangs = False
    signing.renew()
    await asyncio.wait_for(broker.calls.get(), 30)
    stop.set()
    await running


def test_the_service_warns_and_tries_again_when_operators_read_that_it_does() -> None:
    assert {"targets": 7 * DAY_S, "root": 30 * DAY_S} == serving.WARN_BEFORE_END_S
    assert (30, 20, 3 * HOUR_S) == (serving.RETRY_S, serving.MAX_WARNINGS, ALARM_AGE_S)


async def test_who_publishes_by_hand_is_waited_for(signing, office, broker) -> None:
    with hold_publishing(office.home):
        assert not await signing._round()
    assert [] == broker.sent
    assert await signing._round()


async def test_after_a_round_that_went_well_the_next_one_signs_anew(signing, office, broker) -> None:
    for _ in range(2):
        await signing._round()
    assert (3, 2) == (timestamp(office), len(set(broker.sent)))


async def test_what_a_standby_signed_is_signed_over_while_the_folder_is_held(
    signing, office, monkeypatch
) -> None:
    held, calls = [], []

    async def publish(_repository, _files, _access, _now_s):
        calls.append(None)
        if len(calls) == 1:
            raise StandbySignedError(7)
        return ["timestamp.json"]

    def sign_over(_self, version, _now_s):
        try:
            with hold(office.home):
                held.append((version, False))
        except HeldElsewhereError:
            held.append((version, True))

    monkeypatch.setattr(serving, "publish", publish)
    monkeypatch.setattr(TufRepository, "sign_over", sign_over)
    assert await signing._round()
    assert [(7, True)] == held


async def test_who_signs_more_often_than_it_tries_again_tries_again_as_often(signing, broker) -> None:
    signing._every_s, broker.error, stop = 0.001, BrokerUnavailableError("away"), asyncio.Event()
    running = asyncio.ensure_future(signing.run(stop))
    for _ in range(2):
        await asyncio.wait_for(broker.calls.get(), 20)
    stop.set()
    await running


@pytest.mark.parametrize(("count", "last"), [(20, "one ends"), (21, "and 1 more agreements")])
def test_of_more_agreements_than_are_told_the_number_is_told(signing, count, last) -> None:
    signing._reminders = [SimpleNamespace(to_others=lambda _now_s: "one ends")] * count
    assert last == signing.warnings()[-1]


async def test_a_regional_list_that_was_taken_since_is_watched_after_the_next_round(
    signing, clock, monkeypatch
) -> None:
    monkeypatch.setattr(RegionalFiles, "ends_at_s", lambda _self: {"europe": clock.now_s + DAY_S})
    assert await signing._round()
    assert "the list of the regional registrar europe ends in 1 days" in signing.troubles()[0]


def test_what_the_loop_waits_for_is_said(signing) -> None:
    signing.pulse.waits_for = "the broker does not answer"
    assert ["directory: the broker does not answer"] == signing.troubles()


async def test_the_service_answers_its_three_questions(signing, broker) -> None:
    health = web.Health(lambda: None, signing.troubles)
    app = web.build_app("Tocsin authority", "", health, signing.registry, Limits(max_body_bytes=1_024))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        assert 200 == (await client.get("/healthz")).status_code
        assert 200 == (await client.get("/readyz")).status_code
        broker.error = BrokerUnavailableError("no broker answers")
        await signing._round()
        ready = await client.get("/readyz")
        assert (503, True) == (ready.status_code, "no broker answers" in ready.text)
        metrics = (await client.get("/metrics")).text
    assert 'tocsin_authority_rounds_total{result="failed"} 1.0' in metrics
    assert generate_latest(signing.registry).decode().count("\n") == metrics.count("\n")
