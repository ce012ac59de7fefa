"""Later versions of an alert: updated, cleared, recalled, and to whom they go.

A clearance goes to everybody whom any version before it reached: to the same audiences in the same places,
and to each firm that has left them since in its own inbox. Whoever takes no part any more is named, since
nothing can be sent there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.producer.alerts.picturing import Images, with_images
from services.producer.alerts.room import Room, Who
from services.producer.alerts.writing_alerts import USUAL_VALIDITY_S, Wish, keep_new
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.ids import audience_id, own_audience
from tocsin.core.people import Deed
from tocsin.core.proposals import Proposal, State

# What an alert that has ended still says: what it was, and nothing of where, what to look for or whom.
_KEPT = ("alert_id", "kind", "sectors", "title", "language", "event_month", "tlp", "exercise")
MAX_REACHED = 1_000


@dataclass(frozen=True)
class Earlier:
    """The last released version of an alert, whom all versions reached, and who cannot be told any more.
    `left`: whether anything of it was sent yet.
    """

    proposal: Proposal
    report_id: bytes
    audiences: tuple[str, ...]
    out_of_reach: tuple[str, ...]
    left: bool


def released(room: Room, text: str) -> Proposal:
    """The newest released version of the alert that `text` names: its id or the beginning of it, or a
    proposal's name.

    Raises RefusedByRuleError.
    """
    proposals = room.desk.proposals
    named = text.startswith("ALERT-")
    versions = proposals.versions(proposals.get(text).alert_id if named else proposals.alert_named(text))
    done = [one for one in versions if one.state is State.RELEASED]
    if not done:
        raise RefusedByRuleError(f"no alert {text} was released here: tocsin alert list --all shows them")
    if waiting := [one for one in versions if one.version > done[0].version and _open(room, one)]:
        raise RefusedByRuleError(
            f"{waiting[0].name} waits already for that alert: release or refuse it first"
        )
    return done[0]


def _open(room: Room, one: Proposal) -> bool:
    return one.state_at(room.now_s) in {State.WAITING, State.RELEASING}


def earlier(room: Room, text: str) -> Earlier:
    """What a later version follows. Raises RefusedByRuleError."""
    last = released(room, text)
    with room.outbox_to_read() as outbox:
        held = [] if outbox is None else outbox.items.versions("alert", last.alert_id)
        if outbox is None or not held:
            raise RefusedByRuleError(f"{last.name} is not in the outbox: it reached nobody")
        reached = outbox.reach.of("alert", last.alert_id)
    if not reached.audiences:
        raise RefusedByRuleError(f"{last.name} was held back before it left: nothing follows it")
    extra, gone = _left_since(room, reached.audiences, reached.members)
    if len(extra) > MAX_REACHED:
        raise RefusedByRuleError(f"over {MAX_REACHED} firms have left those audiences: tell them otherwise")
    return Earlier(last, held[0].report_id, (*reached.audiences, *extra), gone, reached.left)


def _left_since(
    room: Room, audiences: tuple[str, ...], members: frozenset[bytes]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(own audiences of who was reached and is in none of `audiences` now, names of who takes no part)."""
    directory, now_s = room.directory, room.now_s
    still = {one for name in audiences for one in directory.members(audience_id(name), room.me, now_s)}
    extra, gone = [], []
    for id_ in sorted(members - still):
        one = directory.participants.get(id_)
        if one is not None and one.in_force(now_s):
            extra.append(own_audience(id_))
        else:
            gone.append(id_.hex() if one is None else one.name)
    return tuple(extra), tuple(gone)


def end(room: Room, who: Who, text: str, status: str, advice: str | None) -> tuple[Proposal, Earlier]:
    """Propose that an alert is cleared or recalled. Raises TocsinError; then nothing is kept."""
    acting = room.acting(who, Deed.PROPOSE)
    before = earlier(room, text)
    last = before.proposal
    body: dict[str, Any] = {one: last.body.get(one) for one in _KEPT} | {
        "version": last.version + 1,
        "status": status,
        "issued": room.now_s,
        "valid_until": room.now_s + USUAL_VALIDITY_S,
        "action": "observe",
        "advice": advice,
    }
    wish = Wish(before.audiences)
    return keep_new(room, acting, body, before.report_id, wish), before


def update(
    room: Room, who: Who, text: str, data: dict[str, Any], images: Images | None = None
) -> tuple[Proposal, Earlier]:
    """Propose another text of an alert that was released; `images` None: its pictures stay.

    Raises TocsinError; then nothing is kept.
    """
    acting = room.acting(who, Deed.PROPOSE)
    before = earlier(room, text)
    last = before.proposal
    usual = {"issued": room.now_s, "valid_until": room.now_s + USUAL_VALIDITY_S}
    fixed = {"alert_id": last.alert_id, "version": last.version + 1, "status": "updated"}
    body = with_images(usual | data | fixed, images, last.body)
    # What is held until a time is not told before by a later version.
    held_s = last.not_before_s if last.not_before_s > room.now_s else 0
    return keep_new(room, acting, body, before.report_id, Wish(before.audiences, held_s)), before
