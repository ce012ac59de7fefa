"""A real Kafka on this machine: one broker or three, loopback only, gone after `stop`."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from services.workshop import ports, processes
from services.workshop.kafka_runtime import KafkaRuntime, prepare
from services.workshop.node import Node, Tuning
from services.workshop.state import ClusterState, load, save
from services.workshop.training import train_once
from tocsin.core.errors import BrokerUnavailableError, SettingsError, StorageError

READY_TIMEOUT_S = 60.0
STOP_PATIENCE_S = 20.0
POLL_S = 0.05


@dataclass(frozen=True)
class NodeStatus:
    """One broker: its process and whether it answers a metadata request."""

    node: int
    address: str
    pid: int | None
    answers: bool


def _say_on_stderr(text: str) -> None:
    print(text, file=sys.stderr)


class LocalKafka:
    """A cluster whose whole state is one folder.

    `directory`: made if missing; its data, ports and identity outlive `stop` and `kill`.
    `brokers`: 1, or 3 with replication 3 and two in-sync replicas asked for.
    `port`: of the first broker, below 32768; None takes that of last time, else a free one.
    `environment`: KAFKA_HOME, XDG_CACHE_HOME, PATH... as of os.environ. `say`: told of downloads.
    """

    def __init__(
        self,
        directory: Path,
        brokers: int = 1,
        port: int | None = None,
        *,
        tuning: Tuning = Tuning(),
        environment: Mapping[str, str] | None = None,
        say: Callable[[str], None] = _say_on_stderr,
    ) -> None:
        if brokers not in (1, 3):
            raise SettingsError(f"{brokers} brokers: choose 1 or 3")
        self._folder = directory.absolute()
        self._brokers = brokers
        self._port = port
        self._tuning = tuning
        self._environment = dict(os.environ if environment is None else environment)
        self._say = say

    @property
    def bootstrap(self) -> str:
        """The addresses of all brokers, comma separated. Raises SettingsError before a start."""
        state = self._known_state()
        return ",".join(node.address for node in self._nodes(state))

    @property
    def log_dirs(self) -> tuple[Path, ...]:
        """The folder of Kafka's own log of each broker."""
        return tuple(self._folder / f"node-{number}" for number in range(1, self._brokers + 1))

    def start(self) -> None:
        """Start the brokers that do not run; returns when all answer a metadata request.

        Raises SettingsError (ports taken, another shape than last time), StorageError (disk),
        BrokerUnavailableError (a broker ended or never answered; those started are stopped).
        """
        runtime = prepare(self._environment, self._say)
        train_once(runtime, self._say)
        state = self._settle_state()
        before = processes.find_marked(self._mark)
        started: set[int] = set()
        try:
            for node in self._nodes(state):
                if not self._runs(state, node):
                    started.add(self._spawn(runtime, state, node))
            self._await_ready(state)
        except BaseException:
            # An interrupted start may not have told us the pid of what it started.
            started |= processes.find_marked(self._mark) - before
            processes.end_all(started, self._mark, 5.0)
            processes.reap(started)
            raise

    def stop(self) -> bool:
        """Stop all brokers together; whether all ended by themselves. Not running is no fault."""
        pids = processes.find_marked(self._mark)
        state = load(self._state_file)
        if state:
            pids |= set(state.pids.values())
        obeyed = processes.end_all(pids, self._mark, STOP_PATIENCE_S)
        if state:
            state.pids = {}
            save(self._state_file, state)
        return obeyed

    def kill(self, node: int = 1) -> None:
        """End one broker with SIGKILL; returns when it is gone. `start` brings it back."""
        state = self._known_state()
        pid = state.pids.get(node)
        if pid is not None and processes.is_running(pid, self._mark):
            processes.end_all([pid], self._mark, STOP_PATIENCE_S, first=signal.SIGKILL)

    def status(self) -> tuple[NodeStatus, ...]:
        """Each broker as it is now; empty if this folder never held a cluster."""
        state = load(self._state_file)
        if state is None:
            return ()
        return tuple(self._status_of(state, node) for node in self._nodes(state))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # --- state ---------------------------------------------------------------------------

    @property
    def _state_file(self) -> Path:
        return self._folder / "state.json"

    @property
    def _mark(self) -> str:
        """On each broker's command line: tells our processes from all others."""
        return f"-Dtocsin.kafka.directory={self._folder}"

    def _known_state(self) -> ClusterState:
        state = load(self._state_file)
        if state is None:
            raise SettingsError(f"no Kafka was started in {self._folder}")
        return state

    def _settle_state(self) -> ClusterState:
        """The cluster of last time if it has the shape asked for, else a new one."""
        state = load(self._state_file)
        if state is None:
            state = ClusterState(self._brokers, self._port or ports.find_free(self._brokers))
            self._make_folder()
        elif state.brokers != self._brokers:
            raise SettingsError(
                f"{self._folder} holds a cluster of {state.brokers}, not {self._brokers}: "
                "take another --dir, or delete that one"
            )
        if not any(self._runs(state, node) for node in self._nodes(state)):
            state.base_port = self._port or state.base_port
            ports.require_free(state.base_port, state.brokers)
        elif self._port not in (None, state.base_port):
            raise SettingsError(f"{self._folder} already runs at port {state.base_port}")
        save(self._state_file, state)
        return state

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{self._folder} cannot be made: {error.strerror}") from error

    # --- brokers -------------------------------------------------------------------------

    def _nodes(self, state: ClusterState) -> list[Node]:
        return [
            Node(number, state.brokers, state.base_port, self._folder / f"node-{number}")
            for number in range(1, state.brokers + 1)
        ]

    def _runs(self, state: ClusterState, node: Node) -> bool:
        pid = state.pids.get(node.number)
        return pid is not None and processes.is_running(pid, self._mark)

    def _spawn(self, runtime: KafkaRuntime, state: ClusterState, node: Node) -> int:
        node.lay_out(runtime, state.cluster_id, self._tuning)
        options = (self._mark, *runtime.ahead_of_time_options())
        command = node.command(runtime, self._tuning, *options)
        pid = processes.spawn(command, self._mark, node.output, self._environment)
        state.pids[node.number] = pid
        save(self._state_file, state)
        return pid

    def _await_ready(self, state: ClusterState) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        waiting = self._nodes(state)
        while waiting := [node for node in waiting if not node.is_whole()]:
            for node in waiting:
                if not self._runs(state, node):
                    raise BrokerUnavailableError(f"Kafka ended at once: {node.complaint()}")
            if time.monotonic() > deadline:
                raise BrokerUnavailableError(
                    f"Kafka did not answer within {READY_TIMEOUT_S:.0f} s: " + waiting[0].complaint()
                )
            time.sleep(POLL_S)

    def _status_of(self, state: ClusterState, node: Node) -> NodeStatus:
        pid = state.pids.get(node.number) if self._runs(state, node) else None
        return NodeStatus(node.number, node.address, pid, bool(pid) and node.answers())
