"""Law: the types of the wire and their exact bytes, nothing else.

Every type encodes to one byte string and decodes from that one alone (`avro`). Sizes are checked
before anything is parsed. Whether a value is true, allowed or wanted is left to `signatures`,
`generations` and the ladder. Source: wire format, "Record" and "Keys"; schemas in `schemas/wire`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from functools import cache

import schemas
from tocsin.core.avro import Codec, Record
from tocsin.core.errors import MalformedError

MAX_RECORD_BYTES = 262_144
MAX_HEADER_BYTES = 512
MAX_ITEMS = 512
MAX_MEMBERS = 4_096
MAX_HEADS = 4_096
SUITE = 1


@cache
def codec(name: str) -> Codec:
    """The codec of `schemas/wire/<name>.avsc`."""
    return Codec(schemas.load(f"wire/{name}.avsc"))


@dataclass(frozen=True, slots=True)
class Header:
    """What a record says in clear; field by field as in the wire format."""

    suite: int
    stream: str
    region: str
    originator: bytes
    signing_key: bytes
    audience: bytes
    generation: int
    session: int
    counter: int
    previous: bytes
    time: int
    expires_at: int


_HEADER_FIELDS = tuple(field.name for field in fields(Header))


@dataclass(frozen=True, slots=True)
class Envelope:
    """A record as the broker holds it. `header` are the exact bytes that are signed."""

    header: bytes
    ciphertext: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's release of one item for one audience."""

    signing_key: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Item:
    """One report inside a record. `schema` is its file's SHA-256, `body` its Avro encoding."""

    schema: bytes
    report_id: bytes
    version: int
    body: bytes
    approvals: tuple[Approval, ...] = ()

    def __repr__(self) -> str:
        return f"Item({self.report_id.hex()}, version {self.version}, {len(self.body)} bytes)"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Who holds a generation's secret, and the commitment to it."""

    originator: bytes
    signing_key: bytes
    suite: int
    audience: bytes
    generation: int
    revision: int
    commitment: bytes
    members: tuple[bytes, ...]
    directory_version: int
    not_before: int
    not_after: int
    reason: str


@dataclass(frozen=True, slots=True)
class Head:
    """The last record of a log: where it stands and its leaf."""

    stream: str
    region: str
    session: int
    counter: int
    leaf: bytes
    time: int


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An originator's statement of the heads of its logs."""

    originator: bytes
    signing_key: bytes
    time: int
    heads: tuple[Head, ...]


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """A member's request for the wrap of a generation."""

    originator: bytes
    signing_key: bytes
    to: bytes
    audience: bytes
    generation: int
    recipient_key: bytes
    time: int


@dataclass(frozen=True, slots=True)
class Wrap:
    """A generation's secret sealed to one key of one member (`sealed`: 1168 bytes)."""

    originator: bytes
    audience: bytes
    generation: int
    recipient_key: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """A reader's word that it took a withdrawn report out of every view."""

    originator: bytes
    signing_key: bytes
    to: bytes
    reference: bytes
    time: int


StatementBody = Manifest | Checkpoint | KeyRequest | Receipt


def encode_header(header: Header) -> bytes:
    """The header's Avro bytes. Raises MalformedError over 512 bytes."""
    # Not `asdict`: its deep copy costs more than the encoding.
    data = codec("header").encode({name: getattr(header, name) for name in _HEADER_FIELDS})
    if len(data) > MAX_HEADER_BYTES:
        raise MalformedError(f"a header of {len(data)} bytes is over {MAX_HEADER_BYTES}")
    return data


def decode_header(data: bytes) -> Header:
    """Inverse of `encode_header`. Raises MalformedError."""
    if len(data) > MAX_HEADER_BYTES:
        raise MalformedError(f"a header of {len(data)} bytes is over {MAX_HEADER_BYTES}")
    return Header(**codec("header").decode(data))


