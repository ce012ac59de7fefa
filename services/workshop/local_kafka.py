"""A real Kafka on this machine: one broker or three, loopback only, gone after `stop`."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Self

from services.workshop import ports, processes, readiness
from services.workshop.broker_settings import as_properties, broker_settings
from services.workshop.data_folder import lay_out
from services.workshop.kafka_runtime import KafkaRuntime, prepare
from services.workshop.state import ClusterState, load, save
from tocsin.core.errors import BrokerUnavailableError, SettingsError, StorageError

READY_TIMEOUT_S = 60.0
STOP_PATIENCE_S = 20.0
POLL_S = 0.05
HEAP_MB_ALONE, HEAP_MB_TOGETHER = 128, 160


@dataclass(frozen=True)
class Tuning:
    """What most callers leave alone.

    `heap_mb` of each broker: thousands of topics want 512 or more. `settings`: win over ours.
    """

    heap_mb: int | None = None
    settings: Mapping[str, str] = field(default_factory=dict)


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
        self._heap_mb = tuning.heap_mb or (HEAP_MB_ALONE if brokers == 1 else HEAP_MB_TOGETHER)
        self._extra = tuning.settings
        self._environment = dict(os.environ if environment is None else environment)
        self._say = say

    @property
    def bootstrap(self) -> str:
        """The addresses of all brokers, comma separated. Raises SettingsError before a start."""
        state = self._known_state()
        return ",".join(self._address(state, node) for node in self._nodes(state))

    @property
    def log_dirs(self) -> tuple[Path, ...]:
        """The folder of Kafka's own log of each broker."""
        return tuple(self._node_folder(node) for node in range(1, self._brokers + 1))

    def start(self) -> None:
        """Start the brokers that do not run; returns when all answer a metadata request.

        Raises SettingsError (ports taken, another shape than last time), StorageError (disk),
        BrokerUnavailableError (a broker ended or never answered; all are stopped again).
        """
        runtime = prepare(self._environment, self._say)
        state = self._settle_state()
        started = []
        for node in self._nodes(state):
            if not self._runs(state, node):
                self._spawn(runtime, state, node)
                started.append(node)
        try:
            self._await_ready(state)
        except BaseException:
            pids = [state.pids[node] for node in started]
            processes.end_all(pids, self._mark, 5.0)
            processes.reap(pids)
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
        if pid := state.pids.get(node):
            processes.send([pid], signal.SIGKILL)
            processes.end_all([pid], self._mark, STOP_PATIENCE_S)

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

    # --- one broker ----------------------------------------------------------------------

    def _nodes(self, state: ClusterState) -> range:
        return range(1, state.brokers + 1)

    def _node_folder(self, node: int) -> Path:
        return self._folder / f"node-{node}"

    def _address(self, state: ClusterState, node: int) -> str:
        return f"{ports.LOOPBACK}:{state.base_port + node - 1}"

    def _runs(self, state: ClusterState, node: int) -> bool:
        pid = state.pids.get(node)
        return pid is not None and processes.is_running(pid, self._mark)

    def _spawn(self, runtime: KafkaRuntime, state: ClusterState, node: int) -> None:
        folder = self._node_folder(node)
        lay_out(folder / "data", runtime.template, node, state.cluster_id)
        settings = broker_settings(node, state.brokers, state.base_port, folder / "data", self._extra)
        try:
            properties = folder / "server.properties"
            properties.write_text(as_properties(settings), encoding="utf-8")
            log4j = folder / "log4j2.xml"
            log4j.write_bytes((files("deploy.local") / "log4j2.xml").read_bytes())
        except OSError as error:
            raise StorageError(f"{folder} cannot be written: {error.strerror}") from error
        command = runtime.command(
            [
                f"-Xmx{self._heap_mb}m",
                self._mark,
                f"-Dkafka.logs.dir={folder}",
                f"-Dlog4j2.configurationFile={log4j}",
                *runtime.ahead_of_time_options(),
            ],
            "kafka.Kafka",
            str(properties),
        )
        state.pids[node] = processes.spawn(command, folder / "output.log", self._environment)
        save(self._state_file, state)

    # --- readiness -----------------------------------------------------------------------

    def _await_ready(self, state: ClusterState) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        waiting = set(self._nodes(state))
        while waiting:
            for node in sorted(waiting):
                if not self._runs(state, node):
                    raise BrokerUnavailableError(f"Kafka ended at once: {self._complaint(node)}")
                if self._is_whole(state, node):
                    waiting.discard(node)
            if waiting and time.monotonic() > deadline:
                raise BrokerUnavailableError(
                    f"Kafka did not answer within {READY_TIMEOUT_S:.0f} s: "
                    + self._complaint(min(waiting))
                )
            time.sleep(POLL_S if waiting else 0)

    def _is_whole(self, state: ClusterState, node: int) -> bool:
        """Whether `node` answers, knows the controller and sees every broker."""
        answer = readiness.ask(ports.LOOPBACK, state.base_port + node - 1)
        return (
            answer is not None
            and answer.nodes == tuple(self._nodes(state))
            and answer.controller in answer.nodes
        )

    def _status_of(self, state: ClusterState, node: int) -> NodeStatus:
        pid = state.pids.get(node) if self._runs(state, node) else None
        answer = readiness.ask(ports.LOOPBACK, state.base_port + node - 1) if pid else None
        return NodeStatus(node, self._address(state, node), pid, answer is not None)

    def _complaint(self, node: int) -> str:
        """The last line of what the broker wrote, and where the rest is."""
        folder = self._node_folder(node)
        for name in ("output.log", "kafka.log"):
            lines = read_tail(folder / name, 50)
            if lines:
                return f"{lines[-1]} (see {folder / name})"
        return f"see {folder}"


def read_tail(path: Path, lines: int, max_bytes: int = 262_144) -> list[str]:
    """The last `lines` lines of a log, from at most `max_bytes` of its end; [] if missing."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - max_bytes))
            return file.read().decode("utf-8", "replace").splitlines()[-lines:]
    except OSError:
        return []
