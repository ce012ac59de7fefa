import json

import pytest
import typer
from typer.testing import CliRunner

from services.workshop import commands, ports
from tocsin.core.errors import BrokerUnavailableError
from tocsin.runtime.exits import Exit

pytestmark = pytest.mark.kafka


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.delenv("TOCSIN_BOOTSTRAP", raising=False)
    app = typer.Typer()
    commands.register(app)

    def call(*arguments):
        return CliRunner().invoke(app, ["dev", "kafka", *arguments, "--dir", str(tmp_path / "kafka")])

    yield call
    call("down")


def test_up_prints_the_address_and_down_leaves_nothing_running(run):
    port = ports.find_free(1)
    up = run("up", "--port", str(port))
    assert (0, f"127.0.0.1:{port}\n") == (up.exit_code, up.stdout)
    assert "answers" == json.loads(run("status").stdout)["state"]

    assert "1 of 1 brokers stopped" in run("down").stderr
    assert Exit.UNREACHABLE == run("status").exit_code


def test_up_again_takes_the_port_of_last_time(run):
    port = ports.find_free(1)
    run("up", "--port", str(port))
    run("down")

    assert f"127.0.0.1:{port}\n" == run("up").stdout
    assert "Kafka Server started" in run("logs").stdout


def test_status_of_a_folder_without_kafka_says_so(run):
    shown = run("status")

    assert Exit.UNREACHABLE == shown.exit_code
    assert "no Kafka was ever started" in shown.stderr


def test_with_tocsin_bootstrap_nothing_is_started(run, kafka_bootstrap, monkeypatch, tmp_path):
    monkeypatch.setenv("TOCSIN_BOOTSTRAP", kafka_bootstrap)
    up = run("up")

    assert f"{kafka_bootstrap}\n" == up.stdout
    assert not (tmp_path / "kafka").exists()


def test_tocsin_bootstrap_where_nobody_answers_is_said(run, monkeypatch):
    monkeypatch.setenv("TOCSIN_BOOTSTRAP", "127.0.0.1:9")
    error = run("up").exception

    assert isinstance(error, BrokerUnavailableError)
    assert "no Kafka answers in plain text at 127.0.0.1:9" in str(error)
