"""Law: by how many persons an item must have been released, and to whom an alert may go.

Publisher and every reader ask these same questions of the same directory. They guarantee that an alert
to one firm alone never needs fewer persons than the strictest audience of that firm, that only a safety
notice takes the fast lane, that targets go to one firm and no sector is sent what is not written for it.
That signatures are of persons is the directory's word; that they are two people, the authority's.
Source: wire format, "Approvals".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tocsin.core import wire
from tocsin.core.alert_targets import is_own
from tocsin.core.audiences import Audience
from tocsin.core.directory import Directory
from tocsin.core.errors import InvalidReportError, UntrustedError
from tocsin.core.field_checks import Problems
from tocsin.core.participants import Participant
from tocsin.core.report import ALERT_SCHEMA
from tocsin.core.signatures import verify_approval


def approving_persons(
    item: wire.Item, originator: bytes, time_s: int, audience: bytes, directory: Directory
) -> int | None:
    """How many persons have approved `item` for `audience` (id): by release keys of the originator that
    are valid at `time_s`. None where one approval does not hold: a wrong one spoils the item.
    """
    persons = set()
    for approval in item.approvals:
        owner = directory.keys.get(approval.signing_key)
        if owner is None:
            return None
        participant, key = owner
        if participant.id != originator or key.purpose != "release":
            return None
        if not key.valid_at(time_s) or not key.in_use:
            return None
        try:
            verify_approval(key.public, approval, audience, item)
        except UntrustedError:
            return None
        persons.add(key.person)
    return len(persons)


def fewest_approvals(name: str, audience: Audience, directory: Directory) -> int:
    """The fewest persons that can be enough for an item of schema `name`, before its body is read."""
    needs = (_needed(name, audience, directory, safety=safety) for safety in (False, True))
    return min(needs)


def approvals_needed(name: str, body: dict[str, Any], audience: Audience, directory: Directory) -> int:
    """How many persons must have approved an item of schema `name` with this body."""
    return _needed(name, audience, directory, safety=bool(body.get("safety_notice")))


def _needed(name: str, audience: Audience, directory: Directory, *, safety: bool) -> int:
    if name != ALERT_SCHEMA:
        return audience.approvals
    owner = directory.own_audiences.get(audience.id)
    if owner is None:
        return audience.approvals_for(safety=safety)
    if not owner.is_firm:
        return 0
    # Nobody sends past two people what goes to a firm by naming the firm instead of its audience.
    theirs = (one for one in directory.audiences.values() if one.wants(owner))
    return max([1, *(one.approvals_for(safety=safety) for one in theirs)])


def sectors_reached(audience: Audience, readers: Iterable[Participant]) -> frozenset[str]:
    """The sectors that an audience reaches: those of its rule; where it has none, those of `readers`."""
    return audience.sectors or frozenset(one.sector for one in readers if one.sector is not None)


@dataclass(frozen=True, slots=True)
class Addressed:
    """Who sends an item to whom: `sectors` are those that `audience` reaches; `prefixes` of the numbers of
    the one firm whose own audience it is.
    """

    originator: Participant | None
    audience: Audience
    sectors: frozenset[str]
    prefixes: tuple[str, ...] = ()


def check_addressed(name: str, body: dict[str, Any], version: int, way: Addressed) -> None:
    """Whether an alert may go this way, as `version` of its item; other schemas pass.

    Raises InvalidReportError with every problem.
    """
    if name != ALERT_SCHEMA:
        return
    problems: Problems = []
    if way.originator is None or way.originator.is_firm:
        problems.append(("report", "is an alert, and only governments send alerts"))
    if unmeant := sorted(way.sectors - set(body.get("sectors") or [])):
        problems.append(
            ("sectors", f"does not name {', '.join(unmeant)}, which audience {way.audience.name} reaches")
        )
    if body.get("targets") and not way.audience.is_own:
        problems.append(("targets", "may only go to one firm alone: to.<its participant id>"))
    problems += [
        (
            f"targets[{number}].value",
            "is another firm's number: the directory has other prefixes for this one",
        )
        for number, one in enumerate(body.get("targets") or ())
        if not is_own(one["type"], one["value"], way.prefixes)
    ]
    if body.get("version") != version:
        problems.append(("version", f"must be {version}: versions of an alert follow each other"))
    if problems:
        raise InvalidReportError(problems)
