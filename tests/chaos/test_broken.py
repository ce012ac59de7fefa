"""The chaos run itself is tested: a build that lacks a check fails it."""

import json
import random
import time
from types import SimpleNamespace

import pytest

from services.workshop.ports import find_free
from tests.chaos.client import Client
from tests.chaos.plan import Step
from tests.chaos.processes import Build, ServiceProcess
from tests.chaos.rounds import Scene
from tests.chaos.world import build_world
from tests.support.homes import LivingDirectory, write_home
from tests.support.stage import Stage
from tests.support.world import ORIGINATOR
from tocsin.core.exercise import exercise_report

ANSWERS_WITHIN_S = 120


@pytest.fixture
def publisher(tmp_path):
    """Makes a publisher without a broker, whose disk can lose its power, and a client of it."""
    running = []

    def make(*without):
        stage = Stage(tmp_path, SimpleNamespace(bootstrap=f"127.0.0.1:{find_free(1)}"))
        living = LivingDirectory(tmp_path / "repository")
        write_home(stage.home("home"), ORIGINATOR, living.repository.pinned_root()).rename(stage.passphrase)
        token = stage.tocsin("home", "producer", "token", "test").out.strip()
        service = ServiceProcess(stage, "producer", "home", Build(without))
        running.append(service)
        start(service)
        return service, Client(service.port, token)

    yield make
    for service in running:
        service.kill()


def start(service):
    service.start()
    end_s = time.monotonic() + ANSWERS_WITHIN_S
    while not service.answers():
        assert time.monotonic() < end_s, service._tail()
        time.sleep(0.1)


def accepted_and_kept(service, client):
    """Statuses of a report: handed in, and asked for after a power cut."""
    body = json.dumps(exercise_report(random.Random(1), 1, "CO")).encode()
    status, answer = client.ask("POST", "/v1/reports", body)
    service.cut_power()
    start(service)
    client.close()
    return status, client.ask("GET", f"/v1/reports/{answer['report_id']}")[0]


def test_what_was_accepted_is_there_after_a_power_cut(publisher):
    assert (201, 200) == accepted_and_kept(*publisher())


def test_without_fsync_a_power_cut_loses_what_was_accepted(publisher):
    assert (201, 404) == accepted_and_kept(*publisher("fsync"))


@pytest.mark.kafka
@pytest.mark.slow
def test_a_reader_without_chain_and_duplicate_check_fails_a_round(tmp_path):
    lost = Step("retention", after_s=3, hold_s=2)
    with build_world(tmp_path, brokers=1, without=("chain-check", "duplicate-check")) as world:
        faults = "\n".join(Scene(world, wait_s=60).play(0, 1, [lost]).faults)
    assert "shown twice" in faults
    assert "lost reports without an alarm" in faults
