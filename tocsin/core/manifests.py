"""Law: what a reader believes of generations: the first manifest under each revision, and a secret
only if it matches that manifest's commitment.

It guarantees that a member is never removed by a revision, that a conflict changes nothing, and that
a ghost reader is seen. Storing is left to the caller. Source: wire format, "Manifest" and "Wrap".
"""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.core import wire
from tocsin.core.climb import SKEW_S
from tocsin.core.directory import Directory
from tocsin.core.errors import CannotOpenError, MalformedError, UntrustedError
from tocsin.core.key_schedule import GenerationId, commitment, wrap_info
from tocsin.core.outcomes import Alarm, AlarmKind
from tocsin.core.primitives import XWingPrivate
from tocsin.core.signatures import read_statement, verify_statement

MAX_SPAN_S = 31 * 86_400


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement whose signer the directory knows. `data` are the body's exact bytes."""

    body: wire.StatementBody
    data: bytes


class UnknownSignerError(UntrustedError):
    """The signing key is not in the directory: refresh it, then read the statement again."""


def verified_statement(value: bytes, directory: Directory, time_s: int | None = None) -> Statement:
    """The statement of a Kafka value. The key must be the originator's, for statements, not revoked,
    and valid at `time_s` (default: the time in the body). Raises MalformedError, UntrustedError,
    UnknownSignerError.
    """
    body, data, signature = read_statement(value)
    owner = directory.keys.get(body.signing_key)
    if owner is None:
        raise UnknownSignerError("the signing key is not in the directory")
    participant, key = owner
    if key.revoked_at_s is not None:
        raise UntrustedError("the key was revoked: somebody else may have dated this back")
    dated_s = _dated(body) if time_s is None else time_s
    if participant.id != body.originator or key.purpose != "statement" or not key.valid_at(dated_s):
        raise UntrustedError("the key is another's, for another purpose or not valid")
    verify_statement(key.public, body, data, signature)
    return Statement(body, data)


def _dated(body: wire.StatementBody) -> int:
    return body.not_before if isinstance(body, wire.Manifest) else body.time


def check_manifest(manifest: wire.Manifest) -> None:
    """Raises MalformedError for a manifest that no sender of ours makes."""
    members = manifest.members
    if list(members) != sorted(set(members)):
        raise MalformedError("the members are not sorted and unique")
    if manifest.suite != wire.SUITE or manifest.revision < 1 or manifest.generation < 0:
        raise MalformedError("suite, revision or generation is out of range")
    if not 0 <= manifest.not_before < manifest.not_after <= manifest.not_before + MAX_SPAN_S:
        raise MalformedError("the manifest's window is out of range")


def judge_manifest(
    manifest: wire.Manifest, held: wire.Manifest | None, directory: Directory, now_s: int
) -> tuple[bool, tuple[AlarmKind, ...]]:
    """(whether `manifest` takes the place of `held`, alarms). The first under a revision stays."""
    if held is not None and manifest.revision <= held.revision:
        same = manifest == held or manifest.revision < held.revision
        return False, (() if same else (AlarmKind.MANIFEST_CONFLICT,))
    if held is not None and _fixed(manifest) != _fixed(held):
        return False, (AlarmKind.MANIFEST_CONFLICT,)
    if held is not None and not set(held.members) <= set(manifest.members):
        return False, (AlarmKind.MEMBER_REMOVED,)
    return True, ghosts(manifest, directory, now_s)


def _fixed(manifest: wire.Manifest) -> tuple[bytes, int, int]:
    """What no revision changes: by another window records of the first would be refused."""
    return manifest.commitment, manifest.not_before, manifest.not_after


def ghosts(manifest: wire.Manifest, directory: Directory, now_s: int) -> tuple[AlarmKind, ...]:
    """GHOST_READER where a manifest names nobody, or somebody outside the audience now and when it began:
    who has left since is named until the originator's next record. Who is named by a directory newer than
    ours is judged by `ghosts_after_refresh`: the originator may only have been quicker.

    What has ended says nothing of today; what begins later does: it is opened from 300 s before.
    """
    if now_s > manifest.not_after + SKEW_S:
        return ()
    if manifest.members and rests_ahead(manifest, directory):
        return ()
    outside = set(manifest.members)
    for time_s in (now_s, manifest.not_before):
        outside.difference_update(directory.members(manifest.audience, manifest.originator, time_s))
        if manifest.members and not outside:
            return ()
    return (AlarmKind.GHOST_READER,)


def rests_ahead(manifest: wire.Manifest, directory: Directory) -> bool:
    """Whether the manifest rests on a newer directory than `directory`."""
    return manifest.directory_version > directory.version


def ghosts_after_refresh(
    manifest: wire.Manifest, directory: Directory, now_s: int
) -> tuple[AlarmKind, ...]:
    """As `ghosts`, of a manifest that rested ahead, by the directory that was fetched since: also where
    nobody can fetch the version that it rests on.
    """
    if rests_ahead(manifest, directory):
        return (AlarmKind.GHOST_READER,)
    return ghosts(manifest, directory, now_s)


def manifest_alarm(kind: AlarmKind, manifest: wire.Manifest) -> Alarm:
    """The alarm about a manifest; its audience stands where a log has its region."""
    scope = manifest.audience.hex()
    return Alarm(kind, manifest.originator, "manifests", scope, counter=manifest.generation)


def open_wrap(wrap: wire.Wrap, manifest: wire.Manifest, key: XWingPrivate) -> bytes:
    """The generation's 32-byte secret. Raises CannotOpenError unless it matches the commitment."""
    generation = GenerationId(wrap.originator, wrap.audience, wrap.generation)
    info = wrap_info(wire.SUITE, generation, wrap.recipient_key, manifest.commitment)
    secret = key.open(wrap.sealed, info)
    if len(secret) != 32 or commitment(secret, generation) != manifest.commitment:
        raise CannotOpenError
    return secret
