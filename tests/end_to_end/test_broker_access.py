"""A broker with TLS, logins and ACLs: the whole way through it, and what a firm's login cannot see."""

import asyncio
from dataclasses import dataclass

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from tests.support.exercises import alert, reports
from tests.support.secure_kafka import secure_broker
from tests.support.stage import (
    AUTHORITY,
    COLOMBIA,
    COURIER,
    NETHERLANDS,
    build_stage,
)
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.kafka.acls import apply_acls, read_acls
from tocsin.adapters.kafka.admin import administration
from tocsin.adapters.kafka.logins import read_logins
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.kafka.subscriber import Start, Subscriber
from tocsin.adapters.kafka.topics import TopicWish
from tocsin.adapters.kafka.topics import apply as apply_topics
from tocsin.adapters.kafka.topics import plan as plan_topics
from tocsin.core.broker_access import AccessPlan, AccessRule
from tocsin.core.errors import BrokerForbidsError
from tocsin.core.streams import inbox_topic, stream_topic

pytestmark = pytest.mark.kafka
PEOPLE = (COLOMBIA, NETHERLANDS, COURIER)
RIVAL_INBOX = inbox_topic(b"a second courier", firm=True)
GROUP = "a-group-of-a-government"
STRAY = AccessRule("User:mallory", "read", "tocsin.ion.v1")
NOT_ALLOWED_GROUP = 30


@dataclass
class Door:
    """A way into the broker that homes are told of."""

    bootstrap: str


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with secure_broker(tmp_path_factory.mktemp("secure")) as broker:
        yield broker


@pytest.fixture(scope="module")
def applied(broker):
    """The network was founded, then everybody got a login, then the ACLs: (stage, what was said)."""
    stage = build_stage(broker.folder / "homes", Door(broker.operator), PEOPLE)
    wish = TopicWish(RIVAL_INBOX, 1)
    asyncio.run(apply_topics(broker.operator, asyncio.run(plan_topics(broker.operator, [wish]))))
    admin, authority = "tocsin-admin", "tocsin-authority"
    logins = {name: stage.ids[name] for name in PEOPLE} | {authority: authority, admin: admin}
    for name, login in logins.items():
        home = stage.home(AUTHORITY if name.startswith("tocsin-") else name)
        said = stage.tocsin(AUTHORITY, "authority", "login", "add", login, "--out", home / f"{name}.secret")
        assert (home / f"{name}.secret").read_text().strip() not in said.out + said.err
    for name in (*PEOPLE, AUTHORITY):
        user = authority if name == AUTHORITY else name
        (stage.home(name) / "settings.toml").write_text(
            f'[kafka]\nbootstrap = "{broker.bootstrap}"\nsecurity_protocol = "SASL_SSL"\n'
            f'ca_file = "{broker.ca_file}"\nuser = "{logins[user]}"\npassword_file = "{user}.secret"\n'
            f'[kafka_admin]\nuser = "{admin}"\npassword_file = "{admin}.secret"\n'
        )
    stage.kafka = Door(broker.bootstrap)
    refused = stage.tocsin(AUTHORITY, "authority", "acl", "apply", expect=2)
    return stage, refused, stage.tocsin(AUTHORITY, "authority", "acl", "apply", "--yes")


@pytest.fixture(scope="module")
def stage(applied):
    return applied[0]


@pytest.fixture(scope="module")
def told(stage):
    """A report to governments and an alert to couriers are published, under TLS, logins and ACLs."""
    stage.tocsin(COLOMBIA, "publish", stage.write("reports.jsonl", *reports(1, 2)))
    body = alert()
    stage.tocsin(COLOMBIA, "publish", stage.write("a.json", body), "--audience", "couriers", "--approve")
    return body


def access_of(stage, name):
    return ParticipantHome(stage.home(name)).access(None)


def inbox_of(stage, name):
    return inbox_topic(bytes.fromhex(stage.ids[name]), firm=name == COURIER)


