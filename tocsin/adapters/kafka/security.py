"""How to reach a Kafka: addresses, TLS, SASL. Passwords stay in files until they are needed."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from tocsin.adapters.private_files import read_private
from tocsin.core.errors import KeyUnusableError, LoginUnusableError, SettingsError

PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MAX_PASSWORD_BYTES = 1024


@dataclass(frozen=True)
class KafkaAccess:
    """Everything a client needs to connect; nothing secret, so any repr of it is safe.

    `bootstrap`: comma-separated host:port. `user` and `password_file`, which is private (0600): for SASL
    (SCRAM-SHA-512).
    `ca_file`: PEM of the certificate authority for TLS, None for the system's own.
    """

    bootstrap: str
    security_protocol: str = "PLAINTEXT"
    user: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    sasl_mechanism: str = "SCRAM-SHA-512"

    def problems(self) -> list[str]:
        """Everything that is wrong with these settings, empty if nothing is."""
        found = [
            f"bootstrap address {address!r} is not host:port"
            for address in self.bootstrap.split(",")
            if not _is_address(address)
        ]
        if self.security_protocol not in PROTOCOLS:
            found.append(f"security protocol {self.security_protocol!r}: one of {PROTOCOLS}")
        if self.uses_sasl and not (self.user and self.password_file):
            found.append("SASL needs a user and a password file")
        return found

    @property
    def uses_sasl(self) -> bool:
        """Whether user and password are sent."""
        return self.security_protocol.startswith("SASL_")

    @property
    def uses_tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.security_protocol.endswith("SSL")

    def client_options(self) -> dict[str, object]:
        """Options for aiokafka's clients; holds the password: pass it on, never keep or log it.

        Raises SettingsError for settings, LoginUnusableError for files that cannot be used: these are read
        at each call, so that a service goes on with the ones that are put in their place.
        """
        if found := self.problems():
            raise SettingsError("Kafka: " + "; ".join(found))
        options: dict[str, object] = {
            "bootstrap_servers": [address.strip() for address in self.bootstrap.split(",")],
            "security_protocol": self.security_protocol,
        }
        if self.uses_tls:
            options["ssl_context"] = self.tls_context()
        if self.uses_sasl:
            options["sasl_mechanism"] = self.sasl_mechanism
            options["sasl_plain_username"] = self.user
            options["sasl_plain_password"] = self._password()
        return options

    def check(self) -> None:
        """What a service does as it starts. Raises SettingsError, LoginUnusableError."""
        self.client_options()

    def tls_context(self) -> ssl.SSLContext:
        """What judges the brokers' certificates. Raises LoginUnusableError."""
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise LoginUnusableError(f"CA file {self.ca_file} cannot be used: {error}") from error

    def _password(self) -> str:
        assert self.password_file is not None
        try:
            content = read_private(self.password_file, MAX_PASSWORD_BYTES)
            password = content.decode("utf-8").rstrip("\r\n")
        except KeyUnusableError as error:
            raise LoginUnusableError(f"password file {error}") from None
        except UnicodeDecodeError:
            raise LoginUnusableError(f"password file {self.password_file} is no text") from None
        if not password:
            raise LoginUnusableError(f"password file {self.password_file} is empty")
        return password


def as_access(where: KafkaAccess | str) -> KafkaAccess:
    """A plain bootstrap string means a Kafka without TLS and passwords, as on this machine."""
    return where if isinstance(where, KafkaAccess) else KafkaAccess(where)


def _is_address(text: str) -> bool:
    host, colon, port = text.strip().rpartition(":")
    return bool(host and colon) and port.isdecimal() and 0 < int(port) < 65_536
