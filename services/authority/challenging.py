"""Challenges to applicants, and what their answers must be, kept until they come."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from services.authority.office import Office
from tocsin.adapters.private_files import make_private_folder
from tocsin.adapters.whole_files import read_whole, write_whole
from tocsin.core import challenge as core
from tocsin.core import json_fields
from tocsin.core.errors import MalformedError, RefusedByRuleError
from tocsin.core.primitives import random_bytes
from tocsin.core.public_keys import PublicKey

CHALLENGES = "challenges"
VALID_S = 30 * 86_400
MAX_FILE_BYTES = 65_536
MAX_KEPT = 1_000


def challenge(office: Office, application: bytes, keys: Iterable[PublicKey]) -> core.Challenge:
    """A challenge for the KEM keys of an application; the expected answer is kept for 30 days.

    `application`: SHA-256 of what the applicant signed. A second challenge takes the place of the first.
    Raises UntrustedError for a key to which nothing can be sealed, StorageError.
    """
    made, expected = core.new_challenge(application, keys, random_bytes)
    folder = office.home.path / CHALLENGES
    make_private_folder(folder)
    _forget_old(folder, office.now_s())
    record = {"until_s": office.now_s() + VALID_S, "answer": core.write_answer(expected).decode()}
    write_whole(_file(office, application), json.dumps(record).encode())
    return made


def check(office: Office, application: bytes, keys: Iterable[PublicKey], answer: bytes | None) -> None:
    """Raises RefusedByRuleError without a challenge in time or an answer, UntrustedError for a wrong
    one. Where there is no KEM key there is nothing to prove.
    """
    kem = {key.id for key in keys if key.purpose == "kem"}
    if not kem:
        return
    if answer is None:
        raise RefusedByRuleError(
            "who applies must show that it holds its keys: tocsin authority challenge FILE makes a "
            "challenge, tocsin keys answer on the other side the file for --answer"
        )
    expected = _expected(office, application)
    if expected is None or set(expected.proofs) != kem:
        raise RefusedByRuleError(
            "no challenge for this application is open: make one with tocsin authority challenge FILE"
        )
    core.check_answer(core.read_answer(answer), expected)


def forget(office: Office, application: bytes) -> None:
    """The challenge was met."""
    _file(office, application).unlink(missing_ok=True)


def _expected(office: Office, application: bytes) -> core.Answer | None:
    data = read_whole(_file(office, application), MAX_FILE_BYTES)
    if data is None:
        return None
    try:
        record = json_fields.load_object(data, "kept challenge")
        ended = office.now_s() >= json_fields.number(record, "until_s")
        return None if ended else core.read_answer(json_fields.text(record, "answer").encode())
    except MalformedError:
        return None  # damaged on disk: as if it had never been made, and one is made anew


def _forget_old(folder: Path, now_s: int) -> None:
    files = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime)
    for file in files[: max(0, len(files) - MAX_KEPT + 1)]:
        file.unlink(missing_ok=True)
    for file in files:
        if file.exists() and file.stat().st_mtime < now_s - VALID_S:
            file.unlink(missing_ok=True)


def _file(office: Office, application: bytes) -> Path:
    return office.home.path / CHALLENGES / f"{application.hex()}.json"
