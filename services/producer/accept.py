"""Accepting: a checked report becomes items in the outbox, under fsync, and gets a receipt.

The same national reference with the same content is the same report; with other content it is a
conflict, unless an update was asked for. Works with no broker, and with no directory: what today's
directory forbids is refused at once, the rest is judged again when it is sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.producer.addressing import allowed_schemas, check_way
from services.producer.clocks import Clocks
from services.producer.importing.run_import import Fate
from services.producer.receipts import Accepted
from services.producer.reports import Family, family
from tocsin.adapters.outbox.items import HeldVersion, NewItem
from tocsin.adapters.outbox.store import Outbox
from tocsin.core.audiences import Audience
from tocsin.core.directory import Directory
from tocsin.core.errors import InvalidReportError, RefusedByRuleError
from tocsin.core.ids import audience_id, uuid7
from tocsin.core.primitives import random_bytes, sha256
from tocsin.core.releases import approvals_needed
from tocsin.core.report import CheckedReport
from tocsin.core.sealing import check_size
from tocsin.core.streams import GLOBAL, INBOX
from tocsin.core.wire import Approval, Item

DIGEST_BYTES = 16


class Approver(Protocol):
    """A person's release key, open for this command."""

    def __call__(self, audience: bytes, item: Item, /) -> Approval:
        """The person's approval of `item` for `audience`."""
        ...


@dataclass(frozen=True, slots=True)
class Submission:
    """A report to accept. `audience` None means the usual one of its family.

    `report_id`: of a first version whose approvals name it already; `not_before_s`: held until then.
    """

    family: str
    report: CheckedReport = field(repr=False)
    audience: str | None = None
    update: bool = False
    approvers: tuple[Approver, ...] = ()
    report_id: bytes | None = None
    not_before_s: int = 0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A submission that today's rules allow, encoded."""

    submission: Submission
    family: Family
    audience: str
    schema: bytes
    body: bytes = field(repr=False)
    digest: bytes


class Acceptance:
    """The use case; `directory` gives the newest one that is held, or None."""

    def __init__(
        self, outbox: Outbox, me: bytes, clocks: Clocks, directory: Callable[[], Directory | None]
    ) -> None:
        self._outbox, self._me = outbox, me
        self._clocks, self._directory = clocks, directory

    def check(self, family_name: str, data: object) -> CheckedReport:
        """`data` (JSON values) as a checked report. Raises InvalidReportError with every problem."""
        return family(family_name).check(data, self._clocks.now_s())

    def accept(self, submissions: Sequence[Submission]) -> list[Accepted]:
        """Store all in one transaction; each one's fate, in order. All or nothing.

        Raises RefusedByRuleError, InvalidReportError, OutboxFullError, StorageError.
        """
        prepared = [self.prepare(one) for one in submissions]
        with self._outbox.transaction():
            return [self.store(one) for one in prepared]

    def prepare(self, submission: Submission) -> Prepared:
        """Encode, and ask the rules that today's directory has. Raises RefusedByRuleError."""
        known = family(submission.family)
        audience = submission.audience or known.usual_audience
        allowed = self._ask_directory(known, audience, submission)
        written = known.written(submission.report.body, allowed)
        digest = sha256(known.name.encode() + b"\0" + written.oldest)[:DIGEST_BYTES]
        return Prepared(submission, known, audience, written.schema, written.body, digest)

    def store(self, prepared: Prepared) -> Accepted:
        """Add it to the outbox. Call inside a transaction."""
        reference = prepared.submission.report.reference
        held = self._outbox.items.versions(prepared.family.name, reference) if reference else []
        same = next((one for one in held if one.digest == prepared.digest), None)
        if same is not None:
            self._outbox.items.add_destinations(same.item, self._item(prepared, same))
            return _answer(Fate.KNOWN, same, reference)
        if held and not prepared.submission.update:
            return _answer(Fate.CONFLICT, held[0], reference)
        version = self._next_version(held, prepared)
        _check_version(prepared, version.version)
        new = self._item(prepared, version)
        number = self._outbox.items.add(new, self._clocks.now_s())
        return Accepted(Fate.ACCEPTED, number, new.report_id, new.version, reference)

    def _item(self, prepared: Prepared, version: HeldVersion) -> NewItem:
        submission, report = prepared.submission, prepared.submission.report
        own = Audience(prepared.audience).is_own
        places = [(INBOX, GLOBAL)] if own else [(report.stream, one) for one in report.regions]
        schema = prepared.schema
        item = Item(schema, version.report_id, version.version, prepared.body)
        audience = audience_id(prepared.audience)
        approvals = tuple(approve(audience, item) for approve in submission.approvers)
        check_size(Item(schema, version.report_id, version.version, prepared.body, approvals))
        return NewItem(
            report_id=version.report_id,
            version=version.version,
            schema=schema,
            family=prepared.family.name,
            reference=report.reference,
            digest=prepared.digest,
            body=prepared.body,
            exercise=report.exercise,
            audience=prepared.audience,
            places=tuple(places),
            approvals=approvals,
            not_before_s=submission.not_before_s,
        )

    def _next_version(self, held: list[HeldVersion], prepared: Prepared) -> HeldVersion:
        if held:
            return HeldVersion(0, held[0].report_id, held[0].version + 1, prepared.digest)
        new = prepared.submission.report_id or uuid7(self._clocks.now_ms(), random_bytes(10))
        return HeldVersion(0, new, 1, prepared.digest)

    def _ask_directory(self, known: Family, name: str, submission: Submission) -> Collection[bytes] | None:
        """The schemas that the audience may be sent; None for any, or where no directory says."""
        directory = self._directory()
        if directory is None:
            return None
        audience = check_way(known, submission.report, name, (self._me, self._clocks.now_s()), directory)
        needed = approvals_needed(known.full_name, submission.report.body, audience, directory)
        if (given := len(submission.approvers)) < needed:
            raise RefusedByRuleError(
                f"audience {name} asks for approval by {needed} different persons, {given} given: add "
                "--approve, or let two people release it with tocsin alert new"
            )
        return allowed_schemas(known, audience, directory)


def _check_version(prepared: Prepared, version: int) -> None:
    """Versions of an alert are counted in the alert itself, for firms to see."""
    stated = prepared.submission.report.body.get("version")
    if prepared.family.name == "alert" and stated != version:
        raise InvalidReportError(
            [("version", f"must be {version}: versions of an alert follow each other")]
        )


def _answer(fate: Fate, held: HeldVersion, reference: str | None) -> Accepted:
    return Accepted(fate, held.item, held.report_id, held.version, reference)
