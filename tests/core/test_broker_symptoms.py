from tocsin.core.broker_symptoms import BROKER
from tocsin.core.symptoms import Check, Level


def test_no_symptom_is_a_pass() -> None:
    assert {Level.WARN, Level.FAIL} == {one.level for one in BROKER.values()}


def test_they_are_of_one_side_alone() -> None:
    checks = {one.check for one in BROKER.values()}
    assert Check.TLS in checks
    assert Check.HOME not in checks
