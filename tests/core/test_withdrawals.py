"""A withdrawal has a reason of the list, and each reader's receipt its own reference."""

import pytest

import schemas
from tests.support.reports import problems_of
from tocsin.core.avro import Codec
from tocsin.core.report import domain_check
from tocsin.core.withdrawals import WITHDRAWAL_SCHEMA, receipt_reference, withdrawal, withdrawal_check

ME, READER, OTHER, REPORT = (bytes([number]) * 16 for number in range(4))
SAID = withdrawal("error", 1_800_000_000, b"n" * 16, exercise=False)


def test_a_withdrawal_encodes_and_comes_back_and_passes_the_reader_s_rules() -> None:
    codec = Codec(schemas.load("reports/withdrawal.avsc"))
    assert SAID == codec.decode(codec.encode(SAID))
    domain_check(WITHDRAWAL_SCHEMA, SAID)


def test_a_reason_that_is_no_code_is_refused_by_who_withdraws_and_taken_by_a_reader() -> None:
    assert ["reason"] == list(problems_of(withdrawal, "whim", 1, b"n" * 16, exercise=False))
    assert "whim" == withdrawal_check(strict=False)({**SAID, "reason": "whim"})["reason"]


@pytest.mark.parametrize("field", ["reason", "at", "nonce"])
def test_what_a_withdrawal_must_say_is_missed_by_name(field: str) -> None:
    assert [field] == list(problems_of(withdrawal_check(strict=False), {**SAID, field: None}))


@pytest.mark.parametrize(
    "other",
    [
        (OTHER, ME, REPORT, b"body"),
        (READER, OTHER, REPORT, b"body"),
        (READER, ME, OTHER, b"body"),
        (READER, ME, REPORT, b"Body"),
    ],
)
def test_a_receipt_belongs_to_one_reader_originator_report_and_withdrawal(other) -> None:
    assert receipt_reference(READER, ME, REPORT, b"body") != receipt_reference(*other)
