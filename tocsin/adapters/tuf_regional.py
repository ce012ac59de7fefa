"""Regional registrars as TUF delegations: who they are, and the lists that they sign.

Law: a delegation is a regional registrar's only where its role is `region.<name>.<8 hex digits of its
Ed25519 key's id>`, its paths are `participants/*` alone, both its keys must sign, and its regions stand
beside it ("x-tocsin-regions"); any other is nobody's, and is not read. Since the role bears the key, a
registrar with other keys is another role, and never meets a list that it did not sign.
Source: wire format, "Regional lists".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from securesystemslib.signer import Key
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import DelegatedRole, Delegations, Metadata, TargetFile, Targets

from tocsin.adapters import tuf_signing as signing
from tocsin.core.enrolment import fingerprint
from tocsin.core.errors import RefusedByRuleError, UntrustedError
from tocsin.core.regional import (
    MAX_REGIONAL_ENTRIES,
    MAX_REGIONAL_ENTRY_BYTES,
    MAX_REGIONAL_LISTS,
)

REGIONS_FIELD = "x-tocsin-regions"
REGIONAL_PATHS = ["participants/*"]
REGIONAL_LIFETIME_S = 60 * signing.DAY_S
RENEWED_BEFORE_END_S = 30 * signing.DAY_S
_ROLE = re.compile(r"region\.([a-z][a-z0-9-]{0,39})\.[0-9a-f]{8}")


@dataclass(frozen=True)
class Registrar:
    """A regional registrar: its TUF role, its regions, and the fingerprint of its public keys."""

    role: str
    regions: tuple[str, ...]
    keys: str

    @property
    def name(self) -> str:
        """What people call it: the role without the key."""
        return self.role.split(".")[1]

    @property
    def meta_name(self) -> str:
        """Under which name the snapshot has its list."""
        return f"{self.role}.json"


def role_of(name: str, keys: Sequence[Key]) -> str:
    """The role of a registrar with these keys. Raises RefusedByRuleError for a name that is none."""
    ed25519 = next(key.keyid for key in keys if key.keytype == "ed25519")
    role = f"region.{name}.{ed25519[:8]}"
    if not _ROLE.fullmatch(role):
        raise RefusedByRuleError(
            "a registrar's name is a small letter and at most 39 small letters, digits and hyphens"
        )
    return role


def registrars_of(top: Targets) -> list[Registrar]:
    """The regional registrars that a top list names, as it orders them; at most 32."""
    roles = (top.delegations.roles if top.delegations else None) or {}
    keys = top.delegations.keys if top.delegations else {}
    found = [one for one in (_registrar(role, keys) for role in roles.values()) if one is not None]
    return found[:MAX_REGIONAL_LISTS]


def keys_fingerprint(keys: Sequence[Key]) -> str:
    """Of the keys themselves: an id beside a key is what somebody wrote there."""
    records = sorted(json.dumps(key.to_dict(), sort_keys=True) for key in keys)
    return fingerprint("\n".join(records).encode())


def _registrar(role: DelegatedRole, keys: Mapping[str, Key]) -> Registrar | None:
    regions = role.unrecognized_fields.get(REGIONS_FIELD)
    fits = (
        _ROLE.fullmatch(role.name)
        and role.paths == REGIONAL_PATHS
        and role.threshold == len(role.keyids) == 2
    )
    if not fits or not isinstance(regions, list) or not all(isinstance(one, str) for one in regions):
        return None
    own = keys_fingerprint([keys[id_] for id_ in role.keyids])
    return Registrar(role.name, tuple(regions), own)


def delegate(top: Targets, role: str, keys: Sequence[Key], regions: Sequence[str]) -> None:
    """Let the holder of `keys` change the participants of `regions`."""
    delegations = top.delegations or Delegations({}, {})
    delegated = DelegatedRole(
        role, [key.keyid for key in keys], len(keys), terminating=False, paths=REGIONAL_PATHS
    )
    delegated.unrecognized_fields[REGIONS_FIELD] = list(regions)
    roles = {**(delegations.roles or {}), role: delegated}
    known = delegations.keys | {key.keyid: key for key in keys}
    top.delegations = Delegations(known, roles)


def undelegate(top: Targets, role: str) -> None:
    """Take away what `delegate` gave."""
    delegations = top.delegations
    roles = {name: one for name, one in ((delegations and delegations.roles) or {}).items() if name != role}
    used = {id_ for one in roles.values() for id_ in one.keyids}
    known = {id_: key for id_, key in (delegations.keys if delegations else {}).items() if id_ in used}
    top.delegations = Delegations(known, roles) if roles else None


def registrars_changed(before: Targets, after: Targets) -> list[str]:
    """What is different about regional registrars, in sentences. Raises UntrustedError where something of
    the delegations differs that is none.
    """
    was, will = ({one.role: one for one in registrars_of(each)} for each in (before, after))
    if _others(before, was) != _others(after, will):
        raise UntrustedError("it delegates to somebody who is no regional registrar")
    gone = [f"{one.name} is a regional registrar no more" for one in was.values() if one.role not in will]
    come = [one for one in will.values() if was.get(one.role) != one]
    return gone + [
        f"{one.name} may admit and change participants of {', '.join(one.regions)}, with the keys "
        f"of fingerprint {one.keys}"
        for one in come
    ]


def _others(top: Targets, known: Mapping[str, Registrar]) -> object:
    roles = (top.delegations.roles if top.delegations else None) or {}
    return {name: role.to_dict() for name, role in roles.items() if name not in known}


def new_list(version: int, entries: Mapping[str, bytes], now_s: int) -> Targets:
    """A regional list, for 60 days."""
    files = {name: signing.target_file(name, data) for name, data in entries.items()}
    ends = datetime.fromtimestamp(now_s + REGIONAL_LIFETIME_S, UTC)
    return Targets(version=version, expires=ends, targets=files)


def verify_list(data: bytes, top: Targets, role: str) -> Targets:
    """The list in `data`, signed by the role's keys as the top list has them. Raises UntrustedError."""
    found = signing.read(Targets, data)
    metadata = Metadata[Targets].from_bytes(data)
    try:
        top.verify_delegate(role, metadata.signed_bytes, metadata.signatures)
    except (RepositoryError, ValueError) as error:
        raise UntrustedError(f"it is not signed by the regional registrar of {role}: {error}") from error
    return found


def readable(found: Targets, now_s: int | None) -> tuple[dict[str, TargetFile], dict[str, str]]:
    """The entries of a list that are to be read, and why the others are not; "" is the list itself."""
    ends_at_s = signing.expires_at_s(found)
    if now_s is not None and now_s >= ends_at_s:
        return {}, {"": f"it expired {found.expires:%Y-%m-%d %H:%M} UTC: its registrar signs it anew"}
    if len(found.targets) > MAX_REGIONAL_ENTRIES:
        return {}, {"": f"it has {len(found.targets)} entries, over {MAX_REGIONAL_ENTRIES}"}
    long = {name for name, file in found.targets.items() if file.length > MAX_REGIONAL_ENTRY_BYTES}
    kept = {name: file for name, file in found.targets.items() if name not in long}
    return kept, dict.fromkeys(long, f"it has over {MAX_REGIONAL_ENTRY_BYTES} bytes")
