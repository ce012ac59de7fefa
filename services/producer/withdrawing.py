"""Taking a report back: what has not left stays, what has left is followed by a withdrawal.

It never un-sends: whoever holds a generation's secret can still open what the broker has. The report's
bodies and files are erased here in the same transaction. Source: wire format, "Withdrawal".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import schemas
from services.producer.accept import DIGEST_BYTES
from services.producer.addressing import Label, item_row
from services.producer.clocks import Clocks
from services.producer.importing.run_import import Fate
from services.producer.receipts import Accepted
from tocsin.adapters.outbox.status import ItemStatus
from tocsin.adapters.outbox.store import Outbox
from tocsin.adapters.outbox.withdrawals import FAMILY
from tocsin.core import wire
from tocsin.core.avro import Codec
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.ids import schema_id
from tocsin.core.primitives import random_bytes, sha256
from tocsin.core.withdrawals import NONCE_BYTES, receipt_reference, withdrawal

MAX_AHEAD_S = 300


@dataclass(frozen=True)
class _Form:
    schema: bytes
    codec: Codec


@cache
def _form() -> _Form:
    data = schemas.load("reports/withdrawal.avsc")
    return _Form(schema_id(data), Codec(data))


def withdraw(outbox: Outbox, clocks: Clocks, name: str, reason: str) -> Accepted:
    """Take back the incident report of that national reference or id; again is the same withdrawal.

    Raises InvalidReportError for a reason that is no code, RefusedByRuleError; then nothing changed.
    """
    with outbox.transaction():
        newest = _held(outbox, name)
        known = outbox.withdrawals.of_report(newest.report_id)
        if known is not None:
            return Accepted(Fate.KNOWN, known.item, newest.report_id, known.version, newest.reference)
        now_s = clocks.now_s()
        said = withdrawal(reason, now_s, random_bytes(NONCE_BYTES), exercise=newest.exercise)
        reached = outbox.withdrawals.reached(newest.report_id)
        outbox.withdrawals.stop(newest.report_id)
        item = wire.Item(_form().schema, newest.report_id, newest.version + 1, _form().codec.encode(said))
        number = _store(outbox, item, newest, reached, now_s)
        outbox.items.forget_cache()
    outbox.database.truncate_log()
    return Accepted(Fate.ACCEPTED, number, newest.report_id, item.version, newest.reference)


def take_receipt(outbox: Outbox, me: bytes, receipt: wire.Receipt, now_s: int) -> bool:
    """Whether a verified receipt belongs to a withdrawal of ours. Call inside a transaction."""
    if receipt.to != me or receipt.time > now_s + MAX_AHEAD_S:
        return False
    for report_id, body in outbox.withdrawals.unconfirmed(receipt.originator):
        if receipt.reference == receipt_reference(receipt.originator, me, report_id, body):
            outbox.withdrawals.confirm(report_id, receipt.originator, receipt.time)
            return True
    return False


def _held(outbox: Outbox, name: str) -> ItemStatus:
    found = [one for one in outbox.status.named(name) if one.family in {"incident", FAMILY}]
    if not found:
        raise RefusedByRuleError(
            f"the outbox holds no incident report under {name}: see `tocsin status {name}`; "
            "an alert is recalled, not withdrawn"
        )
    return found[0]


def _store(
    outbox: Outbox,
    item: wire.Item,
    newest: ItemStatus,
    reached: dict[str, list[tuple[str, str]]],
    now_s: int,
) -> int:
    label = Label(FAMILY, newest.reference, sha256(item.body)[:DIGEST_BYTES], newest.exercise)
    wanted = reached or {"": []}  # what reached nobody is kept, and goes nowhere
    first, *others = [item_row(item, label, who, tuple(where)) for who, where in wanted.items()]
    number = outbox.items.add(first, now_s)
    for one in others:
        outbox.items.add_destinations(number, one)
    return number
