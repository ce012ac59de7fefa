"""Papers, files, traces, sites and dangers: every field has its bound, every file can be verified."""

from typing import Any

import pytest

import schemas
from tests.support.reports import problems_of, smallest_report
from tocsin.core.avro import Codec
from tocsin.core.report_fields import incident_check

STRICT = incident_check(strict=True)
LENIENT = incident_check(strict=False)

ATTACHMENT = {
    "attachment_id": "0a" * 16,
    "kind": "photograph",
    "name": "parcel.jpg",
    "media_type": "image/jpeg",
    "size_bytes": 7_500_000,
    "sha256": "0b" * 32,
    "caption": "the parcel, opened",
}
FULL: dict[str, Any] = {
    "agency": "customs",
    "unit": "airport",
    "asked_unknown": ["parties"],
    "order": {
        "supplied": "no", "ordered_on": "2026-10", "channel": "e-mail", "end_use": "paint",
        "reasons": ["no-licence"],
    },
    "documents": [
        {"type": "invoice", "number": "7", "issued_by": "A firm", "issued_on": "2026-11-02",
         "country": "DE", "text": "two drums"},
    ],
    "attachments": [ATTACHMENT],
    "online": [
        {"type": "web-shop", "platform": "a shop", "listing": "77", "handle": "v", "url": "https://a.example/77",
         "seen_on": "2026-11-02", "text": "offered\nby the kilogram"},
    ],
    "payments": [
        {"instrument": "virtual-asset", "account_type": "wallet", "account": "T9", "bic": "DEUTDEFF",
         "institution": "an exchange", "chain": "tron", "asset": "USDT", "amount": "120.50",
         "currency": "USD", "paid_on": "2026", "text": "in two parts"},
    ],
    "laboratory": {
        "stage": "operating", "type": "synthesis", "scale": "medium", "process": "Leuckart",
        "product": "amphetamine", "capacity": "10 kg a week",
    },
    "safety": {
        "hazards": ["GHS06"], "protective_equipment": ["gloves"], "exposed": 2, "naloxone_given": True,
        "text": "do not open",
    },
}  # fmt: skip


def test_a_report_with_every_trace_encodes_and_comes_back() -> None:
    codec = Codec(schemas.load("reports/incident_report.avsc"))
    report = STRICT(smallest_report(**{**FULL, "asked_unknown": ["quantity", "parties"]}))
    assert report == codec.decode(codec.encode(report))
    assert {name: report[name] for name in FULL} == {**FULL, "asked_unknown": ["quantity", "parties"]}


@pytest.mark.parametrize("field", ["attachment_id", "name", "media_type", "size_bytes", "sha256"])
def test_an_attachment_that_could_not_be_found_or_verified_is_refused(field: str) -> None:
    less = {name: value for name, value in ATTACHMENT.items() if name != field}
    for check in (STRICT, LENIENT):
        assert [f"attachments[0].{field}"] == list(problems_of(check, smallest_report(attachments=[less])))


WRONG = [
    ("attachments", {**ATTACHMENT, "size_bytes": 7_500_001}, "size_bytes"),
    ("attachments", {**ATTACHMENT, "size_bytes": 0}, "size_bytes"),
    ("attachments", {**ATTACHMENT, "sha256": "0B" * 32}, "sha256"),
    ("attachments", {**ATTACHMENT, "media_type": "Image"}, "media_type"),
    ("documents", {"number": "7"}, "type"),
    ("documents", {"type": "invoice", "issued_on": "2026-02-30"}, "issued_on"),
    ("documents", {"type": "invoice", "issued_on": "yesterday"}, "issued_on"),
    ("online", {"url": "https://a.example/" + "a" * 2_048}, "url"),
    ("online", {"platform": "a\nmarket"}, "platform"),
    ("payments", {"bic": "DEUT"}, "bic"),
    ("payments", {"amount": "1e3"}, "amount"),
]


@pytest.mark.parametrize(("part", "one", "field"), WRONG)
def test_a_wrong_trace_is_refused_at_its_place(part: str, one: dict[str, Any], field: str) -> None:
    assert [f"{part}[0].{field}"] == list(problems_of(STRICT, smallest_report(**{part: [one]})))


@pytest.mark.parametrize(
    ("part", "one", "field"),
    [
        ("documents", {"type": "scroll"}, "type"),
        ("online", {"type": "hologram"}, "type"),
        ("payments", {"instrument": "shells"}, "instrument"),
    ],
)
def test_a_reader_takes_codes_of_traces_that_are_newer_than_itself(part, one, field) -> None:
    assert one[field] == LENIENT(smallest_report(**{part: [one]}))[part][0][field]
    assert [f"{part}[0].{field}"] == list(problems_of(STRICT, smallest_report(**{part: [one]})))


@pytest.mark.parametrize(
    ("part", "most"), [("attachments", 20), ("documents", 50), ("online", 50), ("payments", 50)]
)
def test_every_list_of_traces_has_an_end(part: str, most: int) -> None:
    (one,) = FULL[part]
    assert most == len(STRICT(smallest_report(**{part: [one] * most}))[part])
    assert [part] == list(problems_of(STRICT, smallest_report(**{part: [one] * (most + 1)})))
