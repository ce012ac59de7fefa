"""A Kafka that somebody else runs, named by TOCSIN_BOOTSTRAP."""

from __future__ import annotations

from services.workshop import readiness
from tocsin.core.errors import BrokerUnavailableError, SettingsError

ANSWER_TIMEOUT_S = 5.0


def check_existing(bootstrap: str) -> None:
    """Returns if one of the addresses answers a metadata request.

    Raises SettingsError for what is not host:port, BrokerUnavailableError if none answers.
    """
    for address in bootstrap.split(","):
        host, colon, port = address.strip().rpartition(":")
        if not (host and colon and port.isdecimal()):
            raise SettingsError(f"TOCSIN_BOOTSTRAP: {address!r} is not host:port")
        if readiness.ask(host, int(port), ANSWER_TIMEOUT_S):
            return
    raise BrokerUnavailableError(
        f"TOCSIN_BOOTSTRAP is set, but no Kafka answers in plain text at {bootstrap}: "
        "start it, or unset the variable"
    )
