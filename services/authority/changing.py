"""Changes of participants: each is a new entry, looked at before it is signed, with its reason kept.

A reason that stands in the directory is a word of a closed list; what people say beside it stays in
`decisions.jsonl` of the authority's own folder, and is never published.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from services.authority.effects import effects
from services.authority.office import Office
from services.authority.regional_office import refused_as
from tocsin.adapters.private_files import storage_errors
from tocsin.core.directory import Directory, participant_target
from tocsin.core.enrolment import Request
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.participants import (
    MAX_CONTACT_CHARACTERS,
    MAX_PREFIXES,
    Participant,
    check_agreement,
    check_prefix,
    is_contact,
    write_participant,
)
from tocsin.core.public_keys import Final, PublicKey
from tocsin.core.standing import NO_DAY, Ended, Suspension

DECISIONS = "decisions.jsonl"
MAX_NOTE_CHARACTERS = 2_000
CARRIERS = frozenset({"postal", "courier"})

Change = Callable[[Participant], Participant]


@dataclass(frozen=True)
class Decision:
    """A change of one participant: what is done, why, and what it means for whom."""

    verb: str
    participant: Participant
    effects: list[str]
    note: str


def decide(office: Office, id_: bytes, verb: str, note: str, change: Change) -> Decision:
    """What `change` would do; nothing is written. Raises RefusedByRuleError."""
    if len(note) > MAX_NOTE_CHARACTERS or not note.replace("\n", " ").isprintable():
        raise RefusedByRuleError(f"a note is printable text of at most {MAX_NOTE_CHARACTERS} characters")
    before = office.directory()
    participant = change(present(before, id_))
    _refuse_doubled_keys(before, participant)
    entry = write_participant(participant)
    target = participant_target(id_)
    after = office.directory_with({target: entry})
    if reason := after.refused.get(refused_as(office, target)):
        raise RefusedByRuleError(f"{participant.name}: {reason}")
    told = effects(before, after, id_, office.now_s())
    if not told:
        raise RefusedByRuleError(f"{participant.name}: that changes nothing")
    if office.region is None and id_ in before.list_of:
        told.append("the top list takes it over: what its regional registrar signs of it counts no more")
    return Decision(verb, participant, told, note)


def _refuse_doubled_keys(directory: Directory, participant: Participant) -> None:
    ours = {key.id for key in participant.keys}
    for other in directory.participants.values():
        if other.id != participant.id and (doubled := ours & {key.id for key in other.keys}):
            raise RefusedByRuleError(f"key {min(doubled).hex()}: another participant has it, {other.name}")


def carry_out(office: Office, decision: Decision) -> None:
    """Sign and store the entry, or propose it to the registrars, and keep the decision with its note.

    Raises StorageError.
    """
    participant = decision.participant
    office.put({participant_target(participant.id): write_participant(participant)})
    _record(office, decision)


def _record(office: Office, decision: Decision) -> None:
    line = {
        "at_s": office.now_s(),
        "verb": decision.verb,
        "participant": decision.participant.id.hex(),
        "name": decision.participant.name,
        "effects": decision.effects,
        "note": decision.note,
        "proposal": None if office.proposed is None else office.proposed.name,
    }
    path = office.home.path / DECISIONS
    with storage_errors(path):
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def present(directory: Directory, id_: bytes) -> Participant:
    """The participant `id_`. Raises RefusedByRuleError where there is none."""
    participant = directory.participants.get(id_)
    if participant is None:
        raise RefusedByRuleError(
            f"there is no participant {id_.hex()}: tocsin authority participant list shows them"
        )
    return participant


def new_agreement(reference: str, ends_s: int, now_s: int) -> Change:
    """Another agreement, or another end of it."""
    if ends_s <= now_s:
        raise RefusedByRuleError("that end has passed: to end a participation use expel")
    check_agreement(reference)
    return lambda one: replace(_going_on(one), agreement=reference, agreement_ends_s=ends_s)


def new_contact(contact: str) -> Change:
    """How an office is reached: what firms are shown of their sponsor. Empty takes it away."""
    if contact and not is_contact(contact):
        raise RefusedByRuleError(
            f"a contact is printable text of at most {MAX_CONTACT_CHARACTERS} characters"
        )
    return lambda one: replace(_going_on(one), contact=contact or None)


def new_prefixes(prefixes: Sequence[str]) -> Change:
    """How a carrier's own numbers begin, in place of what the entry says; none: any may be its own."""
    kept = tuple(dict.fromkeys(map(check_prefix, prefixes)))
    if len(kept) > MAX_PREFIXES:
        raise RefusedByRuleError(f"a participant has at most {MAX_PREFIXES} prefixes, {len(kept)} given")

    def change(one: Participant) -> Participant:
        if one.sector not in CARRIERS:
            raise RefusedByRuleError(
                f"{one.name} is no carrier: postal operators and couriers have prefixes"
            )
        return replace(_going_on(one), prefixes=kept)

    return change


def suspend(reason: str, until_s: int | None, now_s: int) -> Change:
    """No part from now on, until `until_s` (None: until resumed)."""
    end = NO_DAY if until_s is None else until_s
    if end <= now_s:
        raise RefusedByRuleError("that end has passed")

    def change(one: Participant) -> Participant:
        if not _going_on(one).in_force(now_s):
            raise RefusedByRuleError(f"{one.name} takes no part now: there is nothing to suspend")
        return replace(one, suspensions=(*one.suspensions, Suspension(now_s, end, reason)))

    return change


def resume(now_s: int) -> Change:
    """What suspends now, ends now; it stays in the entry, since it was so."""

    def change(one: Participant) -> Participant:
        cut = [replace(each, until_s=now_s) if each.covers(now_s) else each for each in one.suspensions]
        lasted = tuple(each for each in cut if each.from_s < each.until_s)
        return replace(_going_on(one), suspensions=lasted)

    return change


def expel(reason: str, final: Final, now_s: int) -> Change:
    """No part any more. Each record key is retired with `final`: nothing behind it is believed."""

    def change(one: Participant) -> Participant:
        keys = tuple(
            replace(key, final=final) if key.purpose == "record" and key.in_use else key for key in one.keys
        )
        return replace(_going_on(one), ended=Ended(now_s, reason), keys=keys)

    return change


def new_folder(request: Request, final: Final, now_s: int) -> Change:
    """All keys anew: who lost its folder or its statement key applied again. The old ones are revoked, a
    record key with `final`.
    """

    def change(one: Participant) -> Participant:
        if (request.name, request.country) != (one.name, one.country):
            raise RefusedByRuleError(
                f"the request is of {request.name} ({request.country}), "
                f"the entry of {one.name} ({one.country})"
            )
        old = tuple(_revoked(key, final, now_s) if key.in_use else key for key in one.keys)
        return replace(_going_on(one), keys=(*old, *request.keys))

    return change


def _revoked(key: PublicKey, final: Final, now_s: int) -> PublicKey:
    heads = final if key.purpose == "record" else None
    return replace(key, final=heads, revoked_at_s=now_s, not_after_s=max(key.not_before_s + 1, now_s))


def _going_on(one: Participant) -> Participant:
    if one.ended is not None:
        raise RefusedByRuleError(f"{one.name} has ended: whoever comes back is admitted anew")
    return one
