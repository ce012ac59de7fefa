"""Law: what is signed, under which label, and by whom.

It guarantees that a signature made for one purpose never holds for another: each has its label, and
each key its purpose. That the key is valid at a time, and whose it is, is left to `directory`.
Source: wire format, "Record", "Statement", "Approval".
"""

from __future__ import annotations

from tocsin.core import wire
from tocsin.core.errors import MalformedError
from tocsin.core.primitives import (
    CompositePrivate,
    Ed25519Private,
    sha256,
    verify_composite,
    verify_ed25519,
)

_RECORD = b"tocsin/1/record\0"
_RELEASE = b"tocsin/1/release\0"
_LABELS = {
    wire.Manifest: b"tocsin/1/manifest\0",
    wire.Checkpoint: b"tocsin/1/checkpoint\0",
    wire.KeyRequest: b"tocsin/1/key-request\0",
    wire.Receipt: b"tocsin/1/receipt\0",
}
PARTICIPANT_LABEL = b"tocsin/1/participant\0"


def sign_record(key: Ed25519Private, leaf: bytes) -> bytes:
    """64 bytes over the record's leaf."""
    return key.sign(_RECORD + leaf)


def verify_record(public: bytes, signature: bytes, leaf: bytes) -> None:
    """Raises UntrustedError unless `public` signed the record with this leaf."""
    verify_ed25519(public, signature, _RECORD + leaf)


def release_message(audience: bytes, item: wire.Item) -> bytes:
    """What an approval signs: one version of one item for one audience."""
    return b"".join(
        (
            _RELEASE,
            audience,
            item.schema,
            item.report_id,
            item.version.to_bytes(4, "big"),
            sha256(item.body),
        )
    )


def approve(key: Ed25519Private, signing_key: bytes, audience: bytes, item: wire.Item) -> wire.Approval:
    """A person's approval of `item` for `audience`."""
    return wire.Approval(signing_key, key.sign(release_message(audience, item)))


def verify_approval(public: bytes, approval: wire.Approval, audience: bytes, item: wire.Item) -> None:
    """Raises UntrustedError unless the approval is for exactly this item and audience."""
    verify_ed25519(public, approval.signature, release_message(audience, item))


def sign_statement(key: CompositePrivate, body: wire.StatementBody) -> bytes:
    """The Kafka value of a statement: body and composite signature, single-object encoded."""
    data = wire.encode_body(body)
    label = _LABELS[type(body)]
    statement = {"body": data, "signature": key.sign(label, label + data)}
    return wire.codec("statement").encode_single(statement)


def read_statement(value: bytes) -> tuple[wire.StatementBody, bytes, bytes]:
    """(body, its exact bytes, signature), not verified yet. Raises MalformedError."""
    if len(value) > wire.MAX_RECORD_BYTES:
        raise MalformedError(f"a statement of {len(value)} bytes is over {wire.MAX_RECORD_BYTES}")
    statement = wire.codec("statement").decode_single(value)
    return wire.decode_body(statement["body"]), statement["body"], statement["signature"]


def verify_statement(public: bytes, body: wire.StatementBody, data: bytes, signature: bytes) -> None:
    """Raises UntrustedError unless both halves of the composite hold over these exact bytes."""
    label = _LABELS[type(body)]
    verify_composite(public, signature, label, label + data)
