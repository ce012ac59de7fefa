"""Release: a person who did not write it signs it, with a key that opens for them alone.

What was doubted must be acknowledged by name. The signature and the line in the log are on disk before the
alert enters the outbox; a crash between leaves a release that the next command, or the service, completes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.producer.alerts.linting import doubts, findings_of
from services.producer.alerts.room import Room, Who
from services.producer.alerts.signing import sign, still_missing
from tocsin.core.alert_lint import Finding
from tocsin.core.audit_chain import Deed as Line
from tocsin.core.audit_chain import check_reason
from tocsin.core.errors import RefusedByRuleError, UntrustedError
from tocsin.core.people import Deed
from tocsin.core.proposals import Proposal, State, check_releaser, check_waiting
from tocsin.runtime import console


class UnacknowledgedError(RefusedByRuleError):
    """The lint found what nobody acknowledged. `findings` are those."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(
            f"{doubts(len(findings))} not acknowledged: edit it, or name each with --despite KEY"
        )


@dataclass(frozen=True)
class Consent:
    """Why it is released, in spite of which doubts, and whether by one person (a safety notice)."""

    reason: str
    despite: tuple[str, ...] = ()
    alone: bool = False


def approve(room: Room, who: Who, name: str, consent: Consent) -> tuple[Proposal, list[str]]:
    """Sign it; the proposal, and what is still missing (empty: it is being released).

    Raises NotThisPersonError for an author, UnacknowledgedError, RefusedByRuleError, KeyUnusableError,
    UntrustedError where the log was tampered with anywhere; then nothing is signed.
    """
    reason = check_reason(consent.reason)
    _check_log(room)
    before = room.desk.proposals.get(name)
    proposal = _by_who_is_there(room, before)
    check_waiting(proposal, room.now_s)
    person = room.person(who, Deed.RELEASE)
    lane = fast_lane(room, proposal)
    check_releaser(proposal, person.handle, alone=consent.alone, fast_lane=lane)
    found = findings_of(room, proposal)
    if unknown := [key for key in consent.despite if key not in {one.key for one in found}]:
        raise RefusedByRuleError(f"--despite {unknown[0]}: the lint found no such doubt")
    if left := [one for one in found if one.key not in consent.despite]:
        raise UnacknowledgedError(left)
    acting = room.acting(who, Deed.RELEASE)
    if not room.has_key(acting):
        raise RefusedByRuleError(
            f"the directory does not have the release key of {person.handle} in force: tocsin people "
            "request makes the change for the authority, then tocsin send reads its directory"
        )
    after = replace(sign(acting, proposal, room.directory), alone=consent.alone)
    missing = still_missing(room, after)
    if not missing:
        after = replace(after, state=State.RELEASING)
    did = "released alone" if consent.alone else "approved"
    details = tuple(f"despite {key}" for key in consent.despite)
    details += tuple(f"lost:{handle}" for handle in before.signatures if handle not in proposal.signatures)
    with room.desk.deed(Line(person.handle, did, name, reason, details)):
        room.desk.proposals.keep(after)
    return after, missing


def _check_log(room: Room) -> None:
    """Raises UntrustedError where a line of the log was changed, removed or moved, wherever it stands."""
    try:
        room.desk.audit.verify()
    except UntrustedError as error:
        raise UntrustedError(
            f"the audit log is not as it was written, and nothing is released upon it: {error}; once that "
            "is cleared up, an administrator goes on with tocsin audit restart"
        ) from None


def _by_who_is_there(room: Room, proposal: Proposal) -> Proposal:
    """Without the signatures of people who were disabled since they signed; said where there were any."""
    people = room.desk.people
    gone = [handle for handle in proposal.signatures if people.get(handle).disabled_at_s is not None]
    for handle in gone:
        console.warn(f"{handle} signed {proposal.name} and is disabled since: that counts no more")
    kept = {handle: one for handle, one in proposal.signatures.items() if handle not in gone}
    return replace(proposal, signatures=kept)


def fast_lane(room: Room, proposal: Proposal) -> bool:
    """Whether every audience of it says that one person may release a safety notice."""
    found = [room.directory.audience_named(name) for name in proposal.audiences]
    return all(one is not None and one.safety_approvals == 1 for one in found)
