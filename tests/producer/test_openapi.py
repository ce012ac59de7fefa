"""Whatever the publisher's OpenAPI document allows or forbids is answered as it says."""

import pytest

from services.producer.settings import ProducerSettings
from tests.support.openapi import ask, operations
from tests.support.publishing import Writer
from tests.support.served import publisher_app, served, submit_token
from tocsin.adapters.outbox.items import Bounds

ALL = ["GET /v1/reports/{report_id}", "POST /v1/letters", "POST /v1/reports", "POST /v1/withdrawals"]


@pytest.fixture(scope="module")
def publisher(tmp_path_factory):
    folder = tmp_path_factory.mktemp("publisher")
    app = publisher_app(Writer(folder, bounds=Bounds()), folder, ProducerSettings())
    with served(app) as port:
        yield operations(port, submit_token(folder))


def test_all_of_them_are_asked(publisher):
    assert ALL == sorted(publisher)


@pytest.mark.parametrize("operation", ALL)
def test_every_answer_of_the_publisher_is_as_described(publisher, operation):
    answers = ask(publisher[operation], further_rules=operation.startswith("POST"))
    assert max(answers) < 500
