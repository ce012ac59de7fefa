"""What came of it: nothing that goes back to a firm identifies anybody."""

import pytest

from tests.support.letters import smallest_feedback
from tests.support.reports import problems_of
from tocsin.core.feedback import feedback_check

STRICT = feedback_check(strict=True)


@pytest.mark.parametrize("field", ["about", "subject", "code", "given_at"])
def test_what_all_feedback_says_is_missed(field: str) -> None:
    assert {field: "is missing"} == problems_of(STRICT, smallest_feedback(**{field: None}))


@pytest.mark.parametrize("text", ["Call +31 20 123 4567.", "It was RA473124829CN.", "Write to a@b.nl"])
@pytest.mark.parametrize("about", ["answer", "tip"])
def test_a_text_to_a_firm_holds_no_number_or_address_of_somebody(about: str, text: str) -> None:
    problems = problems_of(STRICT, smallest_feedback(about=about, text=text))
    assert problems["text"].startswith("holds what looks like a telephone")


def test_officers_may_tell_each_other_numbers() -> None:
    assert (
        "RA473124829CN" in STRICT(smallest_feedback(about="report", text="It was RA473124829CN."))["text"]
    )


def test_plain_words_to_a_firm_pass() -> None:
    assert "Thank you." == STRICT(smallest_feedback(text="Thank you."))["text"]
