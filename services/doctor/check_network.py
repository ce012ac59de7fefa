"""Goes the way to the broker step by step: names, ports, certificates, login, and the ports of our own."""

from __future__ import annotations

import asyncio
import ipaddress
from dataclasses import replace

from services.doctor.case import Case
from tocsin.adapters import locks
from tocsin.adapters.kafka.inspection import inspect
from tocsin.adapters.reachability import Port, Tls, addresses_of, certificate_of, is_free, port_of
from tocsin.core.diagnosis import judge_certificate
from tocsin.core.errors import BrokerRefusedError, BrokerUnavailableError
from tocsin.core.findings import Finding, ill, well
from tocsin.core.symptoms import Check, Level, Symptom

Address = tuple[str, int]
_PORTS = {Port.CLOSED: Symptom.PORT_CLOSED, Port.SILENT: Symptom.PORT_SILENT}
_CERTIFICATES = {
    Tls.ENDED: Symptom.CERTIFICATE_ENDED,
    Tls.OTHER_NAME: Symptom.OTHER_NAME,
    Tls.NOT_TRUSTED: Symptom.NOT_TRUSTED,
    Tls.NONE: Symptom.NO_TLS,
    Tls.SILENT: Symptom.NO_TLS,
}
_LOCKS = {"producer": "outbox", "consumer": "inbox", "authority": "authority", "standby": "standby"}


async def check_names(case: Case) -> list[Finding]:
    """Whether each broker's name has an address."""
    given = [_split(one) for one in case.access.bootstrap.split(",")]
    known = await asyncio.gather(*(addresses_of(host, case.asked.wait_s) for host, _port in given))
    case.addresses = [one for one, found in zip(given, known, strict=True) if found]
    return _softened(
        [
            well(Check.NAMES, ", ".join(found), host) if found else ill(Symptom.UNKNOWN_NAME, host)
            for (host, _port), found in zip(given, known, strict=True)
        ]
    )


async def check_ports(case: Case) -> list[Finding]:
    """Whether each broker's port is open."""
    given = case.addresses
    states = await asyncio.gather(*(port_of(*one, case.asked.wait_s) for one in given))
    case.addresses = [one for one, state in zip(given, states, strict=True) if state is Port.OPEN]
    return _softened(
        [
            ill(_PORTS[state], _joined(one)) if state in _PORTS else well(Check.PORTS, "open", _joined(one))
            for one, state in zip(given, states, strict=True)
        ]
    )


async def check_tls(case: Case) -> list[Finding]:
    """Whether each broker shows a certificate that we trust, of its name, that lasts."""
    if not case.access.uses_tls:
        far = [one for one in case.addresses if not _is_here(one[0])]
        if far:
            return [ill(Symptom.IN_CLEAR, _joined(one)) for one in far]
        return [well(Check.TLS, "not used: the broker is on this machine")]
    context = case.access.tls_context()
    shown = [(one, await certificate_of(*one, context, case.asked.wait_s)) for one in case.addresses]
    found = []
    for one, certificate in shown:
        if certificate.tls is Tls.GOOD:
            found.append(judge_certificate(certificate.ends_s, case.now_s, _joined(one)))
        else:
            said = f" ({certificate.said})" if certificate.said else ""
            bad = ill(_CERTIFICATES[certificate.tls], _joined(one))
            found.append(replace(bad, what=f"{bad.what}{said}"))
    return found


async def check_login(case: Case) -> list[Finding]:
    """Whether a Kafka answers and lets us in, and whether its brokers can be reached where it says."""
    where = case.access.bootstrap
    try:
        async with asyncio.timeout(case.asked.wait_s):
            cluster = await inspect(case.access)
    except BrokerRefusedError as error:
        return [ill(Symptom.LOGIN_REFUSED, where, str(error))]
    except (BrokerUnavailableError, TimeoutError):
        return [ill(Symptom.NO_ANSWER, where)]
    case.brokers = len(cluster.brokers)
    who = f"as {case.access.user}" if case.access.uses_sasl else "without a login"
    answers = "1 broker answers" if case.brokers == 1 else f"{case.brokers} brokers answer"
    found = [well(Check.LOGIN, f"{answers}, {who}", where)]
    states = await asyncio.gather(*(port_of(*one, case.asked.wait_s) for one in cluster.brokers))
    hidden = [one for one, state in zip(cluster.brokers, states, strict=True) if state is not Port.OPEN]
    return found + [ill(Symptom.HIDDEN_BROKER, _joined(one)) for one in hidden]


async def check_web(case: Case) -> list[Finding]:
    """Whether each service of this home could answer HTTP, or does."""
    found: list[Finding] = []
    seen: dict[Address, str] = {}
    for service, settings in sorted(case.settings.items()):
        address = (str(getattr(settings, "host")), int(getattr(settings, "port")))  # noqa: B009
        if address in seen:
            what = f"{seen[address]} and {service} are both set to it"
            found.append(ill(Symptom.PORT_TAKEN, _joined(address), what))
        else:
            found.append(_web(case, service, address))
        seen[address] = service
    return found


def _web(case: Case, service: str, address: Address) -> Finding:
    try:
        free = is_free(*address)
    except OSError as error:
        what = f"{service} cannot listen there: {error.strerror}"
        return ill(Symptom.PORT_TAKEN, _joined(address), what)
    if free:
        return well(Check.WEB, f"free for {service}", _joined(address))
    if locks.holder_of(case.home.path / f"{_LOCKS[service]}.lock") is not None:
        return well(Check.WEB, f"taken, and a {service} of this home runs", _joined(address))
    return ill(Symptom.PORT_TAKEN, _joined(address), f"{service} would take it, another program has it")


def _softened(found: list[Finding]) -> list[Finding]:
    """Where one of several brokers can be reached the rest is a warning: Kafka's clients go on too."""
    if all(one.level is Level.FAIL for one in found):
        return found
    return [replace(one, level=Level.WARN) if one.level is Level.FAIL else one for one in found]


def _split(address: str) -> Address:
    host, _colon, port = address.strip().rpartition(":")
    return host.strip("[]"), int(port)


def _joined(address: Address) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
