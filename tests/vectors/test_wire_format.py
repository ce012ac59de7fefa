"""docs/wire-format.md says what the code does."""

import json

import pytest

from scripts.document_wire import BLOCKS, PAGE, RUNGS, fresh, ladder
from scripts.make_vectors import FOLDER
from tocsin.core.outcomes import Outcome, Reason, Step

CLIMBS = json.loads((FOLDER / "climb.json").read_bytes())["vectors"]
ENDS = [(step, *end) for step, (_asks, ends) in RUNGS.items() for end in ends]


def test_the_page_is_in_step_with_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert fresh(text) == text


@pytest.mark.parametrize("block", BLOCKS)
def test_every_block_stands_on_the_page(block: str) -> None:
    assert f"<!-- generated: {block} -->" in PAGE.read_text(encoding="utf-8")


def test_every_rung_and_every_reason_is_explained() -> None:
    assert list(Step) == list(RUNGS)
    assert set(Reason) == {reason for _step, _outcome, reason in ENDS}


@pytest.mark.parametrize("vector", CLIMBS, ids=lambda one: one["name"])
def test_every_vector_ends_as_the_table_says(vector) -> None:
    gives = vector["gives"]
    ends = [gives[name] for name in ("outcome", "step", "reason")]
    for outcome, step, reason in [ends, *gives.get("items", [])]:
        assert (Step(step), Outcome(outcome), Reason(reason)) in ENDS


def test_a_rung_that_ends_nothing_says_so() -> None:
    assert "| 10 | Judged against the log's head, which moves here." in ladder()
    assert "| nothing |" in ladder()
