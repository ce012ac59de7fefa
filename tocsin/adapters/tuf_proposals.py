"""A list of entries on its way between registrars: a file with all that is needed to judge it offline.

Law: nothing in the file is believed. The chain of roots starts at one that the registrar knows, the list in
force was signed under it, the new one follows that list, and every entry that differs is there under the
hash that the new list gives it: what is shown is all that changes. A signature that does not hold refuses
the whole file. Source: wire format, "Proposals".
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from tuf.api.metadata import Metadata, Root, TargetFile, Targets
from tuf.api.serialization.json import JSONSerializer

from tocsin.adapters import tuf_signing as signing
from tocsin.adapters.tuf_entries import Edit
from tocsin.adapters.tuf_holders import KEYS_OF_A_HOLDER, holders_of
from tocsin.adapters.tuf_regional import registrars_changed
from tocsin.adapters.tuf_signing import RoleKey
from tocsin.core import canonical_json
from tocsin.core.enrolment import fingerprint
from tocsin.core.errors import MalformedError, RefusedByRuleError, UntrustedError
from tocsin.core.primitives import sha256

MAX_PROPOSAL_BYTES = 33_554_432
MAX_ROOTS = 1_024
MAX_FILES = 32_768
MAX_AHEAD_S = 300
PROPOSAL_LIFETIME_S = 7 * signing.DAY_S


@dataclass(frozen=True)
class Proposal:
    """`roots`: the chain, 1 first. `before`: the list in force. `after`: the next one, with the signatures
    that it has so far. `files`: the entries that differ, old and new, and what is needed to explain them.
    """

    roots: tuple[bytes, ...]
    before: bytes
    after: bytes
    files: tuple[bytes, ...]


@dataclass(frozen=True)
class Judged:
    """What a proposal says, verified. `changed`: target name -> entry before, entry after (None: none);
    `context`: unchanged entries that came along, by name; `signed_by` and `registrars`: names.
    """

    version: int
    root_version: int
    first_root: str
    changed: Mapping[str, tuple[bytes | None, bytes | None]]
    context: Mapping[str, bytes]
    signed_by: tuple[str, ...]
    registrars: tuple[str, ...]
    needed: int
    ends_at_s: int
    fingerprint: str
    keyids: frozenset[str]
    regional: tuple[str, ...] = ()
    """What changes about regional registrars, in sentences."""

    @property
    def complete(self) -> bool:
        """Whether enough registrars have signed."""
        return len(self.signed_by) >= self.needed


def propose(roots: Iterable[bytes], before: bytes, after: Targets, files: Iterable[bytes]) -> Proposal:
    """A proposal that nobody has signed yet."""
    return Proposal(tuple(roots), before, signing.unsigned(after), tuple(files))


def write_proposal(proposal: Proposal) -> bytes:
    """The file: canonical JSON."""
    record = {
        "tocsin_proposal": 1,
        "roots": list(map(_base64, proposal.roots)),
        "before": _base64(proposal.before),
        "after": _base64(proposal.after),
        "files": list(map(_base64, proposal.files)),
    }
    return canonical_json.dump(record)


def read_proposal(data: bytes) -> Proposal:
    """Inverse of `write_proposal`. Raises MalformedError."""
    if len(data) > MAX_PROPOSAL_BYTES:
        raise MalformedError(f"a proposal has at most {MAX_PROPOSAL_BYTES} bytes")
    record = canonical_json.load(data)
    if not isinstance(record, dict) or record.get("tocsin_proposal") != 1:
        raise MalformedError("not a file of tocsin authority proposal")
    (before,), (after,) = (_many([record.get(name)], 1) for name in ("before", "after"))
    return Proposal(
        _many(record.get("roots"), MAX_ROOTS), before, after, _many(record.get("files"), MAX_FILES)
    )


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _many(values: Any, limit: int) -> tuple[bytes, ...]:
    if not isinstance(values, list) or len(values) > limit:
        raise MalformedError(f"a part of the proposal is no list of at most {limit}")
    try:
        return tuple(b64decode(one, validate=True) for one in values)
    except (ValueError, TypeError) as error:
        raise MalformedError("a part of the proposal is not base64") from error


def judge(proposal: Proposal, now_s: int | None) -> Judged:
    """What a proposal changes; `now_s` None asks for no date.

    Raises UntrustedError where it was tampered with or contradicts itself, RefusedByRuleError where it has
    expired.
    """
    root = _last_root(proposal.roots)
    before, after = _in_force(proposal), signing.read(Targets, proposal.after)
    ends_at_s = signing.expires_at_s(after) - signing.LIFETIME_S["targets"] + PROPOSAL_LIFETIME_S
    if after.version != before.version + 1:
        raise UntrustedError(f"list {after.version} does not follow list {before.version}")
    if _all_but_entries(before) != _all_but_entries(after):
        raise UntrustedError("it changes more than entries and regional registrars")
    if now_s is not None:
        _check_dates(ends_at_s, signing.expires_at_s(root), now_s)
    files = {sha256(data).hex(): data for data in proposal.files}
    holders = holders_of(root, Targets.type)
    return Judged(
        after.version,
        root.version,
        sha256(proposal.roots[0]).hex(),
        _changed(before.targets, after.targets, files),
        _same(before.targets, after.targets, files),
        _signers(proposal.after, root, holders),
        tuple(sorted(holders)),
        root.roles[Targets.type].threshold // KEYS_OF_A_HOLDER,
        ends_at_s,
        fingerprint(signing.signed_bytes(proposal.after)),
        frozenset(id_ for ids in holders.values() for id_ in ids),
        tuple(registrars_changed(before, after)),
    )


def same_registrars(proposal: Proposal, next_list: Targets) -> Edit | None:
    """What makes of `next_list` one that delegates as the proposal does; None where that is no change.

    Raises RefusedByRuleError where the delegations were changed since it was proposed.
    """
    before, after = (signing.read(Targets, data).delegations for data in (proposal.before, proposal.after))
    if before == after:
        return None
    if next_list.delegations != before:
        raise RefusedByRuleError("regional registrars were changed meanwhile: make that change anew")

    def edit(listed: Targets) -> None:
        listed.delegations = after

    return edit


def _check_dates(ends_at_s: int, root_ends_at_s: int, now_s: int) -> None:
    if now_s < ends_at_s - PROPOSAL_LIFETIME_S - MAX_AHEAD_S:
        raise UntrustedError("it is dated ahead of this machine's clock: compare that with another clock")
    if now_s >= root_ends_at_s:
        raise RefusedByRuleError("its root has expired: tocsin authority root draft")
    if now_s >= ends_at_s:
        raise RefusedByRuleError("the proposal is over 7 days old: tocsin authority proposal rebase")


def sign_proposal(proposal: Proposal, key: RoleKey) -> Proposal:
    """The proposal with a registrar's signatures; what it says was judged before."""
    return replace(proposal, after=signing.add_list_signatures(proposal.after, key))


