"""A network that knows the first version of the report alone, and what a newer release does in it."""

import pytest

from scripts.check_schemas import CONTRACT
from services.workshop.local_kafka import LocalKafka, Tuning
from tests.support.exercises import reports
from tests.support.stage import AUTHORITY, COLOMBIA, NETHERLANDS, build_stage
from tocsin.runtime.exits import Exit

pytestmark = pytest.mark.kafka
FIRST = CONTRACT / "released" / "reports" / "incident_report" / "1.0.avsc"
PLAIN, NEWER = reports(0, 2)
NEWER = NEWER | {"documents": [{"type": "invoice", "number": "7"}]}


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """Two focal points, and a broker of their own."""
    folder = tmp_path_factory.mktemp("versions")
    with LocalKafka(folder / "kafka", tuning=Tuning(heap_mb=256), say=lambda _text: None) as kafka:
        yield build_stage(folder / "homes", kafka, (COLOMBIA, NETHERLANDS))


def allow(stage, *schemas) -> None:
    roles = [word for role in ("focal-point", "analyst") for word in ("--role", role)]
    words = [word for schema in schemas for word in ("--schema", schema)]
    stage.tocsin(
        AUTHORITY, "authority", "audience", "set", "focal-points", *roles, *words, "--max-age-days", "30"
    )
    stage.tocsin(AUTHORITY, "authority", "publish")
    stage.tocsin(COLOMBIA, "send")  # reads the directory


def publish(stage, report, expect=0):
    return stage.tocsin(COLOMBIA, "publish", stage.write("report.json", report), expect=expect)


def references(stage):
    return {one["report"]["national_reference"] for one in stage.read(NETHERLANDS, "ion,pics")}


def test_a_report_that_the_first_version_holds_is_read_there(stage) -> None:
    allow(stage, FIRST)
    publish(stage, PLAIN)
    assert {PLAIN["national_reference"]} == references(stage)


def test_what_only_a_newer_version_can_say_is_named_and_not_left_out(stage) -> None:
    said = publish(stage, NEWER, expect=Exit.REFUSED)
    assert "older version of an incident, which has no field for documents" in said.err


def test_once_the_newer_version_is_allowed_the_same_report_goes_and_is_read(stage) -> None:
    allow(stage, "incident")
    publish(stage, NEWER)
    assert NEWER["national_reference"] in references(stage)
