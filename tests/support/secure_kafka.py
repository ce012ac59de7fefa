"""A real Kafka that asks for TLS, a login and ACLs: the shipped server.properties, on the loopback."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from services.workshop import ports
from services.workshop.local_kafka import LocalKafka, Tuning
from tocsin.adapters.kafka.acls import apply_acls
from tocsin.adapters.kafka.logins import set_login
from tocsin.core.broker_access import AccessPlan, AccessRule

HOST = "127.0.0.1"
SHIPPED = Path(__file__).parents[2] / "deploy" / "kafka" / "server.properties"
_DISTANCE = {"CLIENTS": 3, "BROKERS": 4, "EXPIRED": 5, "MISNAMED": 6}
_ALONE = ("replication.factor", "min.isr", "insync.replicas", "session.timeout", "heartbeat", "quorum")


@dataclass(frozen=True)
class SecureKafka:
    """`bootstrap`: where participants come in. `expired`, `misnamed`: the same broker, with such a
    certificate. `ca_file` signed them all. `operator`: an open door for what comes before all logins,
    which the shipped settings do not have.
    """

    ca_file: Path
    bootstrap: str
    expired: str
    misnamed: str
    operator: str
    folder: Path

    async def add_login(self, user: str, secret: str) -> None:
        """Let `user` in; it may do nothing yet."""
        await set_login(self.operator, user, secret)

    async def allow(self, rules: Iterable[AccessRule]) -> None:
        """Add these ACLs."""
        await apply_acls(self.operator, AccessPlan(tuple(rules), (), ()), strays=False)


class secure_broker:  # noqa: N801 - used as a context, like its neighbours
    """Starts such a broker in `folder`; gone at the end of the block."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._base = folder, _free_base()
        settings = _settings(folder, self._base)
        self._kafka = LocalKafka(
            folder / "kafka",
            port=self._base,
            tuning=Tuning(heap_mb=256, settings=settings),
            say=lambda _text: None,
        )

    def __enter__(self) -> SecureKafka:
        self._kafka.start()
        at = {name: f"{HOST}:{self._base + away}" for name, away in _DISTANCE.items()}
        return SecureKafka(
            self._folder / "ca.pem",
            at["CLIENTS"],
            at["EXPIRED"],
            at["MISNAMED"],
            self._kafka.bootstrap,
            self._folder,
        )

    def __exit__(self, *_error: object) -> None:
        self._kafka.stop()


def shipped_settings() -> dict[str, str]:
    """What deploy/kafka/server.properties says."""
    lines = (line.strip() for line in SHIPPED.read_text().splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def _settings(folder: Path, base: int) -> dict[str, str]:
    shipped = {
        name: value
        for name, value in shipped_settings().items()
        if not any(part in name for part in _ALONE) and name not in ("node.id", "log.dirs")
    }
    ports_of = {"PLAINTEXT": base, **{name: base + away for name, away in _DISTANCE.items()}}
    opened = {name: f"{name}://{HOST}:{port}" for name, port in ports_of.items()}
    doors = ",".join(opened.values())
    return shipped | _certificates(folder) | {
        "listeners": f"{doors},CONTROLLER://{HOST}:{base + ports.CONTROLLER_DISTANCE}",
        "advertised.listeners": doors,
        "listener.security.protocol.map": shipped["listener.security.protocol.map"]
        + ",EXPIRED:SASL_SSL,MISNAMED:SASL_SSL,PLAINTEXT:PLAINTEXT",
        # Only here: the workshop asks in plain text whether the broker is up, and no login exists yet.
        "super.users": shipped["super.users"] + ";User:ANONYMOUS",
    }  # fmt: skip


def _certificates(folder: Path) -> dict[str, str]:
    brokers, public = trustme.CA(), trustme.CA()
    public.cert_pem.write_to_path(folder / "ca.pem")
    brokers.cert_pem.write_to_path(folder / "brokers-ca.pem")
    yesterday = datetime.now(UTC) - timedelta(days=1)
    clients = shipped_settings()
    certificates = {
        "broker": brokers.issue_cert(HOST, common_name="tocsin-broker"),
        "clients": public.issue_cert(HOST),
        "expired": public.issue_cert(HOST, not_after=yesterday),
        "misnamed": public.issue_cert("kafka.elsewhere.example"),
    }
    settings = {}
    for name, certificate in certificates.items():
        file = folder / f"{name}.pem"
        file.touch(mode=0o600)
        file.write_bytes(_pkcs8(certificate) + b"".join(one.bytes() for one in certificate.cert_chain_pems))
        door = "" if name == "broker" else f"listener.name.{name}."
        settings[f"{door}ssl.keystore.location"] = str(file)
        if door:
            settings |= {
                said.replace(".clients.", f".{name}."): value
                for said, value in clients.items()
                if said.startswith("listener.name.clients.") and not said.endswith("keystore.location")
            }
    return settings | {"ssl.truststore.location": str(folder / "brokers-ca.pem")}


def _pkcs8(certificate: trustme.LeafCert) -> bytes:
    key = load_pem_private_key(certificate.private_key_pem.bytes(), None)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _free_base() -> int:
    while True:
        base = ports.find_free(1)
        if all(ports.is_free(base + away) for away in _DISTANCE.values()):
            return base
