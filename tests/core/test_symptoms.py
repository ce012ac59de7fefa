from tocsin.core.findings import MEANINGS
from tocsin.core.symptoms import Symptom


def test_each_symptom_has_a_meaning_and_advice() -> None:
    assert set(Symptom) == set(MEANINGS)
    assert all(one.means and one.do for one in MEANINGS.values())
