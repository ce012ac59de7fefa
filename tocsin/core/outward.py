"""Law: to which addresses Tocsin may send of itself, where the address was given by somebody.

It guarantees that nothing but HTTPS leaves the machine, that an address that a name resolves to is
judged itself (a name may point anywhere, and elsewhere a second later), and that cloud metadata and
link-local addresses are never reached, also where one's own network is allowed. Resolving the name and
connecting to the very address that was judged is left to the shell.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tocsin.core.errors import SettingsError

MAX_URL_CHARACTERS = 2_048
PORTS = {"https": 443, "http": 80}
LOCALHOST = "localhost"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# What embeds an IPv4 address is judged by it: 6to4, Teredo and NAT64 lead to it.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_METADATA = frozenset({ipaddress.ip_address("fd00:ec2::254"), ipaddress.ip_address("100.100.100.200")})
_OWN_NETWORKS = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"),
    )
)


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where to post. The path may hold a secret and is never shown: `shown` has scheme and host."""

    secure: bool
    host: str
    port: int
    path: str = field(repr=False)

    @property
    def shown(self) -> str:
        """For people, logs and errors."""
        scheme = "https" if self.secure else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[scheme] else f":{self.port}"
        return f"{scheme}://{host}{port}/…"

    @property
    def on_this_machine(self) -> bool:
        """Whether the address as written is the loopback."""
        return self.host == LOCALHOST or _is_loopback(self.host)


def read_receiver(url: str) -> Receiver:
    """The receiver at `url`. Raises SettingsError, which never quotes the path."""
    if len(url) > MAX_URL_CHARACTERS or not url.isascii() or not url.isprintable() or " " in url:
        raise SettingsError(f"a webhook's URL has at most {MAX_URL_CHARACTERS} plain characters")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise SettingsError("a webhook's URL cannot be read: write https://host/path") from None
    if parts.scheme not in PORTS or not host:
        raise SettingsError("a webhook's URL begins with https:// and a host's name")
    if parts.username is not None or parts.password is not None:
        raise SettingsError("a webhook's URL holds no user or password: its signature shows who sends")
    if parts.fragment:
        raise SettingsError("a webhook's URL has no part behind #: it would never be sent")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    found = Receiver(parts.scheme == "https", host, PORTS[parts.scheme] if port is None else port, path)
    if not found.secure and not found.on_this_machine:
        raise SettingsError(f"{found.shown} is not encrypted: http:// is for this machine only")
    return found


def refusal(address: str, receiver: Receiver, *, own_network: bool) -> str | None:
    """Why `address`, to which the receiver's name resolves, may not be connected to; None: it may."""
    found = _effective(ipaddress.ip_address(address.partition("%")[0]))
    if receiver.on_this_machine:
        return None if found.is_loopback else "a name of this machine leads elsewhere"
    if found.is_loopback or found.is_unspecified:
        return "its name leads to this machine itself"
    if found.is_link_local or found in _METADATA:
        return "its name leads to a link-local or metadata address"
    if found.is_multicast or found.is_reserved:
        return "its name leads to an address that is no host's"
    if own_network and any(found in network for network in _OWN_NETWORKS):
        return None
    if not found.is_global:
        return "its name leads to a private address: set own_network for a receiver of your own network"
    return None


def _effective(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address


def _is_loopback(host: str) -> bool:
    try:
        return _effective(ipaddress.ip_address(host)).is_loopback
    except ValueError:
        return False
