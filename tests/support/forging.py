"""What an attacker, or a broken sender, can put on a topic: records sealed with our own primitives."""

from __future__ import annotations

from dataclasses import replace

from tests.support.sender import Sender, Sent
from tocsin.core import wire
from tocsin.core.ids import leaf_of
from tocsin.core.key_schedule import record_key
from tocsin.core.primitives import Ed25519Private, seal_bytes
from tocsin.core.sealing import Sealed
from tocsin.core.signatures import sign_record


def envelope_of(sent: Sent) -> wire.Envelope:
    """The envelope of a sealed record."""
    return wire.decode_envelope(sent.value)


def signed(header: bytes, ciphertext: bytes, signer: Ed25519Private) -> bytes:
    """A Kafka value of any header bytes and ciphertext, validly signed by `signer`."""
    signature = sign_record(signer, leaf_of(header, ciphertext))
    return wire.encode_envelope(wire.Envelope(header, ciphertext, signature))


def resigned(sent: Sent, signer: Ed25519Private | None = None, **changes: object) -> bytes:
    """`sent` with another header over the same ciphertext, signed anew (default: by nobody)."""
    envelope = envelope_of(sent)
    header = wire.encode_header(replace(sent.header, **changes))  # type: ignore[arg-type]
    if signer is None:
        return wire.encode_envelope(replace(envelope, header=header))
    return signed(header, envelope.ciphertext, signer)


def sealed_plaintext(
    sender: Sender, padded: bytes, *, key: bytes | None = None, secret: bytes | None = None
) -> Sent:
    """A record whose ciphertext holds exactly `padded`, sealed under the sender's generation."""
    header = sender.header("ion", "south-america", sender.now_s)
    data = wire.encode_header(header)
    key = key or record_key(secret or sender.generation.secret, sender.generation.id)
    ciphertext = seal_bytes(key, data, padded)
    value = signed(data, ciphertext, sender.party.record)
    leaf = leaf_of(data, ciphertext)
    return Sent(value, sender.place(), Sealed(value, leaf, header))
