"""What people sign: one version of an alert, for each audience that it goes to."""

from __future__ import annotations

from services.producer.alerts.room import Acting, Room
from services.producer.releasable import allowed_schemas, unreleased
from services.producer.reports import family
from tocsin.core.directory import Directory
from tocsin.core.ids import audience_id
from tocsin.core.proposals import Proposal, signed
from tocsin.core.signatures import approve
from tocsin.core.wire import Item


def item_of(proposal: Proposal, directory: Directory, audience: str) -> Item:
    """The item that leaves for `audience`, with the approvals of everybody who signed for it.

    Raises RefusedByRuleError where the audience takes no version of the schema that holds it.
    """
    known, rule = family("alert"), directory.audience_named(audience)
    allowed = None if rule is None else allowed_schemas(known, rule, directory)
    written = known.written(proposal.body, allowed)
    signed_for = [one.get(audience) for one in proposal.signatures.values()]
    approvals = tuple(one for one in signed_for if one is not None)
    return Item(written.schema, proposal.report_id, proposal.version, written.body, approvals)


def sign(acting: Acting, proposal: Proposal, directory: Directory) -> Proposal:
    """With this person's signature for every audience beside those of others."""
    signatures = {
        name: approve(acting.key, acting.key_id, audience_id(name), item_of(proposal, directory, name))
        for name in proposal.audiences
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
        item = item_of(proposal, room.directory, name)
        if item.schema not in room.directory.schemas:
            reasons.append("the directory does not have the schema of alerts of this version")
        elif (reason := unreleased(item, room.me, room.now_s, audience, room.directory)) is not None:
            reasons.append(reason)
    return reasons