def merge(proposals: Iterable[Proposal]) -> Proposal:
    """Copies of one proposal that went different ways, with the signatures of all.

    Raises RefusedByRuleError where they are not copies of one.
    """
    first, *others = proposals
    merged = Metadata[Targets].from_bytes(first.after)
    for other in others:
        theirs = Metadata[Targets].from_bytes(other.after)
        if theirs.signed_bytes != merged.signed_bytes or other.before != first.before:
            raise RefusedByRuleError("these files are different proposals: publish one after the other")
        merged.signatures.update(theirs.signatures)
    return replace(first, after=merged.to_bytes(JSONSerializer(compact=True)))


def _last_root(roots: tuple[bytes, ...]) -> Root:
    root: Root | None = None
    for number, data in enumerate(roots, 1):
        root = signing.check_root(data, root)
        if root.version != number:
            raise UntrustedError(f"the proposal's root {number} is missing")
    if root is None:
        raise UntrustedError("the proposal has no root")
    return root


def _in_force(proposal: Proposal) -> Targets:
    """The list before, signed under a root of the chain: the newest may name other registrars."""
    for data in reversed(proposal.roots):
        with suppress(UntrustedError):
            return signing.read_verified(Targets, proposal.before, signing.read(Root, data))
    raise UntrustedError("the list that it builds on is signed by none of its roots")


def _all_but_entries(listed: Targets) -> dict[str, Any]:
    changing = {"targets", "version", "expires", "delegations"}
    return {name: value for name, value in listed.to_dict().items() if name not in changing}


def _changed(
    before: Mapping[str, TargetFile], after: Mapping[str, TargetFile], files: Mapping[str, bytes]
) -> dict[str, tuple[bytes | None, bytes | None]]:
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    return {name: (_entry(before.get(name), files), _entry(after.get(name), files)) for name in names}


def _same(
    before: Mapping[str, TargetFile], after: Mapping[str, TargetFile], files: Mapping[str, bytes]
) -> dict[str, bytes]:
    same = ((name, file.hashes["sha256"]) for name, file in after.items() if before.get(name) == file)
    return {name: files[digest] for name, digest in same if digest in files}


def _entry(file: TargetFile | None, files: Mapping[str, bytes]) -> bytes | None:
    if file is None:
        return None
    data = files.get(file.hashes.get("sha256", ""))
    if data is None or len(data) != file.length:
        raise UntrustedError(f"the entry {file.path} is missing or was changed: fetch the proposal again")
    return data


def _signers(data: bytes, root: Root, holders: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    metadata = Metadata[Targets].from_bytes(data)
    found = root.get_verification_result(Targets.type, metadata.signed_bytes, metadata.signatures)
    if bad := set(metadata.signatures) - set(found.signed):
        raise UntrustedError(f"the signature of key {min(bad)} is not a registrar's, or does not hold")
    return tuple(sorted(name for name, ids in holders.items() if ids <= set(found.signed)))
