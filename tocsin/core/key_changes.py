"""Law: how a participant's keys are replaced: new ones are added, old ones retired, by its own word.

It guarantees that a change holds only under a statement key that the directory has in force, that
nobody else's keys are touched, and that an older change never undoes a newer one. That the new keys
are held is left to `challenge`; when a publisher takes up a new key, to the producer.
Source: wire format, "Key changes".
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tocsin.core import canonical_json, json_fields
from tocsin.core.errors import MalformedError, RefusedByRuleError, UntrustedError
from tocsin.core.ids import parse_id
from tocsin.core.participants import MAX_KEYS, Participant
from tocsin.core.primitives import CompositePrivate, sha256, verify_composite
from tocsin.core.public_keys import (
    Final,
    PublicKey,
    final_records,
    key_record,
    read_final,
    read_key,
)

MAX_CHANGE_BYTES = 65_536
MAX_AGE_S = 30 * 86_400
MAX_AHEAD_S = 300
FORGET_AFTER_S = 731 * 86_400  # no record under a key lives so long after the key's end
LABEL = b"tocsin/1/key-change\0"
PLANNED, STOLEN = "planned", "stolen"
_MARK = "tocsin_key_change"
_SIGNED = (_MARK, "participant", "made_at_s", "signing_key", "keys", "retire")


@dataclass(frozen=True, slots=True)
class Retirement:
    """One key that goes: a `stolen` one is revoked, a `planned` one only ends.

    `final`: of a record key, log -> last head; what lies behind it is not ours.
    """

    key: bytes
    at_s: int
    reason: str
    final: Final | None = None


@dataclass(frozen=True, slots=True)
class KeyChange:
    """`keys`: the new ones. `signing_key`: the statement key that signs the change."""

    participant: bytes
    made_at_s: int
    signing_key: bytes
    keys: tuple[PublicKey, ...]
    retire: tuple[Retirement, ...]


@dataclass(frozen=True, slots=True)
class SignedChange:
    """A change as it was handed in; `digest` (SHA-256) is what people compare."""

    change: KeyChange
    digest: bytes
    signed: bytes
    signature: bytes


def write_key_change(change: KeyChange, statement: CompositePrivate) -> bytes:
    """The file for the authority, signed by the key that `change.signing_key` names."""
    record = {
        _MARK: 1,
        "participant": change.participant.hex(),
        "made_at_s": change.made_at_s,
        "signing_key": change.signing_key.hex(),
        "keys": [key_record(key) for key in change.keys],
        "retire": [_retirement_record(one) for one in change.retire],
    }
    signature = statement.sign(LABEL, LABEL + canonical_json.dump(record))
    return canonical_json.dump(record | {"signature": b64encode(signature).decode()})


def read_key_change(data: bytes) -> SignedChange:
    """The change in `data`, its signature not looked at yet. Raises MalformedError, UntrustedError."""
    record = json_fields.load_object(data, "key change")
    if record.get(_MARK) != 1:
        raise MalformedError(f'not a file with "{_MARK}": 1')
    change = KeyChange(
        parse_id(json_fields.text(record, "participant")),
        json_fields.number(record, "made_at_s"),
        parse_id(json_fields.text(record, "signing_key")),
        tuple(read_key(one) for one in json_fields.objects(record, "keys", MAX_KEYS)),
        tuple(_retirement(one) for one in json_fields.objects(record, "retire", MAX_KEYS)),
    )
    if not all(key.in_use for key in change.keys):
        raise MalformedError("a new key is retired already")
    signed = canonical_json.dump({name: record.get(name) for name in _SIGNED})
    signature = json_fields.base64_bytes(record, "signature")
    return SignedChange(change, sha256(signed), signed, signature)


def apply_key_change(one: SignedChange, participant: Participant, now_s: int) -> Participant:
    """`participant` with its keys changed. Raises UntrustedError where the change is not its word,
    RefusedByRuleError where it is too old, changes nothing, or leaves it without a key.
    """
    change = one.change
    if participant.ended is not None:
        raise RefusedByRuleError(f"{participant.name} has ended: whoever comes back is admitted anew")
    _check_signed(one, participant, now_s)
    if not change.keys and not change.retire:
        raise RefusedByRuleError("the change changes nothing")
    if not now_s - MAX_AGE_S <= change.made_at_s <= now_s + MAX_AHEAD_S:
        raise RefusedByRuleError("the change was made over 30 days ago, or is dated ahead: make it anew")
    kept = {key.id: key for key in participant.keys}
    if doubled := sorted(key.id.hex() for key in change.keys if key.id in kept):
        raise RefusedByRuleError(f"key {doubled[0]} is in the directory already")
    for retirement in change.retire:
        kept[retirement.key] = _retired(kept.get(retirement.key), retirement)
    lasting = [key for key in kept.values() if key.not_after_s >= now_s - FORGET_AFTER_S]
    changed = replace(participant, keys=(*lasting, *change.keys))
    if len(changed.keys) > MAX_KEYS:
        raise RefusedByRuleError(f"the participant would have over {MAX_KEYS} keys")
    _check_complete(changed, now_s)
    return changed


def _check_signed(one: SignedChange, participant: Participant, now_s: int) -> None:
    change = one.change
    if change.participant != participant.id:
        raise UntrustedError("the change is another participant's")
    for key in participant.keys_for("statement", now_s):
        if key.id == change.signing_key:
            verify_composite(key.public, one.signature, LABEL, LABEL + one.signed)
            return
    raise UntrustedError(
        "the change is not signed by a statement key in force: without one, apply anew with "
        "tocsin keys request"
    )


def _retired(key: PublicKey | None, retirement: Retirement) -> PublicKey:
    if key is None:
        raise RefusedByRuleError(f"key {retirement.key.hex()} is not the participant's")
    if not key.in_use:
        raise RefusedByRuleError(f"key {key.id.hex()} is retired already")
    if (key.purpose == "record") != (retirement.final is not None):
        raise RefusedByRuleError("a record key, and no other, is retired with its final heads")
    stolen = retirement.reason == STOLEN
    # Of what a planned key signed before its end nothing changes; a stolen one ends now.
    end_s = max(key.not_before_s + 1, min(key.not_after_s, retirement.at_s))
    return replace(
        key,
        not_after_s=end_s,
        final=retirement.final,
        revoked_at_s=retirement.at_s if stolen else None,
    )


def _check_complete(participant: Participant, now_s: int) -> None:
    for purpose in ("record", "statement", "kem"):
        if not participant.keys_for(purpose, now_s):
            raise RefusedByRuleError(f"the participant would be left without a {purpose} key")


def _retirement(record: Mapping[str, Any]) -> Retirement:
    reason = json_fields.text(record, "reason")
    if reason not in {PLANNED, STOLEN}:
        raise MalformedError("a key is retired as planned or stolen")
    return Retirement(
        parse_id(json_fields.text(record, "key")),
        json_fields.number(record, "at_s"),
        reason,
        read_final(record),
    )


def _retirement_record(one: Retirement) -> dict[str, Any]:
    record: dict[str, Any] = {"key": one.key.hex(), "at_s": one.at_s, "reason": one.reason}
    return record if one.final is None else record | {"final": final_records(one.final)}
