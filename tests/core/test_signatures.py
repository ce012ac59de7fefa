"""A signature made for one purpose never holds for another."""

from dataclasses import replace

import pytest

from tests.support.world import ORIGINATOR, note
from tocsin.core import signatures as s
from tocsin.core import wire
from tocsin.core.errors import MalformedError, UntrustedError
from tocsin.core.primitives import sha256

LEAF = b"l" * 32
AUDIENCE = b"a" * 16
KEY = ORIGINATOR.key("release").id
HEAD = wire.Head("ion", "global", 1, 2, LEAF, 3)
CHECKPOINT = wire.Checkpoint(ORIGINATOR.id, ORIGINATOR.key("statement").id, 9, (HEAD,))
REQUEST = wire.KeyRequest(
    ORIGINATOR.id, ORIGINATOR.key("statement").id, b"t" * 16, AUDIENCE, 5, b"r" * 16, 9
)


def test_a_record_is_signed_over_its_leaf_under_its_label() -> None:
    assert ORIGINATOR.record.sign(b"tocsin/1/record\0" + LEAF) == s.sign_record(ORIGINATOR.record, LEAF)


def test_a_records_signature_holds_for_its_leaf_alone() -> None:
    signature = s.sign_record(ORIGINATOR.record, LEAF)
    s.verify_record(ORIGINATOR.record.public, signature, LEAF)
    with pytest.raises(UntrustedError):
        s.verify_record(ORIGINATOR.record.public, signature, b"x" * 32)


def test_a_bare_signature_over_the_leaf_does_not_hold() -> None:
    with pytest.raises(UntrustedError):
        s.verify_record(ORIGINATOR.record.public, ORIGINATOR.record.sign(LEAF), LEAF)


def test_an_approval_signs_one_version_of_one_item_for_one_audience() -> None:
    item = note("text", version=2)
    wanted = (
        b"tocsin/1/release\0" + AUDIENCE + item.schema + item.report_id + b"\0\0\0\x02" + sha256(item.body)
    )
    assert wanted == s.release_message(AUDIENCE, item)


def test_an_approval_holds() -> None:
    approval = s.approve(ORIGINATOR.release(), KEY, AUDIENCE, note())
    s.verify_approval(ORIGINATOR.release().public, approval, AUDIENCE, note())


@pytest.mark.parametrize(
    "item",
    [note(version=2), note(body=b"other"), note(schema=b"x" * 32), note(name="other")],
    ids=["version", "body", "schema", "report"],
)
def test_an_approval_does_not_hold_for_another_item(item: wire.Item) -> None:
    approval = s.approve(ORIGINATOR.release(), KEY, AUDIENCE, note())
    with pytest.raises(UntrustedError):
        s.verify_approval(ORIGINATOR.release().public, approval, AUDIENCE, item)


def test_an_approval_does_not_hold_for_another_audience() -> None:
    approval = s.approve(ORIGINATOR.release(), KEY, AUDIENCE, note())
    with pytest.raises(UntrustedError):
        s.verify_approval(ORIGINATOR.release().public, approval, b"x" * 16, note())


@pytest.mark.parametrize("body", [CHECKPOINT, REQUEST], ids=["checkpoint", "key request"])
def test_a_statement_survives_and_holds(body: wire.Checkpoint | wire.KeyRequest) -> None:
    read, data, signature = s.read_statement(s.sign_statement(ORIGINATOR.statement, body))
    assert body == read
    s.verify_statement(ORIGINATOR.statement.public, read, data, signature)


@pytest.mark.parametrize(
    ("body", "label"),
    [(CHECKPOINT, b"tocsin/1/checkpoint\0"), (REQUEST, b"tocsin/1/key-request\0")],
)
def test_a_statement_is_signed_under_the_label_of_its_type(body: wire.StatementBody, label: bytes) -> None:
    data = wire.encode_body(body)
    signature = ORIGINATOR.statement.sign(label, label + data)
    s.verify_statement(ORIGINATOR.statement.public, body, data, signature)


def test_a_statement_under_the_label_of_another_type_does_not_hold() -> None:
    label = b"tocsin/1/manifest\0"
    data = wire.encode_body(CHECKPOINT)
    signature = ORIGINATOR.statement.sign(label, label + data)
    with pytest.raises(UntrustedError):
        s.verify_statement(ORIGINATOR.statement.public, CHECKPOINT, data, signature)


def test_a_changed_statement_does_not_hold() -> None:
    _body, _data, signature = s.read_statement(s.sign_statement(ORIGINATOR.statement, CHECKPOINT))
    changed = replace(CHECKPOINT, time=10)
    with pytest.raises(UntrustedError):
        s.verify_statement(ORIGINATOR.statement.public, changed, wire.encode_body(changed), signature)


def test_a_statement_that_is_too_large_is_not_read() -> None:
    with pytest.raises(MalformedError, match="over 262144"):
        s.read_statement(bytes(262_145))
