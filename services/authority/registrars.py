"""Registrars: each signs proposals on a machine of its own, and remembers what it signed.

A registrar's folder is a holder's (`tocsin authority holder new`). It signs for the authority whose first
root it met first, signs no list older than one before, and of one version one list only
while that is open.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from services.authority.holders import KEY_FILE, PUBLIC_FILE, PUBLIC_FILE_MODE, read_holder_file
from services.authority.proposing import read_file
from tocsin.adapters import passphrase
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.machine import check_machine
from tocsin.adapters.tuf_proposals import Judged, judge, sign_proposal, write_proposal
from tocsin.adapters.whole_files import read_whole, write_whole
from tocsin.core import json_fields
from tocsin.core.errors import MalformedError, RefusedByRuleError, SettingsError

MEMORY_FILE = "signed-lists.json"
MAX_MEMORY_BYTES = 4_096


@dataclass(frozen=True)
class Signed:
    """The newest list that a registrar signed: of which authority, which one, until when it is open."""

    first_root: str
    root_version: int
    version: int
    fingerprint: str
    ends_at_s: int


def sign(
    home: Path, file: Path, passphrase_file: Path | None, now_s: int, *, instead: bool = False
) -> Judged:
    """Add a registrar's signatures to the proposal in its file; what it says now.

    `instead`: the list of this version that was signed before is withdrawn. Raises RefusedByRuleError,
    UntrustedError, MalformedError, SettingsError, KeyUnusableError; then nothing changed.
    """
    if not (home / PUBLIC_FILE).exists():
        raise SettingsError(f"{home} holds no registrar: tocsin authority holder new makes one")
    proposal = read_file(file)
    judged = judge(proposal, now_s)
    if not judged.keyids >= {key.keyid for key in read_holder_file(home / PUBLIC_FILE).keys}:
        raise RefusedByRuleError(f"root {judged.root_version} does not name {home} as a registrar")
    _check_memory(_memory(home), judged, now_s, instead=instead)
    check_machine()
    key = KeyFolder.open(home, passphrase.existing(passphrase_file)).composite(KEY_FILE)
    signed = sign_proposal(proposal, key)
    after = judge(signed, now_s)
    # What is remembered first was perhaps not signed; what was signed is always remembered.
    _remember(home, after)
    write_whole(file, write_proposal(signed), PUBLIC_FILE_MODE)
    return after


def _check_memory(last: Signed | None, judged: Judged, now_s: int, *, instead: bool) -> None:
    if last is None:
        return
    if last.first_root != judged.first_root:
        raise RefusedByRuleError("this proposal is of another authority than those signed here before")
    if judged.version < last.version or judged.root_version < last.root_version:
        raise RefusedByRuleError(
            f"this is list {judged.version} under root {judged.root_version}, and list {last.version} "
            f"under root {last.root_version} was signed here before: it holds an old state"
        )
    contradicts = judged.version == last.version and judged.fingerprint != last.fingerprint
    if contradicts and now_s < last.ends_at_s and not instead:
        raise RefusedByRuleError(
            f"another list {judged.version} was signed here, and may be published yet: "
            f"{last.fingerprint[:9]} …; where it was dropped, sign with --instead"
        )


def _memory(home: Path) -> Signed | None:
    data = read_whole(home / MEMORY_FILE, MAX_MEMORY_BYTES)
    if data is None:
        return None
    try:
        record = json_fields.load_object(data, "memory of signing")
        return Signed(
            json_fields.text(record, "first_root"),
            json_fields.number(record, "root_version"),
            json_fields.number(record, "version"),
            json_fields.text(record, "fingerprint"),
            json_fields.number(record, "ends_at_s"),
        )
    except MalformedError as error:
        raise MalformedError(f"{home / MEMORY_FILE} is damaged: restore it from its copy") from error


def _remember(home: Path, judged: Judged) -> None:
    signed = Signed(
        judged.first_root, judged.root_version, judged.version, judged.fingerprint, judged.ends_at_s
    )
    write_whole(home / MEMORY_FILE, json.dumps(asdict(signed)).encode())
