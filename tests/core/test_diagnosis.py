import pytest

from tests.support.parties import DAY_S, NOW_S
from tocsin.core.clock_skew import Clock, Finding
from tocsin.core.diagnosis import (
    LEAST_FREE_BYTES,
    TopicFacts,
    days,
    judge_certificate,
    judge_clock_found,
    judge_database,
    judge_directory_age,
    judge_disk,
    judge_metadata,
    judge_python,
    judge_topics,
)
from tocsin.core.symptoms import Symptom

HOUR_S = 3_600
GIB = 2**30


@pytest.mark.parametrize(
    ("free_bytes", "symptom"),
    [
        (LEAST_FREE_BYTES - 1, Symptom.DISK_FULL),
        (LEAST_FREE_BYTES, Symptom.DISK_SHORT),
        (GIB + LEAST_FREE_BYTES - 1, Symptom.DISK_SHORT),
        (GIB + LEAST_FREE_BYTES, None),
    ],
)
def test_a_disk_is_judged_by_what_its_bounds_may_still_take(free_bytes, symptom) -> None:
    assert symptom is judge_disk(free_bytes, GIB, "here").symptom


def test_sizes_are_told_in_the_unit_that_fits() -> None:
    assert "300 MiB free" in judge_disk(300 * 2**20, GIB, "here").what
    assert "1.0 GiB more" in judge_disk(300 * 2**20, GIB, "here").what


@pytest.mark.parametrize(
    ("version", "symptom"), [((3, 10, 9), Symptom.OLD_PYTHON), ((3, 11, 0), None), ((3, 14, 1), None)]
)
def test_python_is_3_11_or_newer(version, symptom) -> None:
    assert symptom is judge_python(version).symptom


@pytest.mark.parametrize(
    ("version", "symptom"),
    [(3, Symptom.OLDER_DATABASE), (4, None), (5, Symptom.NEWER_DATABASE)],
)
def test_a_database_has_the_version_that_this_program_knows(version, symptom) -> None:
    assert symptom is judge_database(version, 4, "outbox.db").symptom


@pytest.mark.parametrize(
    ("left_s", "symptom"), [(30 * DAY_S - 1, Symptom.CERTIFICATE_ENDS), (30 * DAY_S, None)]
)
def test_a_certificate_warns_30_days_before_its_end(left_s, symptom) -> None:
    assert symptom is judge_certificate(NOW_S + left_s, NOW_S, "broker:9093").symptom


@pytest.mark.parametrize(
    ("age_s", "symptom"),
    [
        (-600, None),
        (3 * HOUR_S - 1, None),
        (3 * HOUR_S, Symptom.DIRECTORY_LATE),
        (24 * HOUR_S, Symptom.DIRECTORY_STALE),
        (96 * HOUR_S, Symptom.DIRECTORY_TOO_OLD),
    ],
)
def test_the_directory_s_age_has_the_bounds_of_the_services(age_s, symptom) -> None:
    assert symptom is judge_directory_age(NOW_S - age_s, NOW_S, "directory").symptom


@pytest.mark.parametrize(
    ("clock", "symptom"),
    [
        (Clock.FITS, None),
        (Clock.BEHIND, Symptom.CLOCK_BEHIND),
        (Clock.AHEAD, Symptom.CLOCK_AHEAD),
        (Clock.AUTHORITY_LATE, Symptom.AUTHORITY_SILENT),
        (Clock.UNCLEAR, Symptom.CLOCK_UNCLEAR),
    ],
)
def test_each_word_about_the_clock_is_a_finding(clock, symptom) -> None:
    assert symptom is judge_clock_found(Finding(clock, 600)).symptom


def test_signatures_of_the_authority_warn_ten_days_before_their_end() -> None:
    ends = {"root": NOW_S + 300 * DAY_S, "targets": NOW_S + 9 * DAY_S, "timestamp": NOW_S}
    found = judge_metadata(ends, NOW_S)
    assert [None, Symptom.METADATA_ENDS] == [one.symptom for one in found]


@pytest.mark.parametrize(("days", "symptom"), [(1, Symptom.METADATA_ENDS), (3, None)])
def test_what_the_authority_s_service_signs_anew_by_itself_warns_where_it_did_not(days, symptom) -> None:
    (one,) = judge_metadata({"snapshot": NOW_S + days * DAY_S}, NOW_S)
    assert symptom is one.symptom


def test_topics_that_are_as_asked_for_are_one_finding() -> None:
    (one,) = judge_topics([TopicFacts("a", True, copies=3, min_insync=2)] * 4, 3)
    assert "4 topics are as the directory asks for" == one.what


def test_a_topic_that_differs_or_is_missing_is_named() -> None:
    different = TopicFacts("a", True, ("retention.ms: 1 -> 2",), 3, 2)
    found = judge_topics([different, TopicFacts("b", False)], 3)
    assert [Symptom.TOPIC_DIFFERS, Symptom.TOPIC_MISSING] == [one.symptom for one in found]
    assert ["a", "b"] == [one.where for one in found]
    assert "retention.ms: 1 -> 2" == found[0].what


@pytest.mark.parametrize("facts", [{"copies": 2, "min_insync": 2}, {"copies": 3, "min_insync": 1}])
@pytest.mark.parametrize(("brokers", "said"), [(1, "one broker"), (3, "3 brokers")])
def test_too_few_copies_are_a_warning(facts, brokers, said) -> None:
    found = judge_topics([TopicFacts("a", True, **facts)], brokers)
    assert [None, Symptom.FEW_COPIES] == [one.symptom for one in found]
    assert said in found[1].what


@pytest.mark.parametrize(
    ("left_s", "said"),
    [
        (217 * DAY_S + 5, "217 days"),
        (DAY_S, "1 day"),
        (DAY_S - 1, "less than a day"),
        (0, "no time at all: it has ended"),
    ],
)
def test_what_is_left_is_told_in_whole_days(left_s, said) -> None:
    assert said == days(left_s)
