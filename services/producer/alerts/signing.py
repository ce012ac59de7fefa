"""What people sign: one version of an alert, for each audience that it goes to."""

from __future__ import annotations

from services.producer.addressing import unreleased
from services.producer.alerts.room import Acting, Room
from services.producer.reports import family
from tocsin.core.ids import audience_id
from tocsin.core.proposals import Proposal, signed
from tocsin.core.signatures import approve
from tocsin.core.wire import Item


def item_of(proposal: Proposal, audience: str | None = None) -> Item:
    """The item that leaves; with the approvals of everybody who signed for `audience`."""
    known = family("alert")
    signed_for = [one.get(audience) for one in proposal.signatures.values()] if audience else []
    approvals = tuple(one for one in signed_for if one is not None)
    body = known.codec.encode(proposal.body)
    return Item(known.schema, proposal.report_id, proposal.version, body, approvals)


def sign(acting: Acting, proposal: Proposal) -> Proposal:
    """With this person's signature for every audience beside those of others."""
    item = item_of(proposal)
    signatures = {
        name: approve(acting.key, acting.key_id, audience_id(name), item) for name in proposal.audiences
    }
    return signed(proposal, acting.person.handle, signatures)


def still_missing(room: Room, proposal: Proposal) -> list[str]:
    """Why the alert may not leave yet, audience by audience; empty if it may."""
    reasons = []
    for name in proposal.audiences:
        audience = room.directory.audience_named(name)
        if audience is None:
            reasons.append(f"the directory has no audience {name}")
            continue
        item = item_of(proposal, name)
        if item.schema not in room.directory.schemas:
            reasons.append("the directory does not have the schema of alerts of this version")
        elif (reason := unreleased(item, room.me, room.now_s, audience, room.directory)) is not None:
            reasons.append(reason)
    return reasons
