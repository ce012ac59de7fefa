import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from services.workshop import ports, processes, readiness
from services.workshop.local_kafka import LocalKafka
from services.workshop.node import Tuning
from tocsin.core.errors import BrokerUnavailableError, SettingsError

pytestmark = pytest.mark.kafka


def running(kafka):
    return [node.node for node in kafka.status() if node.answers]


def test_started_means_that_metadata_is_answered(kafka_broker):
    host, port = kafka_broker.bootstrap.split(":")

    assert readiness.Answer((1,), 1) == readiness.ask(host, int(port))


def test_starting_what_runs_changes_nothing(kafka_broker):
    before = kafka_broker.status()
    kafka_broker.start()

    assert before == kafka_broker.status()


def test_another_object_for_the_same_folder_stops_it_and_nothing_is_left(kafka_broker):
    (node,) = kafka_broker.status()
    LocalKafka(kafka_broker.log_dirs[0].parent).stop()

    assert not Path(f"/proc/{node.pid}").exists()
    assert [None] == [node.pid for node in kafka_broker.status()]


def test_after_kill_9_it_starts_again_at_the_same_address(kafka_broker):
    address = kafka_broker.bootstrap
    kafka_broker.kill(1)
    assert [] == running(kafka_broker)
    kafka_broker.start()

    assert ([1], address) == (running(kafka_broker), kafka_broker.bootstrap)


def test_a_broker_whose_pid_was_never_written_down_is_stopped_too(kafka_broker):
    (node,) = kafka_broker.status()
    state = kafka_broker.log_dirs[0].parent / "state.json"
    state.unlink()  # as if the starter had been killed before it could write
    kafka_broker.stop()

    assert not Path(f"/proc/{node.pid}").exists()


def test_its_own_log_is_readable(kafka_broker):
    log = (kafka_broker.log_dirs[0] / "kafka.log").read_text()

    assert "Kafka Server started" in log


def test_a_taken_port_is_said_before_anything_starts(tmp_path):
    base = ports.find_free(1)
    with socket.create_server((ports.LOOPBACK, base)):
        kafka = LocalKafka(tmp_path, port=base)
        with pytest.raises(SettingsError, match=f"port {base} on 127.0.0.1 is in use"):
            kafka.start()

    assert not (tmp_path / "node-1").exists()


def test_a_broker_that_cannot_start_is_quoted_and_nothing_is_left(tmp_path):
    kafka = LocalKafka(tmp_path, tuning=Tuning(settings={"num.io.threads": "many"}))
    with pytest.raises(BrokerUnavailableError, match=r"num\.io\.threads.*\.log"):
        kafka.start()

    assert set() == processes.find_marked(f"-Dtocsin.kafka.directory={tmp_path}")


def test_another_number_of_brokers_needs_another_folder(kafka_broker):
    folder = kafka_broker.log_dirs[0].parent
    with pytest.raises(SettingsError, match="holds a cluster of 1, not 3"):
        LocalKafka(folder, brokers=3).start()


def test_a_folder_that_never_held_a_cluster_stops_without_fault(tmp_path):
    assert (True, ()) == (LocalKafka(tmp_path).stop(), LocalKafka(tmp_path).status())


def test_two_brokers_are_no_choice(tmp_path):
    with pytest.raises(SettingsError, match="choose 1 or 3"):
        LocalKafka(tmp_path, brokers=2)


@pytest.mark.slow
def test_three_brokers_survive_the_loss_of_one_and_stop_together(tmp_path):
    with LocalKafka(tmp_path, brokers=3) as kafka:
        pids = [node.pid for node in kafka.status()]
        kafka.kill(2)
        assert [1, 3] == running(kafka)
        kafka.start()
        assert [1, 2, 3] == running(kafka)

    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_a_starter_that_is_interrupted_leaves_nothing(tmp_path):
    program = (
        "import pathlib, services.workshop.local_kafka as local\n"
        f"local.LocalKafka._await_ready = lambda *_: input()\n"
        f"local.LocalKafka(pathlib.Path({str(tmp_path)!r})).start()\n"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    mark = f"-Dtocsin.kafka.directory={tmp_path}"
    while not processes.find_marked(mark):
        assert starter.poll() is None
    os.kill(starter.pid, signal.SIGINT)
    starter.communicate()

    assert set() == processes.find_marked(mark)
