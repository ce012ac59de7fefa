"""What people released enters the outbox: by the command that completed it, or by the service that runs.

Done twice it is done once: the same bytes under the same report are the same item. What the rules of the
moment forbid after all is refused, and the log says so. The end of an alert that nobody was sent is sent to
nobody: it would be the first that firms hear of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.producer.accept import Acceptance, Submission
from services.producer.alerts.signing import item_of
from services.producer.alerts.writing_alerts import forgotten
from services.producer.importing.run_import import Fate
from services.producer.receipts import Accepted
from services.producer.reports import family
from tocsin.adapters.desk.store import Desk
from tocsin.adapters.outbox.store import Outbox
from tocsin.core.alert_rules import ENDED
from tocsin.core.audit_chain import BY_RULE
from tocsin.core.audit_chain import Deed as Line
from tocsin.core.directory import Directory
from tocsin.core.errors import InvalidReportError, RefusedByRuleError
from tocsin.core.proposals import Proposal, State
from tocsin.core.report import CheckedReport
from tocsin.core.streams import GLOBAL, INBOX
from tocsin.core.wire import Approval, Item


class _Signed:
    """A signature that a person made before, for one audience."""

    def __init__(self, approval: Approval) -> None:
        self._approval = approval

    def __call__(self, _audience: bytes, _item: Item, /) -> Approval:
        """The signature; whether it fits is judged when the item is sealed, and by every reader."""
        return self._approval


NEVER_LEFT = "the alert had not left: nobody was sent it, so nobody is told of its end"


@dataclass(frozen=True)
class HandedOver:
    """What the outbox `accepted` of a release; `why_not` nothing of it leaves; `refused`: by a rule."""

    accepted: tuple[Accepted, ...] = ()
    why_not: str | None = None
    refused: bool = False


def hand_over(
    desk: Desk, outbox: Outbox, acceptance: Acceptance, directory: Directory
) -> dict[str, HandedOver]:
    """Accept all that is being released, the oldest first: what became of each, by name. TocsinError."""
    done = {}
    for proposal in desk.proposals.in_state(State.RELEASING):
        try:
            found = _accept(proposal, outbox, acceptance, directory)
        except (RefusedByRuleError, InvalidReportError) as error:
            line = Line(BY_RULE, "refused by rule", proposal.name, str(error)[:300])
            with desk.deed(line):
                desk.proposals.keep(forgotten(proposal))
            done[proposal.name] = HandedOver(why_not=str(error), refused=True)
        else:
            did = "entered the outbox" if found.accepted else "held it back before it left"
            done[proposal.name] = found
            with desk.deed(Line(BY_RULE, did, proposal.name)):
                desk.proposals.keep(replace(proposal, state=State.RELEASED, source=()))
    return done


def _accept(proposal: Proposal, outbox: Outbox, acceptance: Acceptance, directory: Directory) -> HandedOver:
    report = acceptance.check("alert", proposal.body)
    report = replace(report, regions=_regions(report, outbox))
    submissions = [
        Submission(
            "alert",
            report,
            audience,
            update=proposal.version > 1,
            approvers=tuple(map(_Signed, item_of(proposal, directory, audience).approvals)),
            report_id=proposal.report_id,
            not_before_s=proposal.not_before_s,
        )
        for audience in proposal.audiences
    ]
    if report.body["status"] in ENDED:
        with outbox.transaction():
            reason = f"the alert was {report.body['status']} before this left"
            outbox.reach.hold_back("alert", proposal.alert_id, proposal.version, reason)
        if not outbox.reach.of("alert", proposal.alert_id).left:
            return HandedOver(why_not=NEVER_LEFT)
    answers = acceptance.accept(submissions)
    if any(one.fate is Fate.CONFLICT for one in answers):
        raise RefusedByRuleError("another alert has its id: propose it anew without an alert_id")
    return HandedOver(tuple(answers))


def _regions(report: CheckedReport, outbox: Outbox) -> tuple[str, ...]:
    """A later version goes wherever an earlier one went, too."""
    if report.body["version"] == 1:
        return report.regions
    places = outbox.reach.of(family("alert").name, str(report.reference)).places
    before = tuple(region for stream, region in places if stream != INBOX)
    if before and report.regions == (GLOBAL,):
        return before  # a clearance says no countries
    return tuple(dict.fromkeys((*report.regions, *before)))
