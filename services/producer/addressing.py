"""To whom an accepted item goes, and where: the row of the outbox that it becomes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

from services.producer.gate import is_own_audience
from tocsin.adapters.outbox.items import NewItem
from tocsin.core.ids import audience_id
from tocsin.core.sealing import check_size
from tocsin.core.streams import GLOBAL, INBOX
from tocsin.core.wire import Approval, Item


class Approver(Protocol):
    """A person's release key, open for this command."""

    def __call__(self, audience: bytes, item: Item, /) -> Approval:
        """The person's approval of `item` for `audience`."""
        ...


@dataclass(frozen=True, slots=True)
class Label:
    """What the outbox knows an item by; see `NewItem`."""

    family: str
    reference: str | None = field(repr=False)
    digest: bytes
    exercise: bool


@dataclass(frozen=True, slots=True)
class Address:
    """An audience by name, the regions that the report concerns, who approves."""

    audience: str
    regions: tuple[str, ...]
    approvers: tuple[Approver, ...]
    not_before_s: int = 0
    """Held in the outbox until then."""

    def stream(self, usual: str) -> str:
        """Where items go that usually go to the stream `usual`."""
        return INBOX if is_own_audience(self.audience) else usual

    def new_item(self, item: Item, usual_stream: str, label: Label) -> NewItem:
        """The row, approved. Raises RefusedByRuleError for an item that fits in no record."""
        stream = self.stream(usual_stream)
        audience = audience_id(self.audience)
        approvals = tuple(approve(audience, item) for approve in self.approvers)
        check_size(Item(item.schema, item.report_id, item.version, item.body, approvals))
        row = item_row(
            item,
            label,
            self.audience,
            ((INBOX, GLOBAL),) if stream == INBOX else tuple((stream, one) for one in self.regions),
        )
        return replace(row, approvals=approvals, not_before_s=self.not_before_s)


def item_row(item: Item, label: Label, audience: str, places: tuple[tuple[str, str], ...]) -> NewItem:
    """The row of an item for an audience by name, at (stream, region) pairs; not approved, not held."""
    return NewItem(
        report_id=item.report_id,
        version=item.version,
        schema=item.schema,
        family=label.family,
        reference=label.reference,
        digest=label.digest,
        body=item.body,
        exercise=label.exercise,
        audience=audience,
        places=places,
    )
