"""Asks a broker for its metadata with plain bytes: ready means answered, not "port open"."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

_METADATA, _VERSION, _CORRELATION = 3, 1, 7
_CLIENT = b"tocsin-dev"
MAX_ANSWER_BYTES = 4_194_304


@dataclass(frozen=True)
class Answer:
    """What one broker says about its cluster."""

    nodes: tuple[int, ...]
    controller: int


def ask(host: str, port: int, timeout_s: float = 2.0) -> Answer | None:
    """The metadata that the broker at host:port gives, None if it gives none in time."""
    request = struct.pack(">hhih", _METADATA, _VERSION, _CORRELATION, len(_CLIENT))
    request += _CLIENT + struct.pack(">i", 0)  # an empty list: brokers only, no topics
    try:
        with socket.create_connection((host, port), timeout_s) as link:
            link.settimeout(timeout_s)
            link.sendall(struct.pack(">i", len(request)) + request)
            (size,) = struct.unpack(">i", _read(link, 4))
            if not 0 < size <= MAX_ANSWER_BYTES:
                return None
            return _parse(_read(link, size))
    except (OSError, struct.error, IndexError):
        return None


def _read(link: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        if not (part := link.recv(count - len(parts))):
            raise ConnectionError("closed before the answer was whole")
        parts += part
    return bytes(parts)


def _parse(answer: bytes) -> Answer | None:
    correlation, count = struct.unpack_from(">ii", answer, 0)
    if correlation != _CORRELATION:
        return None
    at, nodes = 8, []
    for _ in range(count):
        (node,) = struct.unpack_from(">i", answer, at)
        nodes.append(node)
        at = _after_string(answer, at + 4)  # host
        at = _after_string(answer, at + 4)  # port, rack
    (controller,) = struct.unpack_from(">i", answer, at)
    return Answer(tuple(sorted(nodes)), controller)


def _after_string(answer: bytes, at: int) -> int:
    length: int = struct.unpack_from(">h", answer, at)[0]
    return at + 2 + max(length, 0)
