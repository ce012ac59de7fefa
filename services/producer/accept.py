"""Accepting: a checked report becomes items in the outbox, under fsync, and gets a receipt.

The same national reference with the same content is the same report; with other content it is a
conflict, unless an update was asked for. Works with no broker, and with no directory: what today's
directory forbids is refused at once, the rest is judged again when it is sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.producer.clocks import Clocks
from services.producer.gate import is_own_audience
from services.producer.importing.run_import import Fate
from services.producer.receipts import Accepted
from services.producer.reports import Family, family, published
from tocsin.adapters.outbox.items import HeldVersion, NewItem
from tocsin.adapters.outbox.store import Outbox
from tocsin.core.directory import Directory
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.ids import audience_id, uuid7
from tocsin.core.letters import why_not
from tocsin.core.primitives import random_bytes, sha256
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

    `content` tells it from another version where the body also holds the time of writing: it is known
    where the newest version has the same. None: the body does, and any version counts.
    """

    family: str
    report: CheckedReport = field(repr=False)
    audience: str | None = None
    update: bool = False
    approvers: tuple[Approver, ...] = ()
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A submission that today's rules allow, encoded."""

    submission: Submission
    family: Family
    audience: str
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
        return published(family_name).check(data, self._clocks.now_s())

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
        body = known.codec.encode(submission.report.body)
        self._ask_directory(known, audience, submission)
        content = body if submission.content is None else submission.content
        digest = sha256(known.name.encode() + b"\0" + content)[:DIGEST_BYTES]
        return Prepared(submission, known, audience, body, digest)

    def store(self, prepared: Prepared) -> Accepted:
        """Add it to the outbox. Call inside a transaction."""
        reference = prepared.submission.report.reference
        held = self._outbox.items.versions(prepared.family.name, reference) if reference else []
        comparable = held if prepared.submission.content is None else held[:1]
        same = next((one for one in comparable if one.digest == prepared.digest), None)
        if same is not None:
            self._outbox.items.add_destinations(same.item, self._item(prepared, same))
            return _answer(Fate.KNOWN, same, reference)
        if held and not prepared.submission.update:
            return _answer(Fate.CONFLICT, held[0], reference)
        new = self._item(prepared, _next_version(held, self._clocks.now_ms(), prepared.digest))
        number = self._outbox.items.add(new, self._clocks.now_s())
        return Accepted(Fate.ACCEPTED, number, new.report_id, new.version, reference)

    def _item(self, prepared: Prepared, version: HeldVersion) -> NewItem:
        submission, report = prepared.submission, prepared.submission.report
        own = is_own_audience(prepared.audience)
        places = [(INBOX, GLOBAL)] if own else [(report.stream, one) for one in report.regions]
        schema = prepared.family.schema
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
        )

    def _ask_directory(self, known: Family, name: str, submission: Submission) -> None:
        directory = self._directory()
        if directory is None:
            return
        audience = directory.audience_named(name)
        if audience is None:
            names = ", ".join(sorted(one.name for one in directory.audiences.values()))
            raise RefusedByRuleError(f"there is no audience {name}; the directory has: {names}")
        if audience.schemas is not None and known.schema not in audience.schemas:
            raise RefusedByRuleError(f"audience {name} may not be sent an {known.name}")
        if len(submission.approvers) < audience.approvals:
            raise RefusedByRuleError(
                f"audience {name} asks for approval by {audience.approvals} different persons, "
                f"{len(submission.approvers)} given: add --approve"
            )
        if reason := why_not(known.codec.name, self._me, audience, directory):
            raise RefusedByRuleError(reason)
        stream = INBOX if is_own_audience(name) else submission.report.stream
        if not directory.may_publish(self._me, stream, self._clocks.now_s()):
            raise RefusedByRuleError(f"the directory does not allow us to publish to {stream}")


def _next_version(held: list[HeldVersion], now_ms: int, digest: bytes) -> HeldVersion:
    if held:
        return HeldVersion(0, held[0].report_id, held[0].version + 1, digest)
    return HeldVersion(0, uuid7(now_ms, random_bytes(10)), 1, digest)


def _answer(fate: Fate, held: HeldVersion, reference: str | None) -> Accepted:
    return Accepted(fate, held.item, held.report_id, held.version, reference)
