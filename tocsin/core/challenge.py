"""Law: an applicant proves that it can open what is sealed to each KEM key that it names.

It guarantees that an answer holds for one application and one challenge only, and that the challenge
says nothing to whoever has no key of it. Keeping what is expected, and for how long, is left to the
authority. Source: wire format, "Enrolment".
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.core import canonical_json, json_fields
from tocsin.core.errors import CannotOpenError, MalformedError, UntrustedError
from tocsin.core.ids import parse_id
from tocsin.core.primitives import XWingPrivate, seal_to_xwing, sha256
from tocsin.core.public_keys import PublicKey

SECRET_BYTES = 32
DIGEST_BYTES = 32
MAX_CHALLENGED_KEYS = 64
_SEAL_LABEL = b"tocsin/1/challenge\0"
_PROOF_LABEL = b"tocsin/1/answer\0"


@dataclass(frozen=True, slots=True)
class Challenge:
    """`application`: SHA-256 of what the applicant signed; `sealed`: key id -> HPKE seal for it."""

    application: bytes
    sealed: Mapping[bytes, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """`proofs`: key id -> SHA-256 over the secret that the key opened."""

    application: bytes
    proofs: Mapping[bytes, bytes] = field(repr=False)


def new_challenge(
    application: bytes, keys: Iterable[PublicKey], secret: Callable[[int], bytes]
) -> tuple[Challenge, Answer]:
    """(what to hand out, the answer expected) for the KEM keys among `keys`.

    `secret` gives random bytes. Raises UntrustedError for a key to which nothing can be sealed.
    """
    sealed, proofs = {}, {}
    for key in keys:
        if key.purpose == "kem":
            one = secret(SECRET_BYTES)
            sealed[key.id] = seal_to_xwing(key.public, _info(application, key.id), one)
            proofs[key.id] = _proof(one)
    return Challenge(application, sealed), Answer(application, proofs)


def answer_challenge(challenge: Challenge, kem_keys: Mapping[bytes, XWingPrivate]) -> Answer:
    """The answer that `kem_keys` (by id) give. Raises UntrustedError where one is missing or fails."""
    proofs = {}
    for id_, sealed in challenge.sealed.items():
        key = kem_keys.get(id_)
        if key is None:
            raise UntrustedError(f"the challenge is for a key {id_.hex()} that is not here")
        try:
            proofs[id_] = _proof(key.open(sealed, _info(challenge.application, id_)))
        except CannotOpenError as error:
            raise UntrustedError(f"the challenge for key {id_.hex()} does not open") from error
    return Answer(challenge.application, proofs)


def check_answer(answer: Answer, expected: Answer) -> None:
    """Raises UntrustedError unless `answer` proves every key of `expected`."""
    if answer.application != expected.application:
        raise UntrustedError("the answer is to the challenge of another application")
    if dict(answer.proofs) != dict(expected.proofs):
        raise UntrustedError("the answer does not prove that the applicant holds its keys")


def write_challenge(challenge: Challenge) -> bytes:
    """The file to hand to the applicant."""
    return _write("tocsin_challenge", challenge.application, challenge.sealed)


def read_challenge(data: bytes) -> Challenge:
    """Inverse of `write_challenge`. Raises MalformedError."""
    return Challenge(*_read("tocsin_challenge", data))


def write_answer(answer: Answer) -> bytes:
    """The file to hand back to the authority; it holds no secret that is used again."""
    return _write("tocsin_answer", answer.application, answer.proofs)


def read_answer(data: bytes) -> Answer:
    """Inverse of `write_answer`. Raises MalformedError."""
    return Answer(*_read("tocsin_answer", data))


def _info(application: bytes, key: bytes) -> bytes:
    return _SEAL_LABEL + key + application


def _proof(secret: bytes) -> bytes:
    return sha256(_PROOF_LABEL + secret)


def _write(mark: str, application: bytes, values: Mapping[bytes, bytes]) -> bytes:
    record = {
        mark: 1,
        "application": application.hex(),
        "keys": [{"key": id_.hex(), "value": b64encode(value).decode()} for id_, value in values.items()],
    }
    return canonical_json.dump(record)


def _read(mark: str, data: bytes) -> tuple[bytes, dict[bytes, bytes]]:
    record: dict[str, Any] = json_fields.load_object(data, mark)
    if record.get(mark) != 1:
        raise MalformedError(f'not a file with "{mark}": 1')
    application = json_fields.text(record, "application")
    if len(application) != 2 * DIGEST_BYTES or application.strip("0123456789abcdef"):
        raise MalformedError("application is no SHA-256 in hex")
    keys = json_fields.objects(record, "keys", MAX_CHALLENGED_KEYS)
    values = {
        parse_id(json_fields.text(one, "key")): json_fields.base64_bytes(one, "value") for one in keys
    }
    return bytes.fromhex(application), values
