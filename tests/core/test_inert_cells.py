"""What begins like a formula rests in a spreadsheet and comes back; numbers stay numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.inert_cells import bared, guarded


@pytest.mark.parametrize("text", ["=1+1", "\t=1", "@x", "+44 20 7946 0000", "-x", "＝1", "'=1", "\r=1"])
def test_what_begins_like_a_formula_gets_a_guard_and_comes_back(text: str) -> None:
    assert "'" + text == guarded(text)
    assert text == bared(guarded(text))


@pytest.mark.parametrize("text", ["-1.5", "-7", "1.5", "", "plain", "O'Brien", "'90s", "a=b"])
def test_numbers_and_other_text_are_left_alone(text: str) -> None:
    assert (text, text) == (guarded(text), bared(text))


@given(st.text(alphabet="'=+-@\t\r\n1.aé", max_size=8))
def test_nothing_guarded_runs_and_everything_comes_back(text: str) -> None:
    written = guarded(text)
    assert text == bared(written)
    assert written[:1] not in {*"=+@\t\r\n"}