def test_the_plan_says_for_whom_and_nothing_is_changed_where_nobody_is_asked(applied, stage):
    _stage, refused, done = applied
    line = f"+ Courier (CO) {stage.ids[COURIER]}: read topic tocsin.alerts.v1"
    assert line in refused.out.splitlines()
    assert "nothing was changed" in refused.err
    assert refused.out == done.out


def test_to_apply_again_has_nothing_to_do(stage):
    again = stage.tocsin(AUTHORITY, "authority", "acl", "apply", "--yes")
    assert ("", "0 ACLs and logins differ\n") == (again.out, again.err)


def test_secrets_are_in_private_files(stage):
    modes = {path.stat().st_mode & 0o777 for path in stage.folder.glob("*/*.secret")}
    assert {0o600} == modes


def test_a_government_reads_what_another_published(stage, told):
    assert [1, 2] == sorted(
        int(one["report"]["national_reference"][-5:]) for one in stage.read(NETHERLANDS, "ion,pics")
    )


def test_a_courier_reads_its_alerts_and_is_asked_for_no_more_by_all(stage, told):
    assert {told["title"]} == {one["report"]["title"] for one in stage.read(COURIER, "all")}


def test_step_9_a_courier_that_asks_for_ion_is_told_why_not_and_whom_to_ask(stage, told):
    refused = stage.tocsin(COURIER, "subscribe", "ion", "--until-end", expect=3)
    assert "tocsin.ion.v1" in refused.err
    assert "we are a firm: firms read alerts" in refused.err
    assert "ask Colombia (CO)" in refused.err


def closed_to_a_courier(stage):
    streams = [stream_topic(one) for one in ("ion", "pics", "blobs")]
    return [*streams, inbox_of(stage, NETHERLANDS), RIVAL_INBOX]


async def test_a_firms_login_reads_nothing_of_governments_and_of_another_firm(stage, told):
    for topic in closed_to_a_courier(stage):
        with pytest.raises(BrokerForbidsError, match=topic):
            await Subscriber(access_of(stage, COURIER), {(topic, 0): Start.BEGINNING}).start()


async def test_a_firms_login_reads_nothing_of_what_its_own_authority_is_sent(stage, told):
    topic = inbox_of(stage, COLOMBIA)
    async with Subscriber(access_of(stage, COURIER), {(topic, 0): Start.BEGINNING}) as subscriber:
        with pytest.raises(BrokerForbidsError, match=topic):
            await subscriber.poll()


async def test_a_firms_login_sees_no_topic_that_counts_what_others_are_sent(stage, told):
    async with administration(access_of(stage, COURIER)) as (admin, _bootstrap):
        seen = set(await admin.list_topics())
    shared = {f"tocsin.{one}.v1" for one in ("alerts", "manifests", "checkpoints", "directory")}
    assert shared | {inbox_of(stage, COURIER), inbox_of(stage, COLOMBIA)} == seen


async def test_a_firms_login_writes_to_its_authority_and_itself_alone(stage, told):
    shared = [f"tocsin.{one}.v1" for one in ("alerts", "manifests", "checkpoints", "directory")]
    others = [inbox_of(stage, NETHERLANDS), RIVAL_INBOX]
    async with Publisher(access_of(stage, COURIER)) as publisher:
        for topic in (*shared, *others, stream_topic("ion")):
            with pytest.raises(Exception, match="not allowed"):
                await publisher.publish([OutgoingRecord(topic, 0, b"key", b"junk")])
        placed = await publisher.publish([OutgoingRecord(inbox_of(stage, COLOMBIA), 0, None, b"junk")])
    assert 1 == len(placed)


async def test_a_firms_login_sees_no_group_of_others(stage, broker, told):
    place = TopicPartition(stream_topic("ion"), 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.operator, group_id=GROUP, enable_auto_commit=False)
    await consumer.start()
    consumer.assign([place])
    await consumer.commit({place: OffsetAndMetadata(1, "")})
    await consumer.stop()
    async with administration(broker.operator) as (admin, _bootstrap):
        assert GROUP in {name for name, *_ in await admin.list_consumer_groups()}
    async with administration(access_of(stage, COURIER)) as (admin, _bootstrap):
        assert [] == await admin.list_consumer_groups()
        node = admin._client.get_random_node()
        (answer,) = await admin.describe_consumer_groups([GROUP], group_coordinator_id=node)
    assert [NOT_ALLOWED_GROUP] == [group[0] for group in answer.groups]


