"""Law: a heartbeat: one record of ourselves to ourselves that tests the whole way and disturbs no reader.

It is an ordinary record for the audience `to.<self>`, in our own inbox, so a broker that treats it
otherwise treats records otherwise. Its log (inbox, to.<self>) is nobody else's: no publisher writes it,
since an audience never has its originator, and no other reader is allowed to it; every heartbeat is its
own session of one record that names the heartbeat before it, so our own reader finds an unbroken log,
drops it at rung 14 as our own, and raises nothing. Its key is random, told nobody, and forgotten; so no
manifest and no wrap travels. It ends within two hours.
Remembering the last one, and sending it again where it was not acknowledged, is left to the shell; a home
that was restored from a backup learns of later ones from the inbox itself (`latest`).
Source: wire format, "Heartbeat".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tocsin.core import wire
from tocsin.core.climb import SKEW_S
from tocsin.core.errors import CannotOpenError, MalformedError, UntrustedError
from tocsin.core.ids import ID_BYTES, NO_LEAF, audience_id, leaf_of, own_audience, uuid7
from tocsin.core.key_schedule import GenerationId, record_key
from tocsin.core.log_heads import SESSION_RANDOM_BITS, next_session
from tocsin.core.opening import open_record, read_items
from tocsin.core.primitives import Ed25519Private, sha256
from tocsin.core.sealing import HOUR_S, expires_at_s, seal
from tocsin.core.signatures import verify_record
from tocsin.core.streams import GLOBAL, INBOX

SCHEMA = sha256(b"tocsin/1/heartbeat\0")
RANDOM_BYTES = 64
"""How many random bytes one heartbeat takes."""


@dataclass(frozen=True, slots=True)
class Last:
    """The heartbeat before: its session and its leaf."""

    session: int
    leaf: bytes


NEVER = Last(0, NO_LEAF)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """One that is sealed: the Kafka value, and what is needed to know it again. `repr` hides the secret."""

    value: bytes = field(repr=False)
    last: Last
    public: bytes = field(repr=False)
    secret: bytes = field(repr=False)
    nonce: bytes = field(repr=False)


def is_dated_ahead(last: Last, now_s: int) -> bool:
    """Whether a session behind `last` would be refused at rung 4: it was made by a clock that was ahead."""
    return last.session >> SESSION_RANDOM_BITS >= (now_s + SKEW_S) * 1_000


def latest(values: Iterable[bytes], me: bytes, publics: Mapping[bytes, bytes], last: Last) -> Last:
    """The newest heartbeat of `me` among `last` and the Kafka `values` of our inbox.

    `publics`: our record keys, id -> 32 bytes; what they did not sign says nothing.
    """
    for value in values:
        try:
            envelope = wire.decode_envelope(value)
            header = wire.decode_header(envelope.header)
            leaf = leaf_of(envelope.header, envelope.ciphertext)
            if header.originator == me and header.stream == INBOX and header.session > last.session:
                verify_record(publics.get(header.signing_key, b""), envelope.signature, leaf)
                last = Last(header.session, leaf)
        except (MalformedError, UntrustedError):
            continue
    return last


def seal_heartbeat(
    me: bytes, signing_key: bytes, signer: Ed25519Private, last: Last, now_s: int, noise: bytes
) -> Heartbeat:
    """The heartbeat of `me` at `now_s`. `noise`: 64 random bytes; `last`: the one before, or NEVER."""
    secret, nonce, random10 = noise[:32], noise[32:48], noise[48:58]
    bits = int.from_bytes(noise[58:62], "big") % (1 << SESSION_RANDOM_BITS)
    generation = GenerationId(me, audience_id(own_audience(me)), now_s * 1_000)
    header = wire.Header(
        suite=wire.SUITE,
        stream=INBOX,
        region=GLOBAL,
        originator=me,
        signing_key=signing_key,
        audience=generation.audience,
        generation=generation.generation,
        session=next_session(last.session, now_s * 1_000, bits),
        counter=1,
        previous=last.leaf,
        time=now_s,
        expires_at=expires_at_s(now_s, HOUR_S),
    )
    item = wire.Item(SCHEMA, uuid7(now_s * 1_000, random10), 1, nonce)
    sealed = seal(header, record_key(secret, generation), signer, (item,))
    return Heartbeat(sealed.value, Last(header.session, sealed.leaf), signer.public, secret, nonce)


def came_back(sent: Heartbeat, value: bytes) -> bool:
    """Whether `value`, which the broker gave, is the heartbeat: signature, seal and content hold."""
    try:
        envelope = wire.decode_envelope(value)
        header = wire.decode_header(envelope.header)
        verify_record(sent.public, envelope.signature, leaf_of(envelope.header, envelope.ciphertext))
        items = read_items(open_record(envelope, header, sent.secret))
    except (MalformedError, UntrustedError, CannotOpenError):
        return False
    return [item.body for item in items] == [sent.nonce] and len(sent.nonce) == ID_BYTES
