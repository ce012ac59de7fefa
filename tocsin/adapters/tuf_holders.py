"""People who hold the root: their public files, and what a draft says to them before they sign.

A holder's name stands beside its keys in the root ("x-tocsin-holder"), so that everybody can read who
holds it. Source: wire format, "Directory".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from securesystemslib.signer import Key
from tuf.api.metadata import Root

from tocsin.adapters import tuf_signing as signing
from tocsin.adapters.tuf_signing import RoleKey
from tocsin.core import canonical_json
from tocsin.core.enrolment import check_name, fingerprint
from tocsin.core.errors import MalformedError, UntrustedError

MAX_HOLDER_BYTES = 65_536
MAX_DRAFT_BYTES = 1_048_576
KEYS_OF_A_HOLDER = 2
NAME_FIELD = "x-tocsin-holder"
HOLDER, STANDBY = "tocsin_holder", "tocsin_standby"
_MADE = {
    HOLDER: ("tocsin authority holder new", {"ed25519", "ml-dsa"}),
    STANDBY: ("tocsin authority standby new", {"ed25519"}),
}


@dataclass(frozen=True)
class Holder:
    """A person's name and the public keys that it signs roots with."""

    name: str
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class DraftShown:
    """A draft of a root in words. `keyids`: of the holders; `fingerprint`: of what is signed;
    `standby`: who besides the authority may sign timestamps; `registrars`: who signs the list of entries
    ([]: the authority), `registrars_needed` of them.
    """

    version: int
    holders: list[str]
    threshold: int
    expires_at_s: int
    signed_by: list[str]
    keyids: frozenset[str]
    fingerprint: str
    standby: str | None
    registrars: list[str]
    registrars_needed: int


def write_holder(name: str, key: RoleKey, mark: str = HOLDER) -> bytes:
    """The public file of a holder, or by its mark of a standby. Raises MalformedError for a name that is
    none.
    """
    check_name(name)
    keys = [{"keyid": one.keyid, **one.to_dict()} for one in signing.tuf_keys(key)]
    return json.dumps({mark: 1, "name": name, "keys": keys}, indent=1).encode() + b"\n"


def read_holder(data: bytes, mark: str = HOLDER) -> Holder:
    """Inverse of `write_holder`. Raises MalformedError."""
    command, keytypes = _MADE[mark]
    record = _loaded(data, command)
    try:
        if record[mark] != 1 or len(record["keys"]) != len(keytypes):
            raise MalformedError(f"not a file of {command}")
        check_name(record["name"])
        keys = []
        for one in record["keys"]:
            key = Key.from_dict(one.pop("keyid"), one)
            key.unrecognized_fields[NAME_FIELD] = record["name"]
            keys.append(key)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedError(f"not a file of {command}") from error
    if {key.keytype for key in keys} != keytypes:
        raise MalformedError(f"the keys are not those of {command}: {', '.join(sorted(keytypes))}")
    return Holder(record["name"], tuple(keys))


def _loaded(data: bytes, command: str) -> Any:
    try:
        return canonical_json.load(data)
    except MalformedError as error:
        raise MalformedError(f"not a file of {command}") from error


def show_draft(data: bytes) -> DraftShown:
    """What a draft says. Raises UntrustedError for what is none."""
    root = signing.read(Root, data)
    role = root.roles["root"]
    keys = [root.keys[id_] for id_ in role.keyids]
    named = {key.keyid: str(key.unrecognized_fields.get(NAME_FIELD, "the authority")) for key in keys}
    signed_by = {named.get(id_, "a holder of the root before") for id_ in signatures(data)}
    return DraftShown(
        root.version,
        sorted(set(named.values())),
        role.threshold,
        signing.expires_at_s(root),
        sorted(signed_by),
        frozenset(named),
        fingerprint(signing.signed_bytes(data)),
        standby_of(root),
        sorted(holders_of(root, "targets")),
        root.roles["targets"].threshold // KEYS_OF_A_HOLDER,
    )


def holders_of(root: Root, role: str) -> dict[str, frozenset[str]]:
    """The people who hold a role, by name, with the ids of their keys; {} where the authority holds it."""
    found: dict[str, frozenset[str]] = {}
    for id_ in root.roles[role].keyids:
        if (name := root.keys[id_].unrecognized_fields.get(NAME_FIELD)) is not None:
            found[str(name)] = found.get(str(name), frozenset()) | {id_}
    return found


def standby_of(root: Root) -> str | None:
    """The name of the standby that `root` lets sign timestamps; None where there is none."""
    keys = (root.keys[id_] for id_ in root.roles["timestamp"].keyids)
    names = (key.unrecognized_fields.get(NAME_FIELD) for key in keys)
    return next((str(name) for name in names if name is not None), None)


def signatures(data: bytes) -> list[str]:
    """The ids of the keys that signed a draft. Raises UntrustedError."""
    signing.read(Root, data)
    try:
        return [one["keyid"] for one in json.loads(data)["signatures"] if one["sig"]]
    except (KeyError, TypeError) as error:
        raise UntrustedError("not a draft of a root") from error
