"""An applicant proves that it holds the KEM keys that it names."""

from dataclasses import replace

import pytest

from tests.support.parties import Party, seed
from tocsin.core import canonical_json
from tocsin.core.challenge import (
    Answer,
    Challenge,
    answer_challenge,
    check_answer,
    new_challenge,
    read_answer,
    read_challenge,
    write_answer,
    write_challenge,
)
from tocsin.core.errors import MalformedError, UntrustedError
from tocsin.core.primitives import random_bytes

APPLICANT, OTHER = Party("Applicant"), Party("Other")
APPLICATION = seed("what it signed")
KEM = {APPLICANT.key("kem").id: APPLICANT.kem}


@pytest.fixture
def made() -> tuple[Challenge, Answer]:
    return new_challenge(APPLICATION, APPLICANT.keys, random_bytes)


def test_who_holds_the_key_gives_the_answer_that_is_expected(made: tuple[Challenge, Answer]) -> None:
    challenge, expected = made
    answer = read_answer(write_answer(answer_challenge(read_challenge(write_challenge(challenge)), KEM)))
    assert expected == answer
    check_answer(answer, expected)


def test_only_kem_keys_are_challenged(made: tuple[Challenge, Answer]) -> None:
    assert set(KEM) == set(made[0].sealed)


def test_who_has_not_the_key_says_which_is_missing(made: tuple[Challenge, Answer]) -> None:
    with pytest.raises(UntrustedError, match=APPLICANT.key("kem").id.hex()):
        answer_challenge(made[0], {OTHER.key("kem").id: OTHER.kem})


def test_another_key_under_the_id_does_not_open(made: tuple[Challenge, Answer]) -> None:
    with pytest.raises(UntrustedError, match="does not open"):
        answer_challenge(made[0], {APPLICANT.key("kem").id: OTHER.kem})


def test_a_challenge_opens_for_its_application_only(made: tuple[Challenge, Answer]) -> None:
    with pytest.raises(UntrustedError, match="does not open"):
        answer_challenge(replace(made[0], application=seed("another")), KEM)


def test_an_answer_to_another_application_is_refused(made: tuple[Challenge, Answer]) -> None:
    with pytest.raises(UntrustedError, match="another application"):
        check_answer(replace(made[1], application=seed("another")), made[1])


def test_a_challenge_opens_for_its_key_only(made: tuple[Challenge, Answer]) -> None:
    """One secret key under two ids answers for none but the one that was challenged."""
    (sealed,), other = made[0].sealed.values(), OTHER.key("kem").id
    with pytest.raises(UntrustedError, match="does not open"):
        answer_challenge(Challenge(APPLICATION, {other: sealed}), {other: APPLICANT.kem})


def test_an_answer_with_a_proof_too_many_is_refused(made: tuple[Challenge, Answer]) -> None:
    more = {**made[1].proofs, OTHER.key("kem").id: bytes(32)}
    with pytest.raises(UntrustedError, match="does not prove"):
        check_answer(Answer(APPLICATION, more), made[1])


@pytest.mark.parametrize("proofs", [{}, {APPLICANT.key("kem").id: bytes(32)}])
def test_an_answer_that_proves_nothing_is_refused(
    made: tuple[Challenge, Answer], proofs: dict[bytes, bytes]
) -> None:
    with pytest.raises(UntrustedError, match="does not prove"):
        check_answer(Answer(APPLICATION, proofs), made[1])


@pytest.mark.parametrize(
    "changes",
    [
        {"tocsin_answer": 2},
        {"application": "ab"},
        {"application": "zz" * 32},
        {"keys": [{"key": "00", "value": "AA=="}]},
        {"keys": [{"key": "0" * 32, "value": "*"}]},
        {"keys": {}},
        {"keys": [{"key": f"{number:032x}", "value": "AA=="} for number in range(65)]},
    ],
)
def test_a_file_that_is_none_is_refused(changes: dict[str, object]) -> None:
    record = {"tocsin_answer": 1, "application": "ab" * 32, "keys": []}
    with pytest.raises(MalformedError):
        read_answer(canonical_json.dump(record | changes))
