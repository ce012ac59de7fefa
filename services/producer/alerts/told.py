"""`tocsin alert …`, with what its user must know and do next. What is done is in the modules beside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from services.producer.accept import Acceptance
from services.producer.alerts import following, linting, previewing, writing_alerts
from services.producer.alerts.handing_over import HandedOver, hand_over
from services.producer.alerts.picturing import Images
from services.producer.alerts.releasing import Consent, UnacknowledgedError, approve
from services.producer.alerts.room import Room, Who, open_room
from services.producer.alerts.signing import still_missing
from services.producer.alerts.sources import texts_of
from services.producer.alerts.writing_alerts import Wish, audiences_of, read_alert
from services.producer.clocks import Clocks
from services.producer.issuing import issuer_of
from services.producer.publishing import Ask, exit_of, publish_waiting
from services.producer.receipts import print_receipts
from tocsin.adapters.whole_files import write_whole
from tocsin.core.audit_chain import BY_THE_HOME, check_reason
from tocsin.core.audit_chain import Deed as Line
from tocsin.core.errors import HeldElsewhereError, RefusedByRuleError, SettingsError
from tocsin.core.people import Deed
from tocsin.core.proposals import Proposal, State
from tocsin.runtime import console
from tocsin.runtime.exits import Exit
from tocsin.runtime.times import clock_time, iso_time, read_time

COLUMNS = (
    "name",
    "state",
    "status",
    "version",
    "authors",
    "approved_by",
    "audiences",
    "held_until",
    "expires",
)


def new(
    ask: Ask, who: Who, file: str, audiences: tuple[list[str], list[str]], more: dict[str, Any]
) -> None:
    """Propose the alert in a file, with the pictures in `more`. Raises TocsinError."""
    data = read_alert(file)
    not_before_s = _time_s(more["not_before"]) if more["not_before"] else 0
    with open_room(ask) as room:
        source = _source(room, more["source"])
        wish = Wish(audiences_of(room, *audiences), not_before_s, source, more["images"])
        _told_proposal(room, writing_alerts.propose(room, who, data, wish), as_json=ask.as_json)


def edit(ask: Ask, who: Who, name: str, file: str, images: Images | None) -> None:
    """Put another text in place of a proposal's, `images` in place of its pictures. Raises TocsinError."""
    data = read_alert(file)
    with open_room(ask) as room:
        proposal = writing_alerts.edit(room, who, name, data, images)
        console.say(f"{name} has another text: whoever approved it before must approve it again")
        _told_proposal(room, proposal, as_json=ask.as_json)


def update(ask: Ask, who: Who, alert: str, file: str, images: Images | None) -> None:
    """Propose another version of a released alert. Raises TocsinError."""
    data = read_alert(file)
    with open_room(ask) as room:
        proposal, before = following.update(room, who, alert, data, images)
        _told_reach(before)
        _told_proposal(room, proposal, as_json=ask.as_json)


def end(ask: Ask, who: Who, alert: str, status: str, texts: tuple[str, str | None]) -> None:
    """Propose that an alert is cleared or recalled. Raises TocsinError."""
    reason, advice = check_reason(texts[0]), texts[1]
    with open_room(ask) as room:
        proposal, before = following.end(room, who, alert, status, advice)
        with room.desk.deed(Line(who.handle, f"asked that it be {status}", proposal.name, reason)):
            pass
        if before.left:
            _told_reach(before)
        else:
            console.say("the alert has not left: once this is released it never will, and nobody is told")
        _told_proposal(room, proposal, as_json=ask.as_json)


def refuse(ask: Ask, who: Who, name: str, reason: str) -> None:
    """Refuse a proposal. Raises TocsinError."""
    with open_room(ask) as room:
        writing_alerts.refuse(room, who, name, reason)
        console.say(f"{name} is refused: nothing of it leaves, and its text is forgotten")


def release(ask: Ask, who: Who, name: str, consent: Consent) -> Exit:
    """Approve a proposal, and publish it once enough people have. Raises TocsinError."""
    with open_room(ask) as room:
        try:
            proposal, missing = approve(room, who, name, consent)
        except UnacknowledgedError as error:
            linting.print_findings(list(error.findings), as_json=ask.as_json)
            raise
        if missing:
            console.say(f"approved by {who.handle}; not released yet: {'; '.join(dict.fromkeys(missing))}")
            return Exit.INCOMPLETE
        console.say(f"{name} is released")
        if proposal.not_before_s > room.now_s:
            console.say(f"it is held in the outbox until {clock_time(proposal.not_before_s)}")
        return _publish(room, name)


