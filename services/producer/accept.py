"""Accepting: a checked report becomes items in the outbox, under fsync, and gets a receipt.

The same national reference with the same content is the same report; with other content it is a
conflict, unless an update was asked for. A report without one is given one here, in the transaction
that accepts it. Works with no broker, and with no directory: what today's
directory forbids is refused at once, the rest is judged again when it is sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.producer.accept_attachments import AttachmentAcceptance, Named, ask_directory
from services.producer.addressing import Address, Approver, Label
from services.producer.clocks import Clocks
from services.producer.importing.run_import import Fate
from services.producer.receipts import Accepted
from services.producer.releasable import allowed_schemas, check_way
from services.producer.reports import Family, family, published
from tocsin.adapters.outbox.items import HeldVersion, NewItem
from tocsin.adapters.outbox.store import Outbox
from tocsin.core.attachments import FileToSend
from tocsin.core.directory import Directory
from tocsin.core.errors import InvalidReportError, RefusedByRuleError
from tocsin.core.ids import uuid7
from tocsin.core.national_references import Issuer, referenced, series_of
from tocsin.core.primitives import random_bytes, sha256
from tocsin.core.releases import approvals_needed
from tocsin.core.report import CheckedReport
from tocsin.core.wire import Item

DIGEST_BYTES = 16
INCIDENT = "incident"  # what gets a national reference where it has none


@dataclass(frozen=True, slots=True)
class Submission:
    """A report to accept, with files. `audience` None means the usual one of its family.

    `draft`: the name of the draft that it was; submitted again it gets the same national reference.
    `content` tells it from another version where the body also holds the time of writing: it is known
    where the newest version has the same. None: the body does, and any version counts.
    `report_id`: of a first version whose approvals name it already; `not_before_s`: held until then.
    """

    family: str
    report: CheckedReport = field(repr=False)
    audience: str | None = None
    update: bool = False
    approvers: tuple[Approver, ...] = ()
    files: tuple[FileToSend, ...] = ()
    draft: str | None = None
    content: bytes | None = field(default=None, repr=False)
    report_id: bytes | None = None
    not_before_s: int = 0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A submission that today's rules allow, encoded."""

    submission: Submission
    family: Family
    address: Address
    allowed: Collection[bytes] | None
    schema: bytes
    body: bytes = field(repr=False)
    digest: bytes
    named: Named = field(repr=False)


