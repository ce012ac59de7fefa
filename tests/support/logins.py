"""A broker with TLS, logins and ACLs, beside a listener without them for whoever builds on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from services.workshop import ports
from services.workshop.local_kafka import LocalKafka
from services.workshop.node import Tuning
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.core.kafka_rights import Right, Use

PASSWORD = "a password that only tests use"
_LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
_TOPIC, _LITERAL, _ALLOW = 2, 3, 3
_OPERATIONS = {Right.READ: 3, Right.WRITE: 4}
_DESCRIBE_CONFIGS = 10


@dataclass(frozen=True)
class Guarded:
    """`open`: the address where everybody may do everything; `bootstrap`: where nobody may anything."""

    open: str
    bootstrap: str
    folder: Path

    @property
    def ca_file(self) -> Path:
        """Who signed the broker's certificate."""
        return self.folder / "ca.pem"

    def access(self, user: str, **changes: object) -> KafkaAccess:
        """The login of `user`."""
        usual = {
            "bootstrap": self.bootstrap,
            "security_protocol": "SASL_SSL",
            "user": user,
            "password_file": self.folder / "password",
            "ca_file": self.ca_file,
            "sasl_mechanism": "PLAIN",
        }
        return KafkaAccess(**usual | changes)

    async def allow(self, user: str, uses: Iterable[Use]) -> None:
        """Let `user` do this, and see the settings of these topics."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.open)
        await admin.start()
        try:
            for right, topic in uses:
                for operation in (_OPERATIONS[right], _DESCRIBE_CONFIGS):
                    wish = (_TOPIC, topic, _LITERAL, f"User:{user}", "*", operation, _ALLOW)
                    answer = await admin._send_request(CreateAclsRequest(*wish))
                    assert [0] == [code for code, _ in answer.creation_responses]
        finally:
            await admin.close()


@contextmanager
def guarded_kafka(folder: Path, users: Iterable[str]) -> Iterator[Guarded]:
    """It runs while the block does. All users have the same password."""
    base = ports.find_free(1)
    secured = base + 5
    store = _certificates(folder)
    password = folder / "password"
    password.touch(mode=0o600)
    password.write_text(PASSWORD + "\n")
    logins = " ".join(f'user_{user}="{PASSWORD}"' for user in users)
    settings = {
        "listeners": f"PLAINTEXT://127.0.0.1:{base},CONTROLLER://127.0.0.1:{base + 10},"
        f"SECURED://127.0.0.1:{secured}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{base},SECURED://localhost:{secured}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL",
        "listener.name.secured.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.secured.plain.sasl.jaas.config": f"{_LOGIN} required {logins};",
        "listener.name.secured.ssl.keystore.type": "PEM",
        "listener.name.secured.ssl.keystore.location": str(store),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    }
    tuning = Tuning(heap_mb=256, settings=settings)
    with LocalKafka(folder / "kafka", port=base, tuning=tuning, say=lambda _: None) as kafka:
        yield Guarded(kafka.bootstrap, f"localhost:{secured}", folder)


def _certificates(folder: Path) -> Path:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    issued = authority.issue_cert("localhost")
    key = load_pem_private_key(issued.private_key_pem.bytes(), None)
    store = folder / "broker.pem"
    store.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    for certificate in issued.cert_chain_pems:
        certificate.write_to_path(store, append=True)
    return store
