"""Law: how an organisation applies to the authority, and how it is welcomed.

It guarantees that a request that reads is signed by the statement key in it and has one fingerprint,
which both sides compare by voice. Whether the applicant is who it says is left to people; that a
welcome comes from the authority is left to the way by which it was handed over.
Source: wire format, "Directory".
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.core import canonical_json, json_fields
from tocsin.core.errors import MalformedError
from tocsin.core.ids import parse_id
from tocsin.core.participants import request_bytes, verify_request
from tocsin.core.primitives import CompositePrivate, sha256
from tocsin.core.public_keys import PublicKey, key_record
from tocsin.core.signatures import PARTICIPANT_LABEL

MAX_REQUEST_BYTES = 65_536
MAX_WELCOME_BYTES = 2_097_152  # a root that ten people signed is over 100 KiB


@dataclass(frozen=True, slots=True)
class Request:
    """An application whose own signature holds. `record` is its JSON object."""

    name: str
    country: str
    keys: tuple[PublicKey, ...]
    record: Mapping[str, Any] = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Of what the applicant signed; the same however often it was signed."""
        return fingerprint(request_bytes(self.record))


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the authority hands back: the participant's id and the directory's first root.

    `name`: whose id it is; None in files of earlier releases.
    """

    participant: bytes
    root: bytes = field(repr=False)
    name: str | None = None


def application_digest(request: Request) -> bytes:
    """What challenges and consents to a request are bound to: SHA-256 of what was signed."""
    return sha256(request_bytes(request.record))


def fingerprint(data: bytes) -> str:
    """SHA-256 as 16 groups of 4 hex digits, to be read aloud."""
    digits = sha256(data).hex()
    return " ".join(digits[at : at + 4] for at in range(0, 64, 4))


def write_request(name: str, country: str, keys: Iterable[PublicKey], statement: CompositePrivate) -> bytes:
    """The file to hand to the authority: canonical JSON, signed by `statement`."""
    record: dict[str, Any] = {
        "name": name,
        "country": country,
        "keys": [key_record(key) for key in keys],
    }
    signature = statement.sign(PARTICIPANT_LABEL, PARTICIPANT_LABEL + request_bytes(record))
    record |= {"tocsin_request": 1, "self_signature": b64encode(signature).decode()}
    return canonical_json.dump(record)


def read_request(data: bytes) -> Request:
    """The application in `data`. Raises MalformedError or UntrustedError."""
    record = _object(data, "tocsin_request", MAX_REQUEST_BYTES)
    keys = verify_request(record)
    name, country = record.get("name"), record.get("country")
    check_name(name)
    check_country(country)
    return Request(str(name), str(country), keys, record)


def check_name(name: object) -> None:
    """Raises MalformedError unless `name` is a line that can be shown as it is."""
    if not isinstance(name, str) or not json_fields.is_line(name):
        raise MalformedError(f"a name is {json_fields.LINE}")


def check_country(country: object) -> None:
    """Raises MalformedError unless `country` has the form of an ISO 3166-1 code: two capitals."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    if not isinstance(country, str) or len(country) != 2 or country.strip(letters):
        raise MalformedError("a country is two capital letters of ISO 3166-1, as CO")


def write_welcome(welcome: Welcome) -> bytes:
    """The file that the authority hands to a participant that it admitted."""
    record = {
        "tocsin_welcome": 1,
        "participant_id": welcome.participant.hex(),
        "root": b64encode(welcome.root).decode(),
    }
    return canonical_json.dump(record if welcome.name is None else record | {"name": welcome.name})


def read_welcome(data: bytes) -> Welcome:
    """Inverse of `write_welcome`. Raises MalformedError."""
    record = _object(data, "tocsin_welcome", MAX_WELCOME_BYTES)
    participant, root, name = record.get("participant_id"), record.get("root"), record.get("name")
    if not isinstance(participant, str) or not isinstance(root, str):
        raise MalformedError("a welcome has participant_id and root")
    if name is not None:
        check_name(name)
    try:
        return Welcome(parse_id(participant), b64decode(root, validate=True), name)
    except ValueError as error:
        raise MalformedError("the root of a welcome is not base64") from error


def _object(data: bytes, mark: str, max_bytes: int) -> dict[str, Any]:
    if len(data) > max_bytes:
        raise MalformedError(f"{len(data)} bytes are over {max_bytes}")
    record = canonical_json.load(data)
    if not isinstance(record, dict) or record.get(mark) != 1:
        raise MalformedError(f'not a file with "{mark}": 1')
    return record
