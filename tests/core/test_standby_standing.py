from tocsin.core.findings import well
from tocsin.core.standby import Choice, Turn
from tocsin.core.standby_standing import judge_standby
from tocsin.core.symptoms import Check, Symptom


def test_a_standby_that_waits_is_well() -> None:
    expected = well(Check.KEYS, "the root names this standby, and it waits: signed 1 h ago", "topic")
    assert expected == judge_standby(Choice(Turn.WAIT, "signed 1 h ago"), "topic", stands_in=False)


def test_one_that_would_sign_or_signed_last_stands_in() -> None:
    found = [
        judge_standby(Choice(turn, "why"), "", stands_in=signed)
        for turn, signed in ((Turn.SIGN, False), (Turn.WAIT, True))
    ]
    assert [Symptom.STANDS_IN] * 2 == [one.symptom for one in found]


def test_one_that_must_not_sign_fails_with_the_reason() -> None:
    found = judge_standby(Choice(Turn.REFUSE, "the clock is behind"), "", stands_in=True)
    assert (Symptom.STANDBY_REFUSES, "the clock is behind") == (found.symptom, found.what)
