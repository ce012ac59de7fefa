"""Law: how a webhook is signed, after the Standard Webhooks specification 1.0, symmetric scheme `v1`.

It guarantees that the signature covers the id, the time of the try and the exact bytes of the body, and
that during a change of secrets each body carries a signature under both. Keeping secrets and sending
is left to the shell. Source: Standard Webhooks, "Signature scheme"; its prefix is `whsec_`.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping

from tocsin.core.primitives import hmac_sha256, random_bytes, sha256

SECRET_PREFIX = "whsec_"  # noqa: S105 - a prefix, no secret
SECRET_BYTES = 32
ID_HEADER, TIME_HEADER, SIGNATURE_HEADER = "webhook-id", "webhook-timestamp", "webhook-signature"


def new_secret() -> bytes:
    """32 random bytes."""
    return random_bytes(SECRET_BYTES)


def secret_text(secret: bytes) -> str:
    """A secret as receivers' libraries take it: `whsec_` and Base64."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def event_id(*parts: bytes) -> str:
    """The id of an event, the same at every try: the receiver's idempotency key. From what it is of."""
    return "msg_" + sha256(b"".join(len(one).to_bytes(4, "big") + one for one in parts)).hex()[:32]


def headers(secrets: Iterable[bytes], id_: str, time_s: int, body: bytes) -> Mapping[str, str]:
    """The three headers of a try at `time_s`; one signature for each secret, the newest first."""
    signed = b".".join((id_.encode(), str(time_s).encode(), body))
    signatures = (base64.b64encode(hmac_sha256(one, signed)).decode() for one in secrets)
    return {
        ID_HEADER: id_,
        TIME_HEADER: str(time_s),
        SIGNATURE_HEADER: " ".join(f"v1,{one}" for one in signatures),
    }
