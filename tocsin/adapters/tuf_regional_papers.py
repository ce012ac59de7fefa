"""Files between a regional registrar and the authority: the list that one signed, the state that the other
published. Nothing in them is believed here. Source: wire format, "Regional lists".
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from securesystemslib.signer import Key
from tuf.api.metadata import Targets

from tocsin.adapters import tuf_signing as signing
from tocsin.adapters.tuf_entries import Edit
from tocsin.adapters.tuf_regional import delegate, undelegate
from tocsin.core import canonical_json
from tocsin.core.errors import MalformedError
from tocsin.core.primitives import sha256
from tocsin.core.regional import MAX_REGIONAL_ENTRIES, MAX_REGIONAL_LIST_BYTES

MAX_PAPER_BYTES = 33_554_432
MAX_STATE_BYTES = 134_217_728
MAX_STATE_FILES = 65_536
_LIST, _STATE = "tocsin_regional_list", "tocsin_directory_state"


@dataclass(frozen=True)
class Paper:
    """A regional list as signed, with its entries by target name. `role`: whose it says that it is."""

    role: str
    data: bytes
    entries: Mapping[str, bytes]

    @property
    def version(self) -> int:
        """Of the list; unverified."""
        return signing.read(Targets, self.data).version


def write_paper(paper: Paper) -> bytes:
    """The file: canonical JSON."""
    entries = [_base64(data) for data in dict.fromkeys(paper.entries.values())]
    return canonical_json.dump(
        {_LIST: 1, "role": paper.role, "list": _base64(paper.data), "entries": entries}
    )


def read_paper(data: bytes) -> Paper:
    """Inverse of `write_paper`: each entry has the hash that the list names. Raises MalformedError,
    UntrustedError.
    """
    record = _record(data, _LIST, MAX_PAPER_BYTES)
    entries, role = record.get("entries"), record.get("role")
    if not isinstance(entries, list) or len(entries) > MAX_REGIONAL_ENTRIES or not isinstance(role, str):
        raise MalformedError(f"a regional list has a role and at most {MAX_REGIONAL_ENTRIES} entries")
    signed = _bytes(record.get("list"))
    if len(signed) > MAX_REGIONAL_LIST_BYTES:
        raise MalformedError(f"a regional list has at most {MAX_REGIONAL_LIST_BYTES} bytes")
    found = {sha256(one).hex(): one for one in map(_bytes, entries)}
    files = signing.read(Targets, signed).targets
    if len(files) > MAX_REGIONAL_ENTRIES:
        raise MalformedError(f"a regional list has at most {MAX_REGIONAL_ENTRIES} entries")
    wanted = {name: found.get(file.hashes.get("sha256", "")) for name, file in files.items()}
    present = {name: one for name, one in wanted.items() if one is not None}
    if missing := sorted(wanted.keys() - present.keys()):
        raise MalformedError(f"the entry {missing[0]} is missing or was changed: fetch the list again")
    return Paper(role, signed, present)


def write_state(files: Mapping[str, bytes]) -> bytes:
    """What the topic carries, as one file."""
    return canonical_json.dump({_STATE: 1, "files": {name: _base64(data) for name, data in files.items()}})


def read_state(data: bytes) -> dict[str, bytes]:
    """Inverse of `write_state`. Raises MalformedError."""
    files = _record(data, _STATE, MAX_STATE_BYTES).get("files")
    if not isinstance(files, dict) or len(files) > MAX_STATE_FILES:
        raise MalformedError(f"a state is a set of at most {MAX_STATE_FILES} files")
    return {str(name): _bytes(one) for name, one in files.items()}


def adding(role: str, keys: Sequence[Key], regions: Sequence[str]) -> Edit:
    """What lets a registrar change the participants of `regions`."""
    return partial(delegate, role=role, keys=keys, regions=regions)


def removing(role: str) -> Edit:
    """What takes that away."""
    return partial(undelegate, role=role)


def _record(data: bytes, mark: str, max_bytes: int) -> dict[str, Any]:
    if len(data) > max_bytes:
        raise MalformedError(f"such a file has at most {max_bytes} bytes")
    record = canonical_json.load(data)
    if not isinstance(record, dict) or record.get(mark) != 1:
        raise MalformedError(f"not a file of this kind: it has no {mark} 1")
    return record


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _bytes(value: Any) -> bytes:
    try:
        return b64decode(value, validate=True)
    except (ValueError, TypeError) as error:
        raise MalformedError("a part of the file is not base64") from error
