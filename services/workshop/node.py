"""One broker of a local cluster: its folder, its command line, whether it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from services.workshop import ports, readiness
from services.workshop.broker_settings import as_properties, broker_settings
from services.workshop.data_folder import lay_out
from services.workshop.kafka_runtime import KafkaRuntime
from tocsin.core.errors import StorageError

HEAP_MB_ALONE, HEAP_MB_TOGETHER = 128, 160
MAX_TAIL_BYTES = 262_144


@dataclass(frozen=True)
class Tuning:
    """What most callers leave alone.

    `heap_mb` of each broker: thousands of topics want 512 or more. `settings`: win over ours.
    `told_distance`: clients and other brokers are told a port that is so much higher, where something
    stands before each broker; 0 for the broker's own.
    """

    heap_mb: int | None = None
    told_distance: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Node:
    """Broker `number` of `brokers`; everything of it is below `folder`."""

    number: int
    brokers: int
    base_port: int
    folder: Path

    @property
    def port(self) -> int:
        """The port that clients use."""
        return self.base_port + self.number - 1

    @property
    def address(self) -> str:
        """host:port for clients."""
        return f"{ports.LOOPBACK}:{self.port}"

    @property
    def output(self) -> Path:
        """What Java itself prints."""
        return self.folder / "output.log"

    @property
    def log(self) -> Path:
        """Kafka's own log."""
        return self.folder / "kafka.log"

    def lay_out(self, runtime: KafkaRuntime, cluster_id: str, tuning: Tuning) -> None:
        """Write everything that the broker needs before it starts. Raises StorageError."""
        data = self.folder / "data"
        lay_out(data, runtime.template, self.number, cluster_id)
        settings = broker_settings(self.number, self.brokers, self.base_port, data, self._extra(tuning))
        try:
            self._properties.write_text(as_properties(settings), encoding="utf-8")
            self._log4j.write_bytes((files("deploy.local") / "log4j2.xml").read_bytes())
        except OSError as error:
            raise StorageError(f"{self.folder} cannot be written: {error.strerror}") from error

    def _extra(self, tuning: Tuning) -> dict[str, str]:
        told = f"PLAINTEXT://{ports.LOOPBACK}:{self.port + tuning.told_distance}"
        return {"advertised.listeners": told, **tuning.settings}

    def command(self, runtime: KafkaRuntime, tuning: Tuning, *options: str) -> list[str]:
        """The command line of this broker's Java, with `options` among Java's."""
        usual = HEAP_MB_ALONE if self.brokers == 1 else HEAP_MB_TOGETHER
        return runtime.command(
            [
                f"-Xmx{tuning.heap_mb or usual}m",
                f"-Dkafka.logs.dir={self.folder}",
                f"-Dlog4j2.configurationFile={self._log4j}",
                *options,
            ],
            "kafka.Kafka",
            str(self._properties),
        )

    def answers(self) -> bool:
        """Whether a metadata request is answered at all."""
        return readiness.ask(ports.LOOPBACK, self.port) is not None

    def is_whole(self) -> bool:
        """Whether it answers, knows the controller and sees every broker of the cluster."""
        answer = readiness.ask(ports.LOOPBACK, self.port)
        everyone = tuple(range(1, self.brokers + 1))
        return answer is not None and answer.nodes == everyone and answer.controller in everyone

    def complaint(self) -> str:
        """The last error that the broker wrote, and where the rest is."""
        for path in (self.output, self.log):
            lines = read_tail(path, 200)
            telling = [line for line in lines if "ERROR" in line or "Exception" in line] or lines
            if telling:
                return f"{telling[-1]} (see {path})"
        return f"see {self.folder}"

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    @property
    def _log4j(self) -> Path:
        return self.folder / "log4j2.xml"


def read_tail(path: Path, lines: int) -> list[str]:
    """The last `lines` lines of a log, from at most 256 KB of its end; [] if missing."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - MAX_TAIL_BYTES))
            return file.read().decode("utf-8", "replace").splitlines()[-lines:]
    except OSError:
        return []
