"""An originator written from the page: one generation, its manifest, its wraps, its records."""

import os
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.second import boxes, statements
from tests.second.book import Book, audience_id, public
from tests.second.page import TYPES
from tests.second.strict_avro import encode, encode_single_object


class SecondWriter:
    """Publishes for `me`; `seeds` are those of the record key and of the statement key's two halves."""

    def __init__(self, book: Book, me: bytes, seeds: tuple[bytes, bytes, bytes], now_s: int) -> None:
        self.book, self.me, self.seeds, self.now_s = book, me, seeds, now_s
        self.secret, self.generation = os.urandom(32), now_s * 1_000
        self.session = now_s * 1_000 * 2**20
        self.heads: dict[tuple[str, str], tuple[int, bytes]] = {}

    def _key(self, purpose: str, who: bytes | None = None) -> dict[str, Any]:
        keys = self.book.participants[who or self.me]["keys"]
        found: dict[str, Any] = next(one for one in keys if one["purpose"] == purpose)
        return found

    def _of(self, audience: str) -> dict[str, Any]:
        named = {"originator": self.me, "audience": audience_id(audience)}
        return {**named, "generation": self.generation}

    def manifest(self, audience: str, members: list[bytes], directory_version: int) -> bytes:
        of = self._of(audience)
        says = {
            **of,
            "signing_key": bytes.fromhex(self._key("statement")["id"]),
            "suite": 1,
            "revision": 1,
            "commitment": boxes.derived(self.secret, b"commit", boxes.layout(of)),
            "members": sorted(members),
            "directory_version": directory_version,
            "not_before": self.now_s,
            "not_after": self.now_s + 7 * 86_400,
            "reason": "first",
        }
        return statements.make_statement("Manifest", says, *self.seeds[1:])

    def wrap(self, audience: str, member: bytes) -> bytes:
        key = self._key("kem", member)
        recipient = bytes.fromhex(key["id"]), public(key)
        return statements.make_wrap(self._of(audience), recipient, self.secret)

    def record(self, stream: str, region: str, audience: str, items: list[dict[str, Any]]) -> bytes:
        counter, previous = self.heads.get((stream, region), (0, bytes(32)))
        of = self._of(audience)
        latest_s = self.now_s + 30 * 86_400
        header = encode(
            TYPES["Header"],
            {
                **of,
                "suite": 1,
                "stream": stream,
                "region": region,
                "signing_key": bytes.fromhex(self._key("record")["id"]),
                "session": self.session,
                "counter": counter + 1,
                "previous": previous,
                "time": self.now_s,
                "expires_at": -(-latest_s // 3_600) * 3_600,
            },
        )
        key = boxes.derived(self.secret, b"record", boxes.layout(of))
        plaintext = boxes.pad(encode(TYPES["Inner"], {"items": items}))
        ciphertext = boxes.seal(key, header, plaintext)
        leaf = boxes.leaf(header, ciphertext)
        signing = Ed25519PrivateKey.from_private_bytes(self.seeds[0])
        self.heads[stream, region] = counter + 1, leaf
        parts = {"header": header, "ciphertext": ciphertext}
        parts["signature"] = signing.sign(b"tocsin/1/record\0" + leaf)
        return encode_single_object("Envelope", parts)
