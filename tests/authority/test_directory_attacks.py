"""Whatever the broker shows of the directory: the last good one is kept, and the alarm says why."""

import pytest

from services.authority.publishing import TIMESTAMP
from tests.support.authority import role_key
from tests.support.directory_attacks import ATTACKS, BRAZIL, CHILE, Simulator, delegating
from tests.support.homes import publish
from tests.support.parties import NOW_S, Party
from tocsin.adapters import tuf_signing as signing
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.kafka.topics import TopicWish, apply, plan
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.adapters.tuf_repository import TufRepository
from tocsin.adapters.tuf_topic import DirectoryTopic
from tocsin.core.directory import Freshness
from tocsin.core.errors import DirectoryStaleError, UntrustedError
from tocsin.core.primitives import Ed25519Private

REFUSED = (UntrustedError, DirectoryStaleError)
FAR = 2_000_000_000
ATTACKED = pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())


@pytest.fixture(scope="module")
def simulator(tmp_path_factory):
    return Simulator(tmp_path_factory.mktemp("simulator"))


@pytest.fixture
def client(simulator, tmp_path):
    return reader(simulator, tmp_path / "client")


def reader(simulator, folder):
    """A reader that has taken states 1 and 2."""
    client = DirectoryClient(folder, simulator.repository.pinned_root())
    client.refresh(simulator.files(1), NOW_S + 1)
    client.refresh(simulator.files(2), NOW_S + 2)
    return client


@ATTACKED
def test_h38_each_attack_is_refused_in_words(client, simulator, attack) -> None:
    with pytest.raises(REFUSED, match=f"topic is refused.*({attack.words})"):
        client.refresh(attack.shown(simulator), attack.now_s)


@ATTACKED
def test_h38_under_each_attack_the_last_good_directory_is_kept_also_over_a_restart(
    client, simulator, attack
) -> None:
    good = client.directory
    with pytest.raises(REFUSED):
        client.refresh(attack.shown(simulator), attack.now_s)
    assert good is client.directory
    again = DirectoryClient(client._folder, simulator.repository.pinned_root()).load()
    assert (good.version, set(good.participants)) == (again.version, set(again.participants))


@ATTACKED
def test_h38_after_each_attack_the_next_good_state_is_taken(client, simulator, attack) -> None:
    with pytest.raises(REFUSED):
        client.refresh(attack.shown(simulator), attack.now_s)
    found = client.refresh(attack.next_good(simulator), NOW_S + 120)
    assert {BRAZIL.id, CHILE.id} <= set(found.participants)


@ATTACKED
def test_h38_an_attack_that_lasts_stops_publishing_when_the_timestamp_expires(
    client, simulator, attack
) -> None:
    end_s = client.directory.expires_at_s
    with pytest.raises(REFUSED):
        client.refresh(attack.shown(simulator), max(attack.now_s, end_s))
    assert Freshness.STALE is client.directory.freshness(end_s)


def test_h38_nobody_comes_in_through_a_delegation_outside_its_paths(client, simulator) -> None:
    thief = Party("Thief", country="XX")
    found = client.refresh(delegating(simulator, thief), NOW_S + 60)
    assert (4, False) == (found.version, thief.id in found.participants)


class Replaced:
    """The authority with new keys of timestamp and snapshot, over what it had signed before."""

    def __init__(self, repository):
        self.keys = {role: Ed25519Private.generate() for role in ("snapshot", "timestamp")}
        self.repository = TufRepository(repository.folder, self.key_of)

    def key_of(self, role):
        return self.keys.get(role) or role_key(role)

    def recover(self):
        seats = {role: signing.Seats([signing.tuf_keys(key)]) for role, key in self.keys.items()}
        draft = self.repository.roots.draft(seats, NOW_S)
        self.repository.roots.install(signing.add_signatures(draft, role_key("root")), NOW_S)
        self.repository.put_targets({}, NOW_S + 3)
        return self.repository.files()


def test_h38_who_stole_the_machines_keys_and_ran_ahead_is_overcome_by_a_new_root(tmp_path) -> None:
    simulator = Simulator(tmp_path)
    client = DirectoryClient(tmp_path / "client", simulator.repository.pinned_root())
    ahead = {
        f"{FAR}.snapshot.json": signing.sign(signing.new_snapshot(FAR, 3, NOW_S), role_key("snapshot")),
        TIMESTAMP: signing.sign(signing.new_timestamp(FAR, FAR, NOW_S), role_key("timestamp")),
    }
    assert FAR == client.refresh(simulator.files(3) | ahead, NOW_S + 60).version
    with pytest.raises(UntrustedError):
        client.refresh(simulator.files(3), NOW_S + 60)
    assert 4 == client.refresh(Replaced(simulator.repository).recover(), NOW_S + 60).version


@pytest.mark.kafka
async def test_h38_each_attack_of_a_broker_through_a_real_topic_leaves_the_directory(
    kafka_bootstrap, topic_name, simulator, tmp_path
) -> None:
    settings = {"cleanup.policy": "compact", "max.message.bytes": "6291456"}
    await apply(kafka_bootstrap, await plan(kafka_bootstrap, [TopicWish(topic_name, 1, settings)]))
    topic, kept = DirectoryTopic(kafka_bootstrap, topic_name), []
    of_a_broker = {name: attack for name, attack in ATTACKS.items() if not attack.stolen}
    for name, attack in of_a_broker.items():
        shown = dict(attack.shown(simulator))
        gone = [OutgoingRecord(topic_name, 0, file.encode(), None) for file in topic.files.keys() - shown]
        async with Publisher(kafka_bootstrap) as publisher:
            await publisher.publish(gone)
        await publish(kafka_bootstrap, topic_name, shown)
        await topic.read()
        client = reader(simulator, tmp_path / name)
        good = client.directory
        with pytest.raises(REFUSED, match=attack.words):
            client.refresh(topic.files, attack.now_s)
        kept += [name] if client.directory is good else []
    assert list(of_a_broker) == kept
