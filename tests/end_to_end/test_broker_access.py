"""A broker with TLS, logins and ACLs: the whole way through it, and what a firm's login cannot see."""

import asyncio
import json
from contextlib import suppress

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from services.authority.office import find_office
from services.authority.serving import Signing
from tests.support.exercises import alert, reports
from tests.support.guarded_stage import STANDBY, guard
from tests.support.secure_kafka import secure_broker
from tests.support.stage import AUTHORITY, COLOMBIA, COURIER, NETHERLANDS
from tocsin.adapters.kafka.acls import apply_acls, read_acls
from tocsin.adapters.kafka.admin import administration
from tocsin.adapters.kafka.logins import read_logins
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.reading import read_to_end
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.kafka.subscriber import Start, Subscriber
from tocsin.adapters.tuf_topic import DirectoryTopic
from tocsin.core.broker_access import AccessPlan, AccessRule
from tocsin.core.errors import BrokerForbidsError, BrokerRefusedError
from tocsin.core.streams import inbox_topic, stream_topic

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
PEOPLE = (COLOMBIA, NETHERLANDS, COURIER)
RIVAL_INBOX = inbox_topic(b"a second courier", firm=True)
GROUP = "a-group-of-a-government"
STRAY = AccessRule("User:mallory", "read", "tocsin.ion.v1")
NOT_ALLOWED_GROUP = 30
DIRECTORY, CHECKPOINTS, MANIFESTS, ALERTS = (
    f"tocsin.{one}.v1" for one in ("directory", "checkpoints", "manifests", "alerts")
)


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with secure_broker(tmp_path_factory.mktemp("secure")) as broker:
        yield broker


@pytest.fixture(scope="module")
def guarded(broker):
    return guard(broker, PEOPLE, RIVAL_INBOX)


@pytest.fixture(scope="module")
def stage(guarded):
    return guarded.stage


@pytest.fixture(scope="module")
def told(stage):
    """A report to governments and an alert to couriers are published, under TLS, logins and ACLs."""
    stage.tocsin(COLOMBIA, "publish", stage.write("reports.jsonl", *reports(1, 2)))
    body = alert()
    stage.tocsin(COLOMBIA, "publish", stage.write("a.json", body), "--audience", "couriers", "--approve")
    return body


def test_the_plan_says_for_whom_and_nothing_is_changed_where_nobody_is_asked(guarded, stage):
    refused, done = guarded.refused, guarded.applied
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


def closed_to_a_courier(guarded):
    streams = [stream_topic(one) for one in ("ion", "pics", "blobs")]
    return [*streams, guarded.inbox(NETHERLANDS), RIVAL_INBOX]


async def test_a_firms_login_reads_nothing_of_governments_and_of_another_firm(guarded, told):
    for topic in closed_to_a_courier(guarded):
        with pytest.raises(BrokerForbidsError, match=topic):
            await Subscriber(guarded.access(COURIER), {(topic, 0): Start.BEGINNING}).start()


async def test_a_firms_login_reads_nothing_of_what_its_own_authority_is_sent(guarded, told):
    topic = guarded.inbox(COLOMBIA)
    async with Subscriber(guarded.access(COURIER), {(topic, 0): Start.BEGINNING}) as subscriber:
        with pytest.raises(BrokerForbidsError, match=topic):
            await subscriber.poll()


async def test_a_firms_login_sees_no_topic_that_counts_what_others_are_sent(guarded, told):
    seen = await topics_seen_by(guarded, COURIER)
    assert {ALERTS, MANIFESTS, CHECKPOINTS, DIRECTORY} | {
        guarded.inbox(COURIER),
        guarded.inbox(COLOMBIA),
    } == seen


async def test_a_firms_login_writes_to_its_authority_and_itself_alone(guarded, told):
    shared = (ALERTS, MANIFESTS, CHECKPOINTS, DIRECTORY)
    others = [guarded.inbox(NETHERLANDS), RIVAL_INBOX]
    async with Publisher(guarded.access(COURIER)) as publisher:
        for topic in (*shared, *others, stream_topic("ion")):
            with pytest.raises(Exception, match="not allowed"):
                await publisher.publish([OutgoingRecord(topic, 0, b"key", b"junk")])
        placed = await publisher.publish([OutgoingRecord(guarded.inbox(COLOMBIA), 0, None, b"junk")])
    assert 1 == len(placed)


