"""Trains Java's ahead-of-time cache once: every later start takes 0.7 s instead of 1.5 s."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from services.workshop import ports
from services.workshop.cache import exclusively
from services.workshop.data_folder import new_id
from services.workshop.kafka_runtime import KafkaRuntime
from services.workshop.node import Node, Tuning
from tocsin.core.errors import TocsinError

START_TIMEOUT_S = 30.0
DUMP_TIMEOUT_S = 60.0


def train_once(runtime: KafkaRuntime, say: Callable[[str], None]) -> None:
    """Make `runtime.ahead_of_time` unless it is there or Java cannot (older than 25).

    It only saves time: when it fails, brokers start without it, and it is not tried again.
    """
    if runtime.training_done.exists() or not runtime.can_train:
        return
    with exclusively(runtime.cache):
        if runtime.training_done.exists():
            return
        say("training Kafka's ahead-of-time cache (once, some 7 s)")
        with contextlib.suppress(OSError, TocsinError, subprocess.SubprocessError):
            _train(runtime)
        runtime.training_done.touch()


def _train(runtime: KafkaRuntime) -> None:
    with tempfile.TemporaryDirectory(dir=runtime.cache) as scratch:
        node = Node(1, 1, ports.find_free(1), Path(scratch) / "node-1")
        node.lay_out(runtime, new_id(), Tuning())
        trained = Path(scratch) / "kafka.aot"
        command = node.command(runtime, Tuning(), f"-XX:AOTCacheOutput={trained}")
        with node.output.open("wb") as sink:
            broker = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT
            )
        try:
            deadline = time.monotonic() + START_TIMEOUT_S
            while not node.is_whole() and time.monotonic() < deadline and broker.poll() is None:
                time.sleep(0.1)
            broker.terminate()  # the cache is written as Java ends
            broker.wait(DUMP_TIMEOUT_S)
        finally:
            broker.kill()
            broker.wait()
        trained.rename(runtime.ahead_of_time)
