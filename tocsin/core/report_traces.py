"""Law: the parts of an incident report beside the goods themselves: papers, files, traces, sites, dangers.

Each function here is the check of one record type of `reports/incident_report.avsc` since version 1.1.
They guarantee that an attachment is named so that its parts can be found and verified, and that a date
is one of the calendar. Whether an account, address or number exists is left to `report_doubts`; the
bytes of an attachment to `attachments`.
"""

from __future__ import annotations

from tocsin.core.field_checks import Check, array, code, flag, record, shaped, text, whole
from tocsin.core.quantities import decimal_text
from tocsin.core.report_parts import MAX_COUNT, country, currency, line, loose_date, name, needs, prose
from tocsin.core.report_values import values

MAX_URL_CHARACTERS = 2_048
MAX_ATTACHMENT_BYTES = 7_500_000
MAX_CODES = 20
MAX_HAZARDS = 9

_FOUND_AND_VERIFIED_BY = ("attachment_id", "name", "media_type", "size_bytes", "sha256")


def order(*, strict: bool) -> Check:
    """A suspicious order: whether it was supplied, and what made it suspicious."""
    fields = {
        "supplied": code(values("supplies"), strict=strict),
        "ordered_on": loose_date,
        "channel": code(values("order_channels"), strict=strict),
        "end_use": line,
        "reasons": array(code(values("order_reasons"), strict=strict), MAX_CODES),
    }
    return record(fields, arrays=("reasons",), strict=strict)


def document(*, strict: bool) -> Check:
    """A paper that was seen."""
    fields = {
        "type": code(values("document_types"), strict=strict),
        "number": name,
        "issued_by": name,
        "issued_on": loose_date,
        "country": country(strict=strict),
        "text": line,
    }
    return record(fields, then=needs("type", sentence="is missing; other where none fits"), strict=strict)


def attachment(*, strict: bool) -> Check:
    """A file that travels beside the report; everything that finds and verifies it is mandatory."""
    fields = {
        "attachment_id": shaped(r"[0-9a-f]{32}", "must be 32 lower-case hex digits"),
        "kind": code(values("attachment_kinds"), strict=strict),
        "name": name,
        "media_type": shaped(
            r"[a-z]+/[a-z0-9.+-]{1,100}", "must be a media type in lower case, e.g. image/jpeg"
        ),
        "size_bytes": whole(1, MAX_ATTACHMENT_BYTES),
        "sha256": shaped(r"[0-9a-f]{64}", "must be 64 lower-case hex digits"),
        "caption": line,
    }
    return record(fields, then=needs(*_FOUND_AND_VERIFIED_BY), strict=strict)


def online(*, strict: bool) -> Check:
    """A listing, vendor or account on the net."""
    fields = {
        "type": code(values("online_types"), strict=strict),
        "platform": name,
        "listing": name,
        "handle": name,
        "url": text(MAX_URL_CHARACTERS),
        "seen_on": loose_date,
        "text": prose,
    }
    return record(fields, strict=strict)


def payment(*, strict: bool) -> Check:
    """A payment, or an account into which it went."""
    fields = {
        "instrument": code(values("instruments"), strict=strict),
        "account_type": code(values("account_types"), strict=strict),
        "account": name,
        "bic": shaped(r"[A-Z0-9]{8}(?:[A-Z0-9]{3})?", "must be a BIC of 8 or 11 capitals and digits"),
        "institution": name,
        "chain": name,
        "asset": name,
        "amount": decimal_text,
        "currency": currency,
        "paid_on": loose_date,
        "text": prose,
    }
    return record(fields, strict=strict)


def laboratory(*, strict: bool) -> Check:
    """A place where drugs or precursors are made, packed or dumped."""
    fields = {
        "stage": code(values("laboratory_stages"), strict=strict),
        "type": code(values("laboratory_types"), strict=strict),
        "scale": code(values("laboratory_scales"), strict=strict),
        "process": line,
        "product": name,
        "capacity": line,
    }
    return record(fields, strict=strict)


def safety(*, strict: bool) -> Check:
    """What endangers those who handle the goods."""
    fields = {
        "hazards": array(code(values("hazards"), strict=strict), MAX_HAZARDS),
        "protective_equipment": array(code(values("protective_equipment"), strict=strict), MAX_CODES),
        "exposed": whole(0, MAX_COUNT),
        "naloxone_given": flag,
        "text": prose,
    }
    return record(fields, arrays=("hazards", "protective_equipment"), strict=strict)
