import hashlib

import pytest

from services.workshop import jars
from tocsin.core.errors import OutsideFault, UntrustedError

CONTENT = b"the true jar"
JAR = jars.PinnedJar(hashlib.sha256(CONTENT).hexdigest(), "org/example/thing/1.0/thing-1.0.jar")


@pytest.fixture
def maven(monkeypatch):
    """A Maven Central that gives what the test puts into it; counts the questions."""
    answers = []

    def give(jar, repository):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        (repository / jar.path).parent.mkdir(parents=True, exist_ok=True)
        (repository / jar.path).write_bytes(answer)

    monkeypatch.setattr(jars, "_ask_maven", give)
    monkeypatch.setattr(jars, "pinned_jars", lambda _: (JAR,))
    return answers


def test_every_pinned_jar_has_a_digest_and_coordinates():
    pinned = jars.pinned_jars()

    assert {64} == {len(jar.sha256) for jar in pinned}
    assert ("org.apache.kafka", "kafka_2.13", "4.4.0") in {jar.coordinates for jar in pinned}


def test_all_of_kafka_is_of_one_version():
    """Resolved together with its log binding, an older kafka-clients was picked silently."""
    versions = {jar.coordinates[2] for jar in jars.pinned_jars() if "/kafka/" in jar.path}

    assert {jars.KAFKA_VERSION} == versions


def test_a_jar_that_is_there_is_not_asked_for_again(maven, tmp_path):
    maven.append(CONTENT)
    jars.fetch(tmp_path, print)

    assert (tmp_path / "maven" / JAR.path,) == jars.fetch(tmp_path, print)


def test_a_download_that_broke_off_is_tried_again(maven, tmp_path):
    maven += [CONTENT[:5], OSError("reset"), CONTENT]
    (path,) = jars.fetch(tmp_path, print)

    assert CONTENT == path.read_bytes()


def test_a_damaged_jar_is_fetched_anew(maven, tmp_path):
    maven += [CONTENT, CONTENT]
    (path,) = jars.fetch(tmp_path, print)
    path.write_bytes(b"bit rot")
    jars.fetch(tmp_path, print)

    assert CONTENT == path.read_bytes()


def test_a_forged_jar_is_refused_and_deleted(maven, tmp_path):
    maven += [b"forged"] * jars.TRIES
    with pytest.raises(UntrustedError, match=r"thing-1\.0\.jar.*SHA-256"):
        jars.fetch(tmp_path, print)

    assert not (tmp_path / "maven" / JAR.path).exists()


def test_without_network_the_error_says_what_to_do(maven, tmp_path):
    maven += [ConnectionError("no route")] * jars.TRIES
    with pytest.raises(OutsideFault, match="connect to the network, or set KAFKA_HOME"):
        jars.fetch(tmp_path, print)


def test_a_list_that_is_not_kafkas_names_itself_and_gives_no_advice_on_kafka(maven, tmp_path):
    maven += [ConnectionError("no route")] * jars.TRIES
    said = []
    with pytest.raises(OutsideFault, match=r"connect to the network$"):
        jars.fetch(tmp_path, said.append, jars.JarList("x.sha256", "Apache Avro", ""))

    assert ["fetching 1 of 1 jars of Apache Avro (once)"] == said