def encode_envelope(envelope: Envelope) -> bytes:
    """A Kafka value. Raises MalformedError over 262,144 bytes."""
    value: Record = {
        "header": envelope.header,
        "ciphertext": envelope.ciphertext,
        "signature": envelope.signature,
    }
    data = codec("envelope").encode_single(value)
    if len(data) > MAX_RECORD_BYTES:
        raise MalformedError(f"a record of {len(data)} bytes is over {MAX_RECORD_BYTES}")
    return data


def decode_envelope(value: bytes) -> Envelope:
    """Inverse of `encode_envelope`; size first. Raises MalformedError."""
    if len(value) > MAX_RECORD_BYTES:
        raise MalformedError(f"a record of {len(value)} bytes is over {MAX_RECORD_BYTES}")
    return Envelope(**codec("envelope").decode_single(value))


def encode_inner(items: tuple[Item, ...]) -> bytes:
    """The plaintext of a record of 1 to 512 items. Raises MalformedError."""
    if not 1 <= len(items) <= MAX_ITEMS:
        raise MalformedError(f"a record has 1 to {MAX_ITEMS} items, not {len(items)}")
    return codec("inner").encode({"items": [_item_record(item) for item in items]})


def decode_inner(plaintext: bytes) -> tuple[Item, ...]:
    """Inverse of `encode_inner`. Raises MalformedError."""
    records = codec("inner").decode(plaintext)["items"]
    if not 1 <= len(records) <= MAX_ITEMS:
        raise MalformedError(f"a record has 1 to {MAX_ITEMS} items")
    return tuple(_item(record) for record in records)


def _item_record(item: Item) -> Record:
    return {
        "schema": item.schema,
        "report_id": item.report_id,
        "version": item.version,
        "body": item.body,
        "approvals": [
            {"signing_key": one.signing_key, "signature": one.signature} for one in item.approvals
        ],
    }


def _item(record: Record) -> Item:
    approvals = tuple(Approval(**one) for one in record.pop("approvals"))
    return Item(**record, approvals=approvals)


def encode_wrap(wrap: Wrap) -> bytes:
    """A Kafka value for a member's inbox."""
    return codec("wrap").encode_single(asdict(wrap))


def decode_wrap(value: bytes) -> Wrap:
    """Inverse of `encode_wrap`; `sealed` of another length than 1168 never decodes."""
    return Wrap(**_counted(codec("wrap").decode_single(value)))


def encode_body(body: StatementBody) -> bytes:
    """The single-object encoding of a statement's body."""
    return codec(_codec_name(body)).encode_single(asdict(body))


def decode_body(data: bytes) -> StatementBody:
    """The statement's body; its fingerprint gives the type. Raises MalformedError."""
    if codec("manifest").prefix == data[:10]:
        record = _counted(codec("manifest").decode_single(data))
        _bounded(record["members"], MAX_MEMBERS, "members")
        return Manifest(**{**record, "members": tuple(record["members"])})
    if codec("checkpoint").prefix == data[:10]:
        record = codec("checkpoint").decode_single(data)
        _bounded(record["heads"], MAX_HEADS, "heads")
        return Checkpoint(**{**record, "heads": tuple(Head(**head) for head in record["heads"])})
    if codec("receipt").prefix == data[:10]:
        return Receipt(**codec("receipt").decode_single(data))
    return KeyRequest(**_counted(codec("key_request").decode_single(data)))


def _counted(record: Record) -> Record:
    # A generation stands in layouts as an unsigned number: a negative one would raise there.
    if record["generation"] < 0:
        raise MalformedError("a generation's number is negative")
    return record


def _bounded(items: list[object], limit: int, name: str) -> None:
    if len(items) > limit:
        raise MalformedError(f"{len(items)} {name} are over {limit}")


def _codec_name(body: StatementBody) -> str:
    return _CODEC_NAMES[type(body)]


_CODEC_NAMES: dict[type, str] = {
    Manifest: "manifest",
    Checkpoint: "checkpoint",
    KeyRequest: "key_request",
    Receipt: "receipt",
}


def kind_of(value: bytes) -> str | None:
    """Which type a Kafka value claims to be: envelope, statement, wrap; None for none of them."""
    for name in ("envelope", "statement", "wrap"):
        if value[:10] == codec(name).prefix:
            return name
    return None
