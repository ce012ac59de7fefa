"""What the code can say of keys and directory stands in the documentation with what to do, and no more."""

import re

import pytest

from services.producer.waiting import Why
from tests.support.messages import sentences
from tests.support.source import ROOT
from tocsin.adapters.inbox.causes import Cause
from tocsin.core.clock_skew import Clock, Finding
from tocsin.core.outcomes import AlarmKind, Reason
from tocsin.core.symptoms import Symptom

OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
MESSAGES = (ROOT / "docs" / "messages.md").read_text()
OF_NO_SENTENCE = "It has no content and takes none."


def rows(header: str) -> dict[str, str]:
    """First cell -> last cell of the table under `header`, asterisks aside."""
    table = OPERATIONS.split(header, 1)[1].split("\n\n", 1)[0]
    cells = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    return {one[0].removesuffix(" *"): one[-1] for one in cells}


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("| alarm | what to do |", set(AlarmKind)),
        ("| waits for | until | what to do |", {one.value for one in Cause}),
        ("| reason | what it means | what to do |", set(Reason) - {Reason.WHOLE}),
        ("| why | what it means | what to do |", set(Why)),
    ],
    ids=["alarms", "causes", "reasons", "obstacles"],
)
def test_each_word_of_a_closed_list_has_a_row_with_what_to_do(header: str, said: set[str]) -> None:
    found = rows(header)
    assert {str(one) for one in said} == set(found)
    assert all(found.values())


def test_each_finding_of_the_doctor_has_a_row_with_what_to_do() -> None:
    table = OPERATIONS.split("| check | finding | level |", 1)[1].split("<!-- end -->", 1)[0]
    cells = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    assert {str(one) for one in Symptom} == {one[1] for one in cells}
    assert all(one[4] for one in cells)


def test_each_sentence_of_the_code_is_listed_and_none_that_it_no_longer_says() -> None:
    said = {one for one in sentences() if not one.endswith(OF_NO_SENTENCE)}
    assert said == {line[2:] for line in MESSAGES.splitlines() if line.startswith("- ")}


def test_each_group_of_messages_says_what_to_do() -> None:
    for group in MESSAGES.split("\n## ")[1:]:
        title, advice, *_ = group.split("\n\n")
        assert re.search(r"\w{3,}.*\.", advice, re.DOTALL), title


@pytest.mark.parametrize("clock", [one for one in Clock if one is not Clock.FITS])
def test_each_finding_about_the_clock_is_explained_in_the_operations(clock: Clock) -> None:
    opening = re.split(r" less than a minute| 0", Finding(clock, 0).words())[0]
    assert f'"{opening}' in OPERATIONS