class Acceptance:
    """The use case; `directory` gives the newest one that is held, or None; `issuer` gives references."""

    def __init__(
        self,
        outbox: Outbox,
        me: bytes,
        clocks: Clocks,
        directory: Callable[[], Directory | None],
        issuer: Issuer,
    ) -> None:
        self._outbox, self._me, self._issuer = outbox, me, issuer
        self._clocks, self._directory = clocks, directory
        self._attachments = AttachmentAcceptance(outbox, clocks)

    def check(self, family_name: str, data: object) -> CheckedReport:
        """`data` (JSON values) as a checked report. Raises InvalidReportError with every problem."""
        return published(family_name).check(data, self._clocks.now_s())

    def accept(self, submissions: Sequence[Submission]) -> list[Accepted]:
        """Store all in one transaction; each one's fate, in order. All or nothing.

        Raises RefusedByRuleError, InvalidReportError, OutboxFullError, StorageError.
        """
        return self.keep([self.prepare(one) for one in submissions])

    def keep(self, prepared: Sequence[Prepared]) -> list[Accepted]:
        """Store what is prepared in one transaction; each one's fate, in order. All or nothing.

        Raises InvalidReportError, OutboxFullError, StorageError.
        """
        with self._outbox.transaction():
            return [self.store(one) for one in prepared]

    def prepare(self, submission: Submission) -> Prepared:
        """Encode, and ask the rules that today's directory has.

        Raises RefusedByRuleError, InvalidReportError.
        """
        known, report = family(submission.family), submission.report
        audience = submission.audience or known.usual_audience
        address = Address(audience, report.regions, submission.approvers, submission.not_before_s)
        allowed = self._ask_directory(known, address, submission)
        return self._encoded(submission, known, address, allowed)

    def store(self, prepared: Prepared) -> Accepted:
        """Add it to the outbox, with its files. Call inside a transaction."""
        prepared = self._referenced(prepared)
        reference = prepared.submission.report.reference
        held = self._outbox.items.versions(prepared.family.name, reference) if reference else []
        if held and self._outbox.withdrawals.of_report(held[0].report_id) is not None:
            return _answer(Fate.WITHDRAWN, held[0], reference)
        comparable = held if prepared.submission.content is None else held[:1]
        same = next((one for one in comparable if one.digest == prepared.digest), None)
        if same is not None:
            self._outbox.items.add_destinations(same.item, self._item(prepared, same))
            self._store_files(prepared, same.report_id)
            return _answer(Fate.KNOWN, same, reference)
        if held and not prepared.submission.update:
            return _answer(Fate.CONFLICT, held[0], reference)
        version = self._next_version(held, prepared)
        _check_version(prepared, version.version)
        new = self._item(prepared, version)
        number = self._outbox.items.add(new, self._clocks.now_s())
        self._store_files(prepared, new.report_id)
        return Accepted(Fate.ACCEPTED, number, new.report_id, new.version, reference)

    def _referenced(self, prepared: Prepared) -> Prepared:
        """`prepared` under a national reference: its own, its draft's, or the next one."""
        submission, references = prepared.submission, self._outbox.references
        if submission.report.reference is not None or prepared.family.name != INCIDENT:
            return prepared
        given = None if submission.draft is None else references.of_draft(submission.draft)
        if given is None:
            series = series_of(submission.report, self._clocks.now_s())
            given = references.give(self._issuer, series, prepared.family.name)
            if submission.draft is not None:
                references.keep_draft(submission.draft, given)
        report = referenced(submission.report, given)
        return self._encoded(
            replace(submission, report=report), prepared.family, prepared.address, prepared.allowed
        )

    def _encoded(
        self, submission: Submission, known: Family, address: Address, allowed: Collection[bytes] | None
    ) -> Prepared:
        """Encode under what the audience is `allowed` to be sent."""
        named, body = self._with_files(submission, self._held_report(known, submission.report.reference))
        written = known.written(body, allowed)
        content = written.oldest if submission.content is None else submission.content
        digest = sha256(known.name.encode() + b"\0" + content)[:DIGEST_BYTES]
        return Prepared(submission, known, address, allowed, written.schema, written.body, digest, named)

    def _item(self, prepared: Prepared, version: HeldVersion) -> NewItem:
        report = prepared.submission.report
        item = Item(prepared.schema, version.report_id, version.version, prepared.body)
        label = Label(prepared.family.name, report.reference, prepared.digest, report.exercise)
        return prepared.address.new_item(item, report.stream, label)

    def _held_report(self, known: Family, reference: str | None) -> bytes | None:
        """The id of the report of this reference, where files may belong to it."""
        if reference is None or not self._outbox.attachments.any():
            return None
        held = self._outbox.items.versions(known.name, reference)
        return held[0].report_id if held else None

    def _with_files(self, submission: Submission, held: bytes | None) -> tuple[Named, dict[str, Any]]:
        named = self._attachments.named(held, submission.files)
        return named, self._attachments.with_entries(submission.report.body, held, named)

    def _store_files(self, prepared: Prepared, report_id: bytes) -> None:
        exercise = prepared.submission.report.exercise
        self._attachments.store(report_id, prepared.named, prepared.address, exercise=exercise)

    def _ask_directory(
        self, known: Family, address: Address, submission: Submission
    ) -> Collection[bytes] | None:
        """The schemas that the audience may be sent; None for any, or where no directory says."""
        directory, name = self._directory(), address.audience
        if directory is None:
            return None
        now_s = self._clocks.now_s()
        audience = check_way(known, submission.report, name, (self._me, now_s), directory)
        needed = approvals_needed(known.schema_name, submission.report.body, audience, directory)
        if (given := len(submission.approvers)) < needed:
            raise RefusedByRuleError(
                f"audience {name} asks for approval by {needed} different persons, {given} given: add "
                "--approve, or let two people release it with tocsin alert new"
            )
        if submission.files:
            ask_directory(directory, self._me, address, known.name, now_s)
        return allowed_schemas(known, audience, directory)

    def _next_version(self, held: list[HeldVersion], prepared: Prepared) -> HeldVersion:
        if held:
            return HeldVersion(0, held[0].report_id, held[0].version + 1, prepared.digest)
        new = prepared.submission.report_id or uuid7(self._clocks.now_ms(), random_bytes(10))
        return HeldVersion(0, new, 1, prepared.digest)


def _check_version(prepared: Prepared, version: int) -> None:
    """Versions of an alert are counted in the alert itself, for firms to see."""
    stated = prepared.submission.report.body.get("version")
    if prepared.family.name == "alert" and stated != version:
        raise InvalidReportError(
            [("version", f"must be {version}: versions of an alert follow each other")]
        )


def _answer(fate: Fate, held: HeldVersion, reference: str | None) -> Accepted:
    return Accepted(fate, held.item, held.report_id, held.version, reference)
