from tocsin.core.symptoms import MEANINGS, Level, Symptom


def test_each_symptom_has_a_meaning_and_advice() -> None:
    assert set(Symptom) == set(MEANINGS)
    assert all(one.means and one.do for one in MEANINGS.values())


def test_no_symptom_is_a_pass() -> None:
    assert {Level.WARN, Level.FAIL} == {one.level for one in MEANINGS.values()}
