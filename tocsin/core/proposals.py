"""Law: the life of an alert before it leaves: proposed, edited, signed by persons, released or refused.

It guarantees that nobody who wrote a word of an alert releases it (but a safety notice that the audience
lets one person release), that an edit takes every signature away, and that a proposal which nobody took up
within its lifetime releases nothing. Signatures are checked in `releases`; who a person is, is the desk's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from tocsin.core import json_fields
from tocsin.core.alert_images import with_bytes
from tocsin.core.errors import NotThisPersonError, RefusedByRuleError
from tocsin.core.ids import parse_id
from tocsin.core.wire import Approval

LIFETIME_S = 7 * 86_400
MAX_AUDIENCES = 20

Signatures = Mapping[str, Approval]
"""Name of the audience -> one person's approval for it."""


class State(StrEnum):
    """Where a proposal stands. Only a waiting one can be changed."""

    WAITING = "waiting"
    RELEASING = "releasing"
    RELEASED = "released"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One version of an alert. `authors`: the handles of all who wrote in it, the last one last.

    `source`: texts of the report that it was written after, for the lint alone; `not_before_s`: held until
    then (0: not held); `alone`: one person released it, as a safety notice.
    """

    name: str
    report_id: bytes
    audiences: tuple[str, ...]
    authors: tuple[str, ...]
    body: dict[str, Any] = field(repr=False)
    changed_at_s: int
    state: State = State.WAITING
    source: tuple[str, ...] = field(default=(), repr=False)
    not_before_s: int = 0
    signatures: Mapping[str, Signatures] = field(default_factory=dict, repr=False)
    alone: bool = False

    @property
    def alert_id(self) -> str:
        """The alert's own number, the same in all its versions."""
        return str(self.body["alert_id"])

    @property
    def version(self) -> int:
        """From 1."""
        return int(self.body["version"])

    @property
    def expires_at_s(self) -> int:
        """When it releases nothing any more, if nobody takes it up."""
        return self.changed_at_s + LIFETIME_S

    def state_at(self, now_s: int) -> State:
        """Its state, a waiting one that is too old being expired."""
        if self.state is State.WAITING and now_s >= self.expires_at_s:
            return State.EXPIRED
        return self.state


def edited(one: Proposal, handle: str, body: dict[str, Any], now_s: int) -> Proposal:
    """Another text by `handle`, whom it makes an author; all signatures are gone."""
    check_waiting(one, now_s)
    authors = (*(author for author in one.authors if author != handle), handle)
    return replace(one, authors=authors, body=body, changed_at_s=now_s, signatures={})


def signed(one: Proposal, handle: str, signatures: Signatures) -> Proposal:
    """With the signatures of `handle` beside those of others."""
    return replace(one, signatures={**one.signatures, handle: signatures})


def check_waiting(one: Proposal, now_s: int) -> None:
    """Raises RefusedByRuleError unless it waits to be released."""
    state = one.state_at(now_s)
    if state is State.EXPIRED:
        raise RefusedByRuleError(f"{one.name} has expired: nobody released it in time, propose it anew")
    if state is not State.WAITING:
        raise RefusedByRuleError(f"{one.name} is {state.value}: it cannot be changed any more")


def check_releaser(one: Proposal, handle: str, *, alone: bool, fast_lane: bool) -> None:
    """Whether `handle` may release `one`. `fast_lane`: every audience lets one person release this.

    Raises NotThisPersonError for an author and for who signed already, RefusedByRuleError.
    """
    if alone and not (fast_lane and one.body.get("safety_notice")):
        raise RefusedByRuleError(
            "one person releases only a safety notice (safety_notice: true), and only to audiences whose "
            "rule allows it"
        )
    if handle in one.authors and not alone:
        raise NotThisPersonError(
            f"the author may not release: {handle} wrote {one.name}, so another release officer must"
        )
    if handle in one.signatures and not alone:
        raise NotThisPersonError(f"{handle} has approved {one.name} already: another person must")


def to_record(one: Proposal) -> dict[str, Any]:
    """The JSON of a proposal, to be kept."""
    return {
        "name": one.name,
        "report_id": one.report_id.hex(),
        "audiences": list(one.audiences),
        "authors": list(one.authors),
        "body": json_fields.in_json(one.body),
        "changed_at_s": one.changed_at_s,
        "state": one.state.value,
        "source": list(one.source),
        "not_before_s": one.not_before_s,
        "alone": one.alone,
        "signatures": {
            handle: {
                audience: {"key": approval.signing_key.hex(), "signature": approval.signature.hex()}
                for audience, approval in signatures.items()
            }
            for handle, signatures in one.signatures.items()
        },
    }


def from_record(record: Mapping[str, Any]) -> Proposal:
    """Inverse of `to_record`. Raises MalformedError."""
    return Proposal(
        name=json_fields.text(record, "name"),
        report_id=parse_id(json_fields.text(record, "report_id")),
        audiences=json_fields.texts(record, "audiences"),
        authors=json_fields.texts(record, "authors"),
        body=with_bytes(json_fields.optional_object(record, "body") or {}),
        changed_at_s=json_fields.number(record, "changed_at_s"),
        state=State(record["state"]),
        source=tuple(record["source"]),
        not_before_s=json_fields.number(record, "not_before_s"),
        alone=bool(record["alone"]),
        signatures={
            handle: {audience: _approval(one) for audience, one in signatures.items()}
            for handle, signatures in record["signatures"].items()
        },
    )


def _approval(record: Mapping[str, str]) -> Approval:
    return Approval(bytes.fromhex(record["key"]), bytes.fromhex(record["signature"]))
