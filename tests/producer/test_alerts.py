"""An alert goes to couriers with the approvals that they ask for; a courier opens it, and no report."""

from copy import deepcopy

import pytest

import schemas
from services.producer.accept import Submission
from services.producer.participant import ReleaseKey
from tests.support.incidents import INCIDENT, layout_target
from tests.support.parties import NOW_S
from tests.support.publishing import Writer, read_all
from tests.support.reading import Reading
from tests.support.reports import smallest_alert
from tests.support.world import COURIER, ORIGINATOR, audience_target, directory_of, targets
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.ids import schema_id
from tocsin.core.report import domain_check

ALERT = schemas.load("reports/alert.avsc")


@pytest.fixture
def writer(tmp_path):
    files = {f"schemas/{schema_id(one).hex()}.avsc": one for one in (INCIDENT, ALERT)}
    audiences = [
        audience_target("focal-points", INCIDENT, roles=["focal-point"]),
        audience_target("couriers", ALERT, sectors=["courier"], approvals=1),
    ]
    entries = targets() | {"streams": layout_target()} | files | dict(audiences)
    return Writer(tmp_path, directory_of(entries))


def alert(writer, *approvers):
    data = deepcopy(smallest_alert(issued=NOW_S, valid_until=NOW_S + 86_400))
    return Submission("alert", writer.acceptance.check("alert", data), approvers=approvers)


async def test_a_courier_opens_the_alert_and_not_the_report(writer, tmp_path):
    (sent,) = writer.acceptance.accept([alert(writer, ReleaseKey(ORIGINATOR.release()))])
    writer.accept("a report")
    writer.seal()
    await writer.deliver()
    reading = Reading(tmp_path, writer.directory, COURIER, domain_check)
    assert [sent.report_id] == read_all(reading, writer.topics)


def test_without_approval_it_is_refused_before_it_is_stored(writer):
    with pytest.raises(RefusedByRuleError, match="approval by 1"):
        writer.acceptance.accept([alert(writer)])


def test_an_approval_by_a_key_that_the_directory_does_not_name_is_refused_when_sealed(writer):
    writer.acceptance.accept([alert(writer, ReleaseKey(COURIER.release()))])
    assert 1 == writer.seal().refused
