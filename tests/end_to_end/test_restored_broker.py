"""A broker comes back from a backup of its folders: nothing that it had acknowledged is lost."""

import shutil

import pytest

from tests.support.exercises import reports
from tests.support.stage import ANALYST, COLOMBIA, NETHERLANDS

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
WENT_BACK = "the broker no longer holds what it acknowledged to us"
READ_AGAIN = "was restored to an older state or made anew: read again from its beginning"


def publish(stage, home, *numbers):
    for number in numbers:
        file = stage.write(f"{number}.jsonl", *reports(number, 1))
        said = stage.tocsin(home, "publish", file, "--json")
        assert ["published"] == [one["state"] for one in said.lines()]
    return said


def read(stage, home):
    found = [one["report"]["national_reference"] for one in stage.read(home, "ion,pics", expect=None)]
    return sorted(int(one.rsplit("-", 1)[1]) for one in found)


@pytest.fixture(scope="module")
def restored(stage):
    """1 lies in the backup, 2 and 3, which the analyst has read, do not; 10 to 15 came unnoticed."""
    publish(stage, COLOMBIA, 1)
    (logs,) = stage.kafka.log_dirs
    backup = logs.with_name("backup")
    stage.kafka.stop()
    shutil.copytree(logs, backup)
    stage.kafka.start()
    publish(stage, COLOMBIA, 2, 3)
    assert [1, 2, 3] == read(stage, ANALYST)
    stage.kafka.stop()
    shutil.rmtree(logs)
    shutil.copytree(backup, logs)
    stage.kafka.start()
    publish(stage, NETHERLANDS, *range(10, 16))
    return stage


def test_a_reader_says_so_and_reads_again(restored):
    assert [1, 2, 3, *range(10, 16)] == read(restored, ANALYST)
    assert READ_AGAIN in restored.tocsin(ANALYST, "alarms").err


def test_the_publisher_sends_again_what_was_lost_and_each_reader_has_it_once(restored):
    assert WENT_BACK in publish(restored, COLOMBIA, 4).err
    assert [1, 2, 3, 4] == read(restored, NETHERLANDS)
    assert [1, 2, 3, 4, *range(10, 16)] == read(restored, ANALYST)


def test_what_was_sent_again_is_not_sent_a_third_time(restored):
    assert WENT_BACK not in publish(restored, COLOMBIA, 5).err
    assert [1, 2, 3, 4, 5] == read(restored, NETHERLANDS)
