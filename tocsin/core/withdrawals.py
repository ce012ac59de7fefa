"""Law: what takes a report back, and which receipt belongs to which withdrawal.

A withdrawal is an item under the report's own id, one version behind the last. It guarantees that only
who can read the withdrawal can tell which reader's receipt is for it: the reference hashes a nonce that
travels sealed. It never un-sends anything; that readers take the report out of their views is left to
them, and that the sealed bytes stay with the broker until their retention is said in the wire format,
"Withdrawal".
"""

from __future__ import annotations

from typing import Any

from tocsin.core.field_checks import Check, Fields, code, flag, record, shaped
from tocsin.core.primitives import sha256
from tocsin.core.report_parts import needs, time_s
from tocsin.core.report_values import values

WITHDRAWAL_SCHEMA = "tocsin.report.v1.Withdrawal"
KIND = "withdrawal"
NONCE_BYTES = 16
_REFERENCE = b"tocsin/1/withdrawal\0"


def withdrawal_check(*, strict: bool) -> Check:
    """The check of a withdrawal: decoded Avro or new, to canonical body."""
    fields = {
        "reason": code(values("withdrawal_reasons"), strict=strict),
        "at": time_s,
        "nonce": shaped(r"[0-9a-f]{32}", "must be 32 lower-case hex digits"),
        "exercise": flag,
    }
    return record(fields, then=needs("reason", "at", "nonce"), strict=strict)


def withdrawal(reason: str, now_s: int, nonce: bytes, *, exercise: bool) -> Fields:
    """The canonical body of a withdrawal. Raises InvalidReportError for a reason that is no code."""
    said: dict[str, Any] = {"reason": reason, "at": now_s, "nonce": nonce.hex(), "exercise": exercise}
    checked: Fields = withdrawal_check(strict=True)(said)
    return checked


def receipt_reference(reader: bytes, originator: bytes, report_id: bytes, body: bytes) -> bytes:
    """32 bytes that `reader` (16) returns for the withdrawal of `report_id` (16) by `originator` (16).

    `body` is the withdrawal's Avro encoding, nonce included. Source: wire format, "Receipt".
    """
    return sha256(_REFERENCE + reader + originator + report_id + body)
