"""Reading reports from JSON text: three shapes, strict, each error with its place."""

from io import BytesIO

import pytest

from services.producer.documents import MAX_DOCUMENT_BYTES, parse, read_documents
from tocsin.core.errors import InvalidReportError


def read(text):
    data = text if isinstance(text, bytes) else text.encode()
    return [(one.place, one.data, one.error and str(one.error)) for one in read_documents(BytesIO(data))]


def test_an_object_over_several_lines_is_one_report():
    assert [("report 1", {"a": 1}, None)] == read('{\n "a": 1\n}\n')


def test_an_array_is_its_reports():
    assert [("report 1", {"a": 1}, None), ("report 2", 3, None)] == read('[{"a": 1}, 3]')


def test_lines_are_reports_and_empty_ones_are_passed_over():
    assert [("line 1", {"a": 1}, None), ("line 3", {"a": 2}, None)] == read('{"a": 1}\n\n{"a": 2}')


def test_a_bad_line_stands_alone():
    places = [(place, error is None) for place, _, error in read('{"a": 1}\n{"a"\n{"a": 3}\n')]
    assert [("line 1", True), ("line 2", False), ("line 3", True)] == places


def test_a_bad_first_line_stands_alone_too():
    places = [(place, error is None) for place, _, error in read('{"a"\n{"a": 3}\n')]
    assert [("line 1", False), ("line 2", True)] == places


def test_what_is_no_json_is_one_error_with_its_position():
    ((place, _, error),) = read("kind: seizure\n")
    assert ("file", "report: is not JSON: Expecting value, line 1 column 1") == (place, error)


def test_nothing_is_an_error_too():
    assert ["file"] == [place for place, _, _ in read("")]


def test_a_byte_order_mark_is_no_content():
    assert [("line 1", {"a": 1}, None)] == read(b'\xef\xbb\xbf{"a": 1}\n')


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'{"a": 1, "a": 2}', "names a field twice"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "infinity"),
        (b'{"a": 1e400}', "too large"),
        (b"[" * 10_000, "nested deeper"),
        (b"[" * 40 + b"]" * 40, "nested deeper"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "too many digits"),
        (b'{"a": "\xff"}', "not UTF-8 at byte 7"),
        (b" " * (MAX_DOCUMENT_BYTES + 1), "over 262144"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_h48_hostile_json_is_refused_with_a_reason(text, reason):
    with pytest.raises(InvalidReportError, match=reason):
        parse(text)


def test_an_error_never_quotes_what_was_sent():
    with pytest.raises(InvalidReportError) as caught:
        parse(b'{"CANARY": "CANARY')
    assert "CANARY" not in str(caught.value)
