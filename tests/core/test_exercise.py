"""Exercise reports are plausible, repeatable, and marked."""

from random import Random

from tests.support.reports import NOW_S
from tocsin.core.exercise import exercise_alert, exercise_report, s10
from tocsin.core.report import check_alert, check_incident


def test_every_exercise_report_passes_and_is_marked() -> None:
    rng = Random(1)
    checked = [check_incident(exercise_report(rng, number, "DE"), now_s=NOW_S) for number in range(300)]

    assert {True} == {report.exercise for report in checked}
    assert {"ion", "pics"} == {report.stream for report in checked}
    assert 300 == len({report.reference for report in checked})
    assert {"s10", "awb", "other"} == {
        report.body["transport"]["identifiers"][0]["type"] for report in checked
    }
    assert len({report.regions for report in checked}) > 20


def test_every_exercise_alert_passes_and_is_marked() -> None:
    rng = Random(2)
    checked = [check_alert(exercise_alert(rng, issued_s=NOW_S), now_s=NOW_S) for _ in range(100)]

    assert {True} == {alert.exercise for alert in checked}
    assert 100 == len({alert.reference for alert in checked})


def test_the_same_seed_gives_the_same_report() -> None:
    assert exercise_report(Random(7), 1, "FR") == exercise_report(Random(7), 1, "FR")
    assert exercise_report(Random(7), 1, "FR") != exercise_report(Random(8), 1, "FR")


def test_parcel_numbers_pass_their_check() -> None:
    assert "RA473124829CH" == s10("RA", 47312482, "CH")
    # Remainders 0 and 1, where the check digit is 5 and 0.
    assert ["RB000000005XX", "RB000000080XX"] == [s10("RB", 0, "XX"), s10("RB", 8, "XX")]