async def test_a_firms_login_cannot_give_itself_more(stage, told):
    more = AccessRule(f"User:{stage.ids[COURIER]}", "read", stream_topic("ion"))
    with pytest.raises(BrokerForbidsError, match="adding ACLs: not allowed"):
        await apply_acls(access_of(stage, COURIER), AccessPlan((more,), (), ()), strays=False)
    with pytest.raises(BrokerForbidsError):
        await read_logins(access_of(stage, COURIER))


def subscribing(stage, **changes):
    return stage.tocsin(COURIER, "subscribe", "alerts", "--until-end", expect=6, **changes).err


def test_an_expired_certificate_is_said(stage, broker, told):
    said = subscribing(stage, TOCSIN_BOOTSTRAP=broker.expired)
    assert "its certificate has expired: tell whoever runs the broker" in said


def test_a_certificate_of_another_host_is_said(stage, broker, told):
    said = subscribing(stage, TOCSIN_BOOTSTRAP=broker.misnamed)
    assert "its certificate is for another host" in said


@pytest.fixture
def settings_changed(stage):
    """Changes one word of the courier's settings, for one test."""
    file = stage.home(COURIER) / "settings.toml"
    before = file.read_text()

    def change(old, new):
        assert old in before
        file.write_text(before.replace(old, new))

    yield change
    file.write_text(before)


def test_a_certificate_of_another_authority_is_said(stage, broker, told, settings_changed):
    settings_changed("/ca.pem", "/brokers-ca.pem")
    assert "not signed by an authority of ca_file: ask for the file" in subscribing(stage)


def test_a_wrong_password_is_said(stage, told, settings_changed):
    secret = stage.home(COURIER) / "wrong.secret"
    secret.touch(mode=0o600)
    secret.write_text("canary-secret")
    settings_changed(f"{COURIER}.secret", secret.name)
    said = subscribing(stage)
    assert "the user name or password is wrong" in said
    assert "canary-secret" not in said


async def strays(broker):
    return STRAY in await read_acls(broker.operator)


async def test_an_acl_that_nothing_explains_goes_only_when_asked(stage, broker, told):
    await apply_acls(broker.operator, AccessPlan((STRAY,), (), ()), strays=False)
    kept = stage.tocsin(AUTHORITY, "authority", "acl", "apply", "--yes")
    assert "? mallory: read topic tocsin.ion.v1" in kept.out
    assert "run again with --remove-strays" in kept.err
    assert await strays(broker)
    stage.tocsin(AUTHORITY, "authority", "acl", "apply", "--yes", "--remove-strays")
    assert not await strays(broker)


def test_a_second_login_is_refused_and_a_renewed_one_opens(stage, told):
    name, out = stage.ids[COURIER], stage.home(COURIER) / "renewed.secret"
    words = (AUTHORITY, "authority", "login", "add", name, "--out", out)
    assert "has a login: --renew" in stage.tocsin(*words, expect=3).err
    assert not out.exists()
    stage.tocsin(*words, "--renew")
    out.replace(stage.home(COURIER) / f"{COURIER}.secret")
    assert 0 == stage.tocsin(COURIER, "subscribe", "alerts", "--until-end").code


async def test_the_acls_and_the_login_of_an_expelled_participant_go(stage, broker, told):
    id_ = stage.ids[NETHERLANDS]
    words = ("participant", "expel", id_, "--reason", "expelled", "--no-heads")
    stage.tocsin(AUTHORITY, "authority", *words)
    done = stage.tocsin(AUTHORITY, "authority", "acl", "apply", "--yes")
    assert f"- Netherlands (NL) {id_}: read topic tocsin.ion.v1" in done.out
    assert {f"- Netherlands (NL) {id_}"} == {line.split(":")[0] for line in done.out.splitlines()}
    assert [] == [rule for rule in await read_acls(broker.operator) if rule.login == id_]
    assert id_ not in await read_logins(broker.operator)
