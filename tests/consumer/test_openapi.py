"""Whatever the reader's OpenAPI document allows or forbids is answered as it says."""

import pytest

from tests.support.openapi import ask, operations
from tests.support.served import reader_app, served

ENDLESS = "GET /v1/stream"
ALL = [
    "GET /v1/reports",
    "GET /v1/reports/{report_id}",
    "GET /v1/reports/{report_id}/attachments",
    "GET /v1/reports/{report_id}/attachments/{attachment_id}",
]


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    app, token = reader_app(tmp_path_factory.mktemp("reader"))
    with served(app) as port:
        yield operations(port, token)


def test_all_of_them_are_asked(reader):
    assert sorted([*ALL, ENDLESS]) == sorted(reader)


@pytest.mark.parametrize("operation", ALL)
def test_every_answer_of_the_reader_is_as_described(reader, operation):
    answers = ask(reader[operation], further_rules=operation == "GET /v1/reports")
    assert max(answers) < 500
