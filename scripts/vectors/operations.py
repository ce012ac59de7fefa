"""Each operation of the wire format as a function from what is given to what it gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scripts.vectors.climb import climb
from scripts.vectors.forms import Given, header_of, item_of, shown
from tocsin.core import ids, padding, wire
from tocsin.core.directory import read_layout
from tocsin.core.errors import TheirFault
from tocsin.core.generations import next_number
from tocsin.core.key_schedule import GenerationId, commitment, record_key, wrap_info
from tocsin.core.log_heads import next_session
from tocsin.core.opening import open_record, read_items
from tocsin.core.primitives import (
    CompositePrivate,
    Ed25519Private,
    XWingPrivate,
    sha256,
    verify_composite,
)
from tocsin.core.sealing import expires_at_s
from tocsin.core.signatures import (
    approve,
    read_statement,
    release_message,
    verify_record,
    verify_statement,
)

Gives = dict[str, Any]


def _bytes(given: Given, name: str) -> bytes:
    return bytes.fromhex(given[name])


def key_id(given: Given) -> Gives:
    return {"id": ids.key_id(ids.Algorithm(given["algorithm"]), _bytes(given, "public")).hex()}


def audience_id(given: Given) -> Gives:
    return {"id": ids.audience_id(given["name"]).hex()}


def own_audience(given: Given) -> Gives:
    name = ids.own_audience(_bytes(given, "participant"))
    return {"name": name, "id": ids.audience_id(name).hex()}


def schema_id(given: Given) -> Gives:
    return {"id": ids.schema_id(given["file"].encode()).hex()}


def report_id(given: Given) -> Gives:
    return {"report_id": ids.uuid7(given["unix_ms"], _bytes(given, "random")).hex()}


def leaf(given: Given) -> Gives:
    return {"leaf": ids.leaf_of(_bytes(given, "header"), _bytes(given, "ciphertext")).hex()}


def _generation(given: Given) -> GenerationId:
    return GenerationId(_bytes(given, "originator"), _bytes(given, "audience"), given["generation"])


def key_schedule(given: Given) -> Gives:
    id_, secret = _generation(given), _bytes(given, "secret")
    keys = {"record_key": record_key(secret, id_), "commitment": commitment(secret, id_)}
    return shown({"layout": id_.layout(), **keys})


def wrap_binding(given: Given) -> Gives:
    recipient, commit = _bytes(given, "recipient_key"), _bytes(given, "commitment")
    return {"info": wrap_info(given["suite"], _generation(given), recipient, commit).hex()}


def session(given: Given) -> Gives:
    return {"session": next_session(given["last"], given["unix_ms"], given["random_20_bits"])}


def generation_number(given: Given) -> Gives:
    return {"generation": next_number(given["last"], given["unix_ms"], given["random_16_bits"])}


def expiry(given: Given) -> Gives:
    return {"expires_at": expires_at_s(given["time"], given["max_age_s"])}


def header(given: Given) -> Gives:
    return {"header": wire.encode_header(header_of(given)).hex()}


def inner(given: Given) -> Gives:
    return {"inner": wire.encode_inner(tuple(map(item_of, given["items"]))).hex()}


def pad(given: Given) -> Gives:
    """The plaintext has `length` bytes: 0, 1, … 250, 0, 1, …"""
    padded = padding.pad(bytes(index % 251 for index in range(given["length"])))
    return {"padded_length": len(padded), "sha256": sha256(padded).hex()}


def unpad(given: Given) -> Gives:
    """`zeros` zeros follow `padded`."""
    try:
        return {"plaintext": padding.unpad(_bytes(given, "padded") + bytes(given["zeros"])).hex()}
    except TheirFault:
        return {"refused": True}


def prefix(given: Given) -> Gives:
    return {"prefix": wire.codec(given["type"]).prefix.hex()}


def partition(given: Given) -> Gives:
    layout = read_layout(given["streams_target"].encode())
    return {"partition": layout.partition(given["stream"], given["region"], _bytes(given, "originator"))}


def record(given: Given) -> Gives:
    """Opens and verifies a record. The ciphertext's salt was random when it was made."""
    envelope = wire.decode_envelope(_bytes(given, "value"))
    said = wire.decode_header(envelope.header)
    leaf_ = ids.leaf_of(envelope.header, envelope.ciphertext)
    verify_record(_bytes(given, "signing_public"), envelope.signature, leaf_)
    padded = open_record(envelope, said, _bytes(given, "secret"))
    return shown(
        {
            "header_bytes": envelope.header,
            "signature": envelope.signature,
            "header": said,
            "leaf": leaf_,
            "padded_length": len(padded),
            "inner": padding.unpad(padded),
            "items": read_items(padded),
        }
    )


def composite_key(given: Given) -> Gives:
    key = CompositePrivate.from_seeds(_bytes(given, "ml_dsa_seed"), _bytes(given, "ed25519_private"))
    return {"public": key.public.hex()}


def composite(given: Given) -> Gives:
    """Verifies; ML-DSA was randomised when the signature was made."""
    try:
        context, message = given["context"].encode(), _bytes(given, "message")
        verify_composite(_bytes(given, "public"), _bytes(given, "signature"), context, message)
    except TheirFault:
        return {"holds": False}
    return {"holds": True}


def statement(given: Given) -> Gives:
    body, data, signature = read_statement(_bytes(given, "value"))
    verify_statement(_bytes(given, "public"), body, data, signature)
    return shown({"type": type(body).__name__, "body_bytes": data, "body": body})


def x_wing_key(given: Given) -> Gives:
    return {"public": XWingPrivate.from_seed(_bytes(given, "seed")).public.hex()}


def wrap(given: Given) -> Gives:
    """Opens a wrap; `enc` was random when it was made."""
    one = wire.decode_wrap(_bytes(given, "value"))
    id_ = GenerationId(one.originator, one.audience, one.generation)
    commit = _bytes(given, "commitment")
    info = wrap_info(wire.SUITE, id_, one.recipient_key, commit)
    try:
        secret = XWingPrivate.from_seed(_bytes(given, "seed")).open(one.sealed, info)
    except TheirFault:
        return {"refused": True}
    if commitment(secret, id_) != commit:
        return {"refused": True}
    return shown({"wrap": one, "info": info, "secret": secret})


def approval(given: Given) -> Gives:
    item, audience = item_of(given["item"]), _bytes(given, "audience")
    key = Ed25519Private.from_raw(_bytes(given, "release_private"))
    made = approve(key, _bytes(given, "signing_key"), audience, item)
    return shown({"message": release_message(audience, item), "signature": made.signature})


_ALL: tuple[Callable[[Given], Gives], ...] = (
    *(key_id, audience_id, own_audience, schema_id, report_id, leaf),
    *(key_schedule, wrap_binding, session, generation_number, expiry),
    *(header, inner, pad, unpad, prefix, partition, record),
    *(composite_key, composite, statement, x_wing_key, wrap, approval, climb),
)
OPERATIONS = {one.__name__: one for one in _ALL}
