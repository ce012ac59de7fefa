"""Manifests and wraps, read and made; the messages that signatures cover."""

from typing import Any

from tests.second import boxes
from tests.second.strict_avro import Refused, encode_single_object, single_object

LABELS = {
    "Manifest": b"tocsin/1/manifest\0",
    "Checkpoint": b"tocsin/1/checkpoint\0",
    "KeyRequest": b"tocsin/1/key-request\0",
    "Receipt": b"tocsin/1/receipt\0",
}


def read_statement(value: bytes) -> tuple[str, dict[str, Any], bytes, bytes]:
    """(type, what its body says, the body's bytes, signature), not yet verified."""
    outer = single_object("Statement", value)
    for name in LABELS:
        try:
            return name, single_object(name, outer["body"]), outer["body"], outer["signature"]
        except Refused:
            continue
    raise Refused


def verify(public: bytes, name: str, body: bytes, signature: bytes) -> bool:
    return boxes.verify_composite(public, signature, LABELS[name], LABELS[name] + body)


def make_statement(name: str, says: dict[str, Any], dsa_seed: bytes, ed_seed: bytes) -> bytes:
    body = encode_single_object(name, says)
    signature = boxes.sign_composite(dsa_seed, ed_seed, LABELS[name], LABELS[name] + body)
    return encode_single_object("Statement", {"body": body, "signature": signature})


def wrap_info(wrap: dict[str, Any], commitment: bytes) -> bytes:
    start = b"tocsin/1/wrap\0" + boxes.u16(1) + boxes.layout(wrap)
    return start + wrap["recipient_key"] + commitment


def open_wrap(wrap: dict[str, Any], seed: bytes, commitment: bytes) -> bytes:
    """The generation's secret, if it is the one to which the manifest committed."""
    secret = boxes.hpke_open(seed, wrap_info(wrap, commitment), wrap["sealed"])
    if len(secret) != 32 or boxes.derived(secret, b"commit", boxes.layout(wrap)) != commitment:
        raise Refused
    return secret


def make_wrap(generation: dict[str, Any], key: tuple[bytes, bytes], secret: bytes) -> bytes:
    """`key` is (id, public key) of the recipient."""
    of = {name: generation[name] for name in ("originator", "audience", "generation")}
    wrap = {**of, "recipient_key": key[0]}
    commitment = boxes.derived(secret, b"commit", boxes.layout(of))
    wrap["sealed"] = boxes.hpke_seal(key[1], wrap_info(wrap, commitment), secret)
    return encode_single_object("Wrap", wrap)


def release_message(audience: bytes, item: dict[str, Any]) -> bytes:
    of = item["schema"] + item["report_id"] + boxes.u32(item["version"])
    return b"tocsin/1/release\0" + audience + of + boxes.sha256(item["body"])