async def test_a_firms_login_sees_no_group_of_others(guarded, broker, told):
    place = TopicPartition(stream_topic("ion"), 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.operator, group_id=GROUP, enable_auto_commit=False)
    await consumer.start()
    consumer.assign([place])
    await consumer.commit({place: OffsetAndMetadata(1, "")})
    await consumer.stop()
    async with administration(broker.operator) as (admin, _bootstrap):
        assert GROUP in {name for name, *_ in await admin.list_consumer_groups()}
    async with administration(guarded.access(COURIER)) as (admin, _bootstrap):
        assert [] == await admin.list_consumer_groups()
        node = admin._client.get_random_node()
        (answer,) = await admin.describe_consumer_groups([GROUP], group_coordinator_id=node)
    assert [NOT_ALLOWED_GROUP] == [group[0] for group in answer.groups]


async def test_a_firms_login_cannot_give_itself_more(guarded, told):
    more = AccessRule(f"User:{guarded.stage.ids[COURIER]}", "read", stream_topic("ion"))
    with pytest.raises(BrokerForbidsError, match="adding ACLs: not allowed"):
        await apply_acls(guarded.access(COURIER), AccessPlan((more,), (), ()), strays=False)
    with pytest.raises(BrokerForbidsError):
        await read_logins(guarded.access(COURIER))


async def topics_seen_by(guarded, name):
    async with administration(guarded.access(name)) as (admin, _bootstrap):
        return set(await admin.list_topics())


async def writable_by(guarded, name, topics):
    """Those of `topics` that take a record from the login of `name`."""
    taken = set()
    async with Publisher(guarded.access(name)) as publisher:
        for topic in topics:
            with suppress(BrokerRefusedError):
                await publisher.publish([OutgoingRecord(topic, 0, b"junk", b"junk")])
                taken.add(topic)
    return taken


def of_participants(guarded):
    streams = [stream_topic(one) for one in ("ion", "pics", "blobs", "alerts")]
    return [*streams, MANIFESTS, *map(guarded.inbox, PEOPLE), RIVAL_INBOX]


def test_the_authority_publishes_under_its_own_login(stage, told):
    stage.tocsin(AUTHORITY, "authority", "renew")
    assert "timestamp.json" in stage.tocsin(AUTHORITY, "authority", "publish").out


async def test_the_timestamp_service_signs_and_publishes_under_the_authoritys_login(guarded, told):
    stage, stop = guarded.stage, asyncio.Event()
    office = find_office(stage.home(AUTHORITY), stage.passphrase)
    before = office.repository.standing().versions["timestamp"]
    signing = Signing(office, guarded.access(AUTHORITY), 3_600)
    running = asyncio.ensure_future(signing.run(stop))
    topic = DirectoryTopic(guarded.access(NETHERLANDS))
    async with asyncio.timeout(60):
        while signed_version(topic) <= before:
            await topic.read(anew=True)
    stop.set()
    await running
    assert [] == signing.troubles()


def signed_version(topic):
    data = topic.files.get("timestamp.json")
    return 0 if data is None else json.loads(data)["signed"]["version"]


async def test_the_authoritys_login_sees_nothing_of_what_participants_send_each_other(guarded, told):
    assert {DIRECTORY, CHECKPOINTS} == await topics_seen_by(guarded, AUTHORITY)
    assert set() == await writable_by(guarded, AUTHORITY, [CHECKPOINTS, *of_participants(guarded)])


async def test_a_standbys_login_sees_and_writes_the_directory_alone(guarded, told):
    assert {DIRECTORY} == await topics_seen_by(guarded, STANDBY)
    assert set() == await writable_by(guarded, STANDBY, [CHECKPOINTS, *of_participants(guarded)])


async def test_a_governments_login_reads_no_inbox_but_its_own_and_writes_no_directory(guarded, told):
    others = [guarded.inbox(NETHERLANDS), guarded.inbox(COURIER), RIVAL_INBOX]
    for topic in others:
        async with Subscriber(guarded.access(COLOMBIA), {(topic, 0): Start.BEGINNING}) as subscriber:
            with pytest.raises(BrokerForbidsError, match=topic):
                await subscriber.poll()
    assert set() == await writable_by(guarded, COLOMBIA, [DIRECTORY])


