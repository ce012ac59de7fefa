"""Proposals: an alert typed anew, checked as firms will check it, kept on disk until it is released."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.producer.alerts.picturing import Images, with_images
from services.producer.alerts.room import Acting, Room, Who
from services.producer.alerts.signing import sign
from services.producer.documents import read_documents
from services.producer.publishing import opened
from services.producer.releasable import allowed_schemas, check_way
from services.producer.reports import family
from tocsin.core.audit_chain import Deed as Line
from tocsin.core.audit_chain import check_reason
from tocsin.core.errors import InvalidReportError, RefusedByRuleError, SettingsError
from tocsin.core.ids import own_audience, uuid7
from tocsin.core.people import Deed
from tocsin.core.primitives import random_bytes
from tocsin.core.proposals import MAX_AUDIENCES, Proposal, State, check_waiting, edited
from tocsin.core.releases import approvals_needed
from tocsin.core.report import ALERT_SCHEMA, CheckedReport

USUAL_VALIDITY_S = 30 * 86_400


@dataclass(frozen=True)
class Wish:
    """What is proposed: to whom, not before when, after which report (its own texts, for the lint), with
    which pictures (None: those that are there).
    """

    audiences: tuple[str, ...]
    not_before_s: int = 0
    source: tuple[str, ...] = field(default=(), repr=False)
    images: Images | None = field(default=None, repr=False)


def read_alert(file: str) -> dict[str, Any]:
    """The one alert in `file` (`-`: stdin), as JSON values. Raises InvalidReportError, SettingsError."""
    with opened(file) as stream:
        documents = list(read_documents(stream))
    if len(documents) != 1:
        raise SettingsError(f"{file} holds {len(documents)} alerts: propose them one by one")
    if (error := documents[0].error) is not None:
        raise error
    data = documents[0].data
    if not isinstance(data, dict):
        raise InvalidReportError([("alert", "must be an object")])
    return data


def propose(room: Room, who: Who, data: dict[str, Any], wish: Wish) -> Proposal:
    """Keep a new alert; what it does not say of itself is filled in. Raises TocsinError; then nothing is
    kept.
    """
    acting = room.acting(who, Deed.PROPOSE)
    usual = {
        "alert_id": random_bytes(16).hex(),
        "version": 1,
        "status": "active",
        "issued": room.now_s,
        "valid_until": room.now_s + USUAL_VALIDITY_S,
    }
    body = with_images(usual | data, wish.images, {})
    if body["version"] != 1:
        raise RefusedByRuleError("a later version of an alert: use tocsin alert update, clear or recall")
    if room.desk.proposals.versions(str(body["alert_id"])):
        raise RefusedByRuleError(
            "an alert of that alert_id was proposed before: leave it out for a new one"
        )
    with room.outbox_to_read() as outbox:
        if outbox is not None and outbox.items.versions("alert", str(body["alert_id"])):
            raise RefusedByRuleError("that alert was released before: use tocsin alert update")
        if missing := [one for one in _cited(body) if not _ours(outbox, one)]:
            raise RefusedByRuleError(
                f"alert {str(missing[0])[:32]} is none of ours, so nobody knows what is cited"
            )
    report_id = uuid7(room.now_s * 1_000, random_bytes(10))
    return keep_new(room, acting, body, report_id, wish)


def _cited(body: dict[str, Any]) -> list[object]:
    cites = body.get("cites")
    return cites if isinstance(cites, list) else []


def _ours(outbox: Any, alert_id: object) -> bool:
    return outbox is not None and bool(outbox.items.versions("alert", str(alert_id)))


def keep_new(room: Room, acting: Acting, body: dict[str, Any], report_id: bytes, wish: Wish) -> Proposal:
    """A proposal of this text by a person, signed by its author where two must sign."""
    if 0 < wish.not_before_s <= room.now_s:
        raise RefusedByRuleError("--not-before lies in the past: leave it out to release it at once")
    report = _checked(room, body, wish.audiences, wish.not_before_s)
    name = room.desk.proposals.new_name(room.now_s)
    proposal = Proposal(
        name,
        report_id,
        wish.audiences,
        (acting.person.handle,),
        report.body,
        room.now_s,
        source=wish.source,
        not_before_s=wish.not_before_s,
    )
    proposal = _signed_by_author(room, acting, proposal)
    details = (f"alert:{proposal.alert_id}", f"version:{proposal.version}", report.body["status"])
    told = (*details, *wish.audiences, *_pictures(proposal))
    with room.desk.deed(Line(acting.person.handle, "proposed", name, details=told)):
        room.desk.proposals.keep(proposal)
    return proposal


def _pictures(proposal: Proposal) -> tuple[str, ...]:
    return tuple(f"picture:{one['sha256'][:16]}" for one in proposal.body["images"])


def edit(room: Room, who: Who, name: str, data: dict[str, Any], images: Images | None = None) -> Proposal:
    """Another text in place of what waits: the editor becomes an author, signatures go. `images` None: the
    pictures stay.
    """
    before = room.desk.proposals.get(name)
    check_waiting(before, room.now_s)
    acting = room.acting(who, Deed.PROPOSE)
    fixed = {one: before.body[one] for one in ("alert_id", "version")}
    usual = {one: before.body[one] for one in ("status", "issued", "valid_until")}
    body = with_images(usual | data | fixed, images, before.body)
    report = _checked(room, body, before.audiences, before.not_before_s)
    after = edited(before, acting.person.handle, report.body, room.now_s)
    after = _signed_by_author(room, acting, after)
    lost = tuple(f"lost:{handle}" for handle in before.signatures)
    told = (*lost, *_pictures(after))
    with room.desk.deed(Line(acting.person.handle, "edited", name, details=told)):
        room.desk.proposals.keep(after)
    return after


def refuse(room: Room, who: Who, name: str, reason: str) -> Proposal:
    """The proposal releases nothing; its text is forgotten."""
    kept = check_reason(reason)
    proposal = room.desk.proposals.get(name)
    check_waiting(proposal, room.now_s)
    acting = room.acting(who, Deed.RELEASE)
    after = forgotten(proposal)
    with room.desk.deed(Line(acting.person.handle, "refused", name, kept)):
        room.desk.proposals.keep(after)
    return after


def forgotten(proposal: Proposal) -> Proposal:
    """The proposal, refused, without a word of what it said."""
    body = {one: proposal.body[one] for one in ("alert_id", "version", "status")}
    return replace(proposal, state=State.REFUSED, body=body, source=(), signatures={})


def audiences_of(room: Room, audiences: Sequence[str], firms: Sequence[str]) -> tuple[str, ...]:
    """Names of audiences, and firms by id or name as audiences of one. Raises SettingsError."""
    chosen = [*audiences, *(own_audience(_firm(room, one)) for one in firms)]
    if not 0 < len(chosen) <= MAX_AUDIENCES:
        raise SettingsError(f"say who it is for: 1 to {MAX_AUDIENCES} of --audience NAME and --to FIRM")
    return tuple(dict.fromkeys(chosen))


def _firm(room: Room, text: str) -> bytes:
    found = [
        one.id
        for one in room.directory.participants.values()
        if text.lower() == one.id.hex() or text.casefold() == one.name.casefold()
    ]
    if len(found) != 1:
        how_many = f"{len(found)} participants are" if found else "nobody in the directory is"
        raise SettingsError(f"--to {text}: {how_many} called so; give the id")
    return found[0]


def _checked(
    room: Room, body: dict[str, Any], audiences: Sequence[str], not_before_s: int
) -> CheckedReport:
    known = family("alert")
    report = known.check(body, room.now_s)
    for name, what in (("valid_until", "its end"), ("answer_by", "the day by which it asks for answers")):
        if not_before_s and not_before_s >= (report.body[name] or not_before_s + 1):
            raise RefusedByRuleError(
                f"it would be held until after {what}: an earlier --not-before, please"
            )
    schemas = set()
    for name in audiences:
        audience = check_way(known, report, name, (room.me, room.now_s), room.directory)
        allowed = allowed_schemas(known, audience, room.directory)
        schemas.add(known.written(report.body, allowed).schema)
    if len(schemas) > 1:
        raise RefusedByRuleError(
            "these audiences take different versions of an alert: propose it for each of them alone"
        )
    return report


def _signed_by_author(room: Room, acting: Acting, proposal: Proposal) -> Proposal:
    """Where two persons must sign, the author is the first, if the author has a release key."""
    two = any(_needs(room, proposal, name) > 1 for name in proposal.audiences)
    if two and acting.person.may_release and room.has_key(acting):
        return sign(acting, proposal, room.directory)
    return proposal


def _needs(room: Room, proposal: Proposal, name: str) -> int:
    audience = room.directory.audience_named(name)
    return (
        0 if audience is None else approvals_needed(ALERT_SCHEMA, proposal.body, audience, room.directory)
    )
