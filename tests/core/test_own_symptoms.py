from tocsin.core.own_symptoms import OWN
from tocsin.core.symptoms import Check, Level


def test_no_symptom_is_a_pass() -> None:
    assert {Level.WARN, Level.FAIL} == {one.level for one in OWN.values()}


def test_they_are_of_one_side_alone() -> None:
    checks = {one.check for one in OWN.values()}
    assert Check.HOME in checks
    assert Check.TLS not in checks
