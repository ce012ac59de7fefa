"""A report is taken back: gone at its readers, confirmed to its sender; a replay shows nothing of it."""

import pytest

from services.workshop.local_kafka import LocalKafka, Tuning
from tests.support.exercises import reports
from tests.support.stage import ANALYST, COLOMBIA, NETHERLANDS, build_stage
from tocsin.runtime.exits import Exit

pytestmark = pytest.mark.kafka
FIRST, SECOND = reports(0, 2)


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """Two focal points, an analyst, and a broker of their own."""
    folder = tmp_path_factory.mktemp("withdrawal")
    with LocalKafka(folder / "kafka", tuning=Tuning(heap_mb=256), say=lambda _text: None) as kafka:
        yield build_stage(folder / "homes", kafka, (COLOMBIA, NETHERLANDS, ANALYST))


def references(stage, who):
    """What `who` is shown from the beginning, by national reference and kind."""
    said = stage.tocsin(who, "subscribe", "ion,pics", "--from", "earliest", "--until-end", "--json")
    return [(one["report"].get("national_reference"), one["kind"]) for one in said.lines()]


def test_a_withdrawn_report_is_gone_and_every_reader_confirms(stage):
    one, other = FIRST["national_reference"], SECOND["national_reference"]
    stage.tocsin(COLOMBIA, "publish", stage.write("two.jsonl", FIRST, SECOND))
    assert {one, other} == {reference for reference, _ in references(stage, NETHERLANDS)}

    stage.tocsin(COLOMBIA, "publish", "--withdraw", one, "--reason", "error")
    shown = references(stage, NETHERLANDS)
    assert [(other, SECOND["kind"]), (None, "withdrawal")] == shown
    assert set(shown) == set(references(stage, ANALYST))  # who comes later never sees it

    stage.tocsin(COLOMBIA, "send")
    said = stage.tocsin(COLOMBIA, "status", one)
    assert "withdrawn; receipts 2 of 2" in said.err


def test_a_withdrawn_reference_is_used_up(stage):
    said = stage.tocsin(COLOMBIA, "publish", stage.write("again.json", FIRST), expect=Exit.REFUSED)
    assert "was withdrawn: a new report needs a new reference" in said.err


def test_what_cannot_be_withdrawn_is_said(stage):
    words = ("publish", "--withdraw", "no such reference", "--reason", "error")
    assert "holds no incident report" in stage.tocsin(COLOMBIA, *words, expect=Exit.REFUSED).err
    alone = ("publish", "--withdraw", SECOND["national_reference"])
    assert "belong together" in stage.tocsin(COLOMBIA, *alone, expect=Exit.USAGE).err