@pytest.mark.parametrize("name", [*PEOPLE, AUTHORITY])
def test_the_doctor_of_every_role_finds_its_rights_as_they_should_be(stage, told, name):
    found = stage.tocsin(name, "doctor", "--json").lines()
    assert {"too few copies"} == {one["finding"] for one in found} - {None}
    said = [one["what"] for one in found if one["check"] == "rights"]
    assert said[1].startswith("is refused the ")


def test_the_standby_looks_under_its_own_login(stage, told):
    words = ("standby", "sign", "--home", stage.home(STANDBY), "--dry-run")
    assert "nothing to do" in stage.tocsin(STANDBY, "authority", *words).err


@pytest.mark.parametrize(
    ("name", "streams"), [(NETHERLANDS, {"ion", "pics", "alerts"}), (COURIER, {"alerts"})]
)
def test_verify_replays_the_topics_that_a_login_may_read(stage, told, name, streams):
    rows = stage.tocsin(name, "verify", "--from-topic", "--json", expect=None).lines()
    assert streams == {one["stream"] for one in rows}
    assert {"forks": [], "gaps": []}.items() <= rows[0].items()


def test_a_record_that_is_written_again_by_another_governments_login_is_shown_once(guarded, told):
    stage = guarded.stage
    before = len(stage.read(NETHERLANDS, "ion,pics"))
    sealed = read_all(guarded.broker.operator, stream_topic("ion"))
    asyncio.run(put(guarded.access(NETHERLANDS), sealed))
    assert before == len(stage.read(NETHERLANDS, "ion,pics"))


def test_what_the_operator_copies_out_of_ion_to_a_firm_is_not_opened(guarded, told):
    stage, places = guarded.stage, (ALERTS, guarded.inbox(COURIER))
    values = [one.value for one in read_all(guarded.broker.operator, stream_topic("ion"))]
    copies = [OutgoingRecord(topic, 0, None, values[0]) for topic in places]
    asyncio.run(put(guarded.broker.operator, copies))
    assert {told["title"]} == {one["report"]["title"] for one in stage.read(COURIER, "all")}
    refused = stage.tocsin(COURIER, "quarantine", "list", "--json").lines()
    assert {(topic, "wrong place") for topic in places} == {
        (one["topic"], one["reason"]) for one in refused
    }


def read_all(access, topic):
    """The records of all partitions of a stream, to be sent again as they are."""

    async def read():
        async with administration(access) as (admin, _bootstrap):
            (shown,) = await admin.describe_topics([topic])
        partitions = range(len(shown["partitions"]))
        found = [await read_to_end(access, topic, one) for one in partitions]
        return [OutgoingRecord(topic, one.partition, None, one.value) for some in found for one in some]

    return asyncio.run(read())


async def put(access, records):
    async with Publisher(access) as publisher:
        await publisher.publish(records)


async def test_what_was_changed_by_hand_is_shown_and_mended(guarded, broker, told):
    stage, login = guarded.stage, f"User:{guarded.stage.ids[COURIER]}"
    lost, given = AccessRule(login, "read", ALERTS), AccessRule(login, "read", stream_topic("ion"))
    await apply_acls(broker.operator, AccessPlan((given,), (lost,), ()), strays=False)
    who = f"Courier (CO) {stage.ids[COURIER]}"
    drift = [f"+ {who}: read topic {ALERTS}", f"- {who}: read topic tocsin.ion.v1"]
    assert drift == stage.tocsin(AUTHORITY, "authority", "acl", "plan").out.splitlines()
    assert given in await read_acls(broker.operator)
    stage.tocsin(AUTHORITY, "authority", "acl", "apply", "--yes")
    found = await read_acls(broker.operator)
    assert (True, False) == (lost in found, given in found)


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


def test_a_standby_signs_under_its_own_login_while_the_authority_is_silent(stage, told):
    words = ("authority", "standby", "sign", "--home", stage.home(STANDBY))
    said = stage.tocsin_later(4 * 3_600, STANDBY, *words)
    assert "the standby stands in for the authority" in said.err
