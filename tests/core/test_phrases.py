"""A phrase stands in a text as whole words, whatever their case, width, accents and punctuation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.phrases import Phrases, spaced


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tile-Glue", " tile glue "),
        ("ＴＩＬＥ　glue", " tile glue "),
        ("Café naïve\u200b straße", " cafe naive strasse "),
        ("éther di\u00adéthylique", " ether diethylique "),
        ("高级瓷砖胶水", " 高 级 瓷 砖 胶 水 "),
        ("…", " "),
        ("", " "),
    ],
)
def test_words_stand_between_single_spaces(text: str, expected: str) -> None:
    assert expected == spaced(text)


def found(text: str, *phrases: str) -> set[int]:
    return Phrases(map(spaced, phrases)).found(spaced(text))


def test_only_whole_words_count() -> None:
    assert set() == found("percocet stones", "coce", "ton", "tones")
    assert {1} == found("cotton shirt", "ton", "cotton")


def test_phrases_that_overlap_are_all_found() -> None:
    assert {0, 1, 2} == found("white tile glue powder", "tile glue", "glue powder", "white tile glue")


def test_a_phrase_in_chinese_is_found_within_a_sentence() -> None:
    assert {0} == found("高级瓷砖胶水", "瓷砖胶")


def test_without_phrases_nothing_is_found() -> None:
    assert not Phrases([])
    assert set() == Phrases([]).found(" anything ")


@given(st.text(max_size=40), st.text(min_size=1, max_size=15), st.text(max_size=40))
def test_the_automaton_finds_exactly_what_stands_in_the_text(before: str, phrase: str, after: str) -> None:
    text, wanted = spaced(f"{before} {phrase} {after}"), spaced(phrase)
    phrases = [wanted, spaced("never in it zzzz")]
    expected = {number for number, one in enumerate(phrases) if one in text}
    assert expected == Phrases(phrases).found(text)
    assert wanted in text