def _publish(room: Room, name: str) -> Exit:
    me = room.me
    try:
        with room.participant.outbox() as outbox:
            issuer = issuer_of(room.participant.home)
            acceptance = Acceptance(outbox, me, Clocks(), lambda: room.directory, issuer)
            found = hand_over(room.desk, outbox, acceptance, room.directory).get(name, HandedOver())
            publish_waiting(room.participant, room.ask, room.client, outbox)
            # Each audience answers for the same item.
            once = list({one.item: one for one in found.accepted}.values())
            states = print_receipts(outbox.status, once, as_json=room.ask.as_json)
    except HeldElsewhereError:
        console.say("the producer service that runs here takes it into the outbox and publishes it")
        return Exit.WHOLE
    if found.why_not is not None:
        console.warn(f"nothing of it leaves: {found.why_not}")
    return Exit.REFUSED if found.refused else exit_of(states)


def list_proposals(ask: Ask, *, everything: bool) -> None:
    """Print what waits, or all there is. Raises TocsinError."""
    with open_room(ask) as room:
        now_s = room.now_s
        if room.directory.is_near(now_s):
            with room.desk.upkeep():
                room.desk.proposals.forget_old(now_s)
        rows = [_row(room, one) for one in room.desk.proposals.all()]
    if not everything:
        rows = [row for row in rows if row["state"] in {State.WAITING, State.RELEASING}]
    console.rows(rows, COLUMNS, as_json=ask.as_json)


def preview(ask: Ask, who: Who | None, name: str, sector: str, form: tuple[str, Path | None]) -> None:
    """Show a proposal as a firm of a sector will see it. Raises TocsinError."""
    kind, out = form
    if kind not in previewing.FORMATS:
        raise SettingsError(f"--format {kind}: use {', '.join(previewing.FORMATS)}")
    with open_room(ask) as room:
        proposal = _with_its_text(room, name)
        told = previewing.shown(previewing.as_sent(proposal, sector), kind)
        seen_by = BY_THE_HOME if who is None else room.acting(who, Deed.PREVIEW).person.handle
        with room.desk.deed(Line(seen_by, "previewed", name, details=(sector, kind))):
            pass
    if out is None:
        console.data(told)
    else:
        write_whole(out, told.encode())
        console.say(f"{out}: open it in a browser; delete it when you have seen it")


def lint(ask: Ask, name: str) -> Exit:
    """Print the doubts about a proposal; REFUSED where there are any. Raises TocsinError."""
    with open_room(ask) as room:
        found = linting.findings_of(room, _with_its_text(room, name))
    linting.print_findings(found, as_json=ask.as_json)
    console.say(linting.doubts(len(found)) if found else "the lint found nothing to doubt")
    return Exit.REFUSED if found else Exit.WHOLE


def _with_its_text(room: Room, name: str) -> Proposal:
    """The proposal of that name. Raises RefusedByRuleError, also where its text was forgotten."""
    proposal = room.desk.proposals.get(name)
    if proposal.state is State.REFUSED:
        raise RefusedByRuleError(f"{name} is refused, and its text was forgotten")
    return proposal


def _told_proposal(room: Room, proposal: Proposal, *, as_json: bool) -> None:
    console.rows([_row(room, proposal)], COLUMNS, as_json=as_json)
    if found := linting.findings_of(room, proposal):
        many = linting.doubts(len(found))
        console.warn(f"{many}: tocsin alert lint {proposal.name} shows each with its place")
    for reason in dict.fromkeys(still_missing(room, proposal)):
        console.say(f"waits for release: {reason}")
    console.say(
        f"next: another person looks at it with tocsin alert preview {proposal.name}, then approves"
    )


def _told_reach(before: following.Earlier) -> None:
    console.say(f"it goes to everybody whom it reached: {', '.join(before.audiences)}")
    for name in before.out_of_reach:
        console.warn(f"{name} was reached and takes no part any more: tell it otherwise")


def _row(room: Room, one: Proposal) -> dict[str, Any]:
    state = one.state_at(room.now_s)
    waits = state is State.WAITING
    return {
        "name": one.name,
        "alert_id": one.alert_id,
        "state": state,
        "status": one.body.get("status"),
        "version": one.version,
        "authors": list(one.authors),
        "approved_by": list(one.signatures),
        "alone": one.alone,
        "audiences": list(one.audiences),
        "held_until": iso_time(one.not_before_s) if one.not_before_s else None,
        "expires": iso_time(one.expires_at_s) if waits else None,
    }


def _source(room: Room, text: str | None) -> tuple[str, ...]:
    """The own texts of the report that the alert is written after: a file, or a reference of ours."""
    return () if text is None else texts_of(room, text)


def _time_s(text: str) -> int:
    try:
        return read_time(text)
    except ValueError as error:
        raise SettingsError(f"--not-before {text!r}: use a time such as 2026-11-30T08:00Z") from error
