import pytest

from tocsin.core.findings import (
    NEEDS,
    ground_lost,
    ill,
    is_lost,
    needed_for,
    skipped,
    summary,
    unfinished,
    well,
)
from tocsin.core.symptoms import Check, Level, Symptom


def test_each_check_stands_on_earlier_ones_alone() -> None:
    order = list(Check)
    assert set(order) == set(NEEDS)
    for check, needs in NEEDS.items():
        assert all(order.index(one) < order.index(check) for one in needs), check


def test_all_that_a_check_stands_on_is_run_before_it() -> None:
    wanted = [Check.HOME, Check.NAMES, Check.PORTS, Check.TLS]
    assert wanted == needed_for([Check.TLS])


def test_the_directory_is_looked_at_before_the_clock_and_may_fail() -> None:
    assert Check.DIRECTORY in needed_for([Check.CLOCK])
    assert None is ground_lost(Check.CLOCK, {Check.DIRECTORY})


def test_a_check_whose_ground_failed_is_skipped_and_names_it() -> None:
    one = ground_lost(Check.TLS, {Check.PORTS})
    assert one is not None
    assert (Check.TLS, Level.SKIPPED) == (one.check, one.level)
    assert "ports" in one.what


def test_a_check_whose_ground_holds_is_not_skipped() -> None:
    assert None is ground_lost(Check.TLS, {Check.DISK})


@pytest.mark.parametrize(
    ("one", "lost"),
    [
        (well(Check.DISK, "room"), False),
        (ill(Symptom.DISK_SHORT, "here"), False),
        (ill(Symptom.DISK_FULL, "here"), True),
        (skipped(Check.DISK, "of that"), True),
    ],
)
def test_what_failed_or_was_skipped_is_no_ground(one, lost) -> None:
    assert lost is is_lost([well(Check.DISK, "room"), one])


def test_a_finding_has_what_where_and_what_to_do() -> None:
    row = ill(Symptom.PORT_CLOSED, "broker.example:9093").row()
    assert ["check", "level", "finding", "what", "where", "do"] == list(row)
    assert ("ports", "fail", "port closed") == (row["check"], row["level"], row["finding"])
    assert all(row.values())


def test_a_pass_has_the_same_six_fields() -> None:
    row = well(Check.PORTS, "open", "broker.example:9093").row()
    assert (None, "") == (row["finding"], row["do"])


def test_what_is_known_more_closely_is_said_instead_of_the_meaning() -> None:
    assert "two bytes" == ill(Symptom.DISK_FULL, "here", "two bytes").what


def test_a_check_that_did_not_end_is_named() -> None:
    one = unfinished(Check.TOPICS, "it did not end within 30 s")
    assert (Check.TOPICS, Level.FAIL) == (one.check, one.level)


def test_the_end_counts_each_level_that_there_is() -> None:
    found = [well(Check.DISK, "room"), well(Check.HOME, "ours"), ill(Symptom.DISK_SHORT, "here")]
    assert "2 pass, 1 warn" == summary(found)
