"""Law: every key derived from a generation's secret, each under its own label.

Nothing here is stored or compared; callers do that. Source: wire format, "Keys".
"""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.core.primitives import expand_sha512


@dataclass(frozen=True, slots=True)
class GenerationId:
    """Which secret: one originator, one audience, one generation."""

    originator: bytes
    audience: bytes
    generation: int

    def layout(self) -> bytes:
        """originator, audience, u64 generation: 40 bytes, big-endian."""
        return self.originator + self.audience + self.generation.to_bytes(8, "big")


def _derive(secret: bytes, label: bytes, generation: GenerationId) -> bytes:
    return expand_sha512(secret, b"tocsin/1/" + label + b"\0" + generation.layout())


def record_key(secret: bytes, generation: GenerationId) -> bytes:
    """EK, 32 bytes: the key of every record of the generation."""
    return _derive(secret, b"record", generation)


def commitment(secret: bytes, generation: GenerationId) -> bytes:
    """CM, 32 bytes: what the manifest publishes, so that all members hold the same secret."""
    return _derive(secret, b"commit", generation)


def wrap_info(suite: int, generation: GenerationId, recipient_key: bytes, commit: bytes) -> bytes:
    """The HPKE info of a wrap: binds it to suite, generation, recipient and commitment."""
    head = b"tocsin/1/wrap\0" + suite.to_bytes(2, "big")
    return head + generation.layout() + recipient_key + commit
