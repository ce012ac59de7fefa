"""The files that participants hand in: requests, changes of keys, answers to challenges."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tocsin.adapters.whole_files import read_whole
from tocsin.core import canonical_json, enrolment
from tocsin.core.errors import MalformedError, SettingsError
from tocsin.core.json_fields import MAX_TARGET_BYTES
from tocsin.core.key_changes import MAX_CHANGE_BYTES, SignedChange, read_key_change
from tocsin.core.public_keys import PublicKey


@dataclass(frozen=True)
class Application:
    """`digest`: SHA-256 of what was signed; `fingerprint`: the same, to be read aloud."""

    digest: bytes
    keys: tuple[PublicKey, ...] = field(repr=False)
    fingerprint: str


def read_application(file: Path) -> Application:
    """A request or a change of keys. Raises SettingsError, MalformedError, UntrustedError."""
    data = _read(file, enrolment.MAX_REQUEST_BYTES)
    record = canonical_json.load(data)
    if isinstance(record, dict) and "tocsin_key_change" in record:
        signed = read_key_change(data)
        return Application(signed.digest, signed.change.keys, enrolment.fingerprint(signed.signed))
    request = enrolment.read_request(data)
    return Application(enrolment.application_digest(request), request.keys, request.fingerprint)


def read_request_file(file: Path) -> enrolment.Request:
    """Raises SettingsError, MalformedError, UntrustedError."""
    return enrolment.read_request(_read(file, enrolment.MAX_REQUEST_BYTES))


def read_change(file: Path) -> SignedChange:
    """Raises SettingsError, MalformedError, UntrustedError."""
    return read_key_change(_read(file, MAX_CHANGE_BYTES))


def read_optional(file: Path | None) -> bytes | None:
    """An answer or a consent; None where no file is given. Raises SettingsError, MalformedError."""
    return None if file is None else _read(file, MAX_TARGET_BYTES)


def _read(file: Path, max_bytes: int) -> bytes:
    if file.is_file() and file.stat().st_size > max_bytes:
        raise MalformedError(f"{file} is over {max_bytes} bytes: it is no file of ours")
    data = read_whole(file, max_bytes)
    if data is None:
        raise SettingsError(f"there is no file {file}: ask the other side for it")
    return data
