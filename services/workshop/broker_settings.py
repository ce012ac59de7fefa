"""server.properties of a local broker: small, quick to recover, one node or three."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from services.workshop.ports import CONTROLLER_DISTANCE, LOOPBACK

# Memory: the log cleaner's default buffer alone takes 128 MB of heap.
_SMALL = {
    "num.network.threads": "1",
    "num.io.threads": "2",
    "num.replica.fetchers": "1",
    "background.threads": "1",
    "num.recovery.threads.per.data.dir": "2",
    "log.cleaner.threads": "1",
    "log.cleaner.dedupe.buffer.size": "2097152",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.num.partitions": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    # Index files are preallocated: 10 MB each stalls the first burst to many topics.
    "log.segment.bytes": "16777216",
    "log.index.size.max.bytes": "65536",
}
_PLAIN = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    # On by default, and then a mistyped topic is created by whoever reads it.
    "auto.create.topics.enable": "false",
    "group.initial.rebalance.delay.ms": "0",
}
# A lone broker waits for its own old session after kill -9: 10.7 s by default, 1.7 s with this.
_ALONE = {"broker.session.timeout.ms": "1000", "broker.heartbeat.interval.ms": "200"}
_TOGETHER = {
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "controller.quorum.election.timeout.ms": "300",
    "controller.quorum.fetch.timeout.ms": "1000",
}


def broker_settings(
    node: int, brokers: int, base_port: int, data: Path, extra: Mapping[str, str]
) -> dict[str, str]:
    """All settings of broker `node` (1 to `brokers`); `extra` wins over ours."""
    copies = str(min(3, brokers))
    port = base_port + node - 1
    return {
        **_PLAIN,
        **_SMALL,
        **(_ALONE if brokers == 1 else _TOGETHER),
        "node.id": str(node),
        "log.dirs": str(data),
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{port + CONTROLLER_DISTANCE}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{port}",
        "controller.quorum.voters": _voters(brokers, base_port),
        "default.replication.factor": copies,
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": "1" if brokers == 1 else "2",
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": "1" if brokers == 1 else "2",
        "min.insync.replicas": "1" if brokers == 1 else "2",
        **extra,
    }


def as_properties(settings: Mapping[str, str]) -> str:
    """The text of a Java properties file."""
    return "".join(f"{name}={_escaped(value)}\n" for name, value in sorted(settings.items()))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n")


def _voters(brokers: int, base_port: int) -> str:
    return ",".join(
        f"{node}@{LOOPBACK}:{base_port + node - 1 + CONTROLLER_DISTANCE}" for node in range(1, brokers + 1)
    )
