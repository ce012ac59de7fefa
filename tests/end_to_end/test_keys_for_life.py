"""Keys are replaced, planned and stolen; partners are suspended and expelled; reports go on."""

import pytest

from tests.support.exercises import reports
from tests.support.stage import ANALYST, AUTHORITY, COLOMBIA, NETHERLANDS

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


@pytest.fixture(scope="module")
def writing(stage):
    """Publishes the exercise report of a number from Colombia; the exit code expected of it."""

    def publish(number, expect=0):
        (report,) = reports(number, 1)
        file = stage.write(f"{number}.jsonl", report)
        return stage.tocsin(COLOMBIA, "publish", file, "--json", expect=expect).lines()[0]["state"]

    return publish


def numbers(stage, home):
    """The numbers of the reports that `home` reads of the streams from their beginning."""
    found = [one["report"]["national_reference"] for one in stage.read(home, "ion,pics")]
    assert len(found) == len(set(found))
    return {int(one.rsplit("-", 1)[1]) for one in found}


def rotate(stage, home, *words):
    """Rotate, meet the challenge, have the authority take it up and publish."""
    change, challenge, answer = (stage.folder / f"{home}.{one}" for one in ("change", "asked", "answer"))
    stage.tocsin(home, "keys", "rotate", *words, "--out", change)
    stage.tocsin(AUTHORITY, "authority", "challenge", change, "--out", challenge)
    stage.tocsin(home, "keys", "answer", challenge, "--out", answer)
    words = ("authority", "participant", "change-keys", change, "--answer", answer)
    said = stage.tocsin(AUTHORITY, *words)
    stage.tocsin(AUTHORITY, "authority", "publish")
    return said.out


def participant(stage, verb, home, *words):
    stage.tocsin(AUTHORITY, "authority", "participant", verb, stage.ids[home], *words)
    stage.tocsin(AUTHORITY, "authority", "publish")


def files(stage, home):
    return {one.name for one in (stage.home(home) / "keys").glob("*.pem")}


def test_planned_keys_take_over_and_the_old_ones_are_destroyed_with_nothing_lost(stage, writing):
    assert "published" == writing(1)
    first = files(stage, COLOMBIA)
    assert "new record key" in rotate(stage, COLOMBIA)
    assert "published" == writing(2)
    assert "up to the final head stays good" in rotate(stage, COLOMBIA, "--finish")
    assert "published" == writing(3)
    gone = stage.tocsin(COLOMBIA, "keys", "destroy").out.splitlines()
    assert ["kem", "record", "release", "statement"] == sorted(line.split()[0] for line in gone)
    assert set() == files(stage, COLOMBIA) & first
    assert "published" == writing(4)
    assert {1, 2, 3, 4} == numbers(stage, NETHERLANDS)


def test_a_reader_whose_kem_key_is_replaced_reads_on_and_again_from_the_start(stage, writing):
    rotate(stage, NETHERLANDS, "--purpose", "kem")
    assert "published" == writing(5)
    stage.tocsin(NETHERLANDS, "subscribe", "all", "--until-end")
    rotate(stage, NETHERLANDS, "--purpose", "kem", "--finish")
    stage.tocsin(NETHERLANDS, "subscribe", "all", "--until-end")
    stage.tocsin(NETHERLANDS, "keys", "destroy")
    assert "published" == writing(6)
    assert {1, 2, 3, 4, 5, 6} == numbers(stage, NETHERLANDS)


def test_after_a_theft_nothing_leaves_until_the_authority_knows_and_then_under_new_secrets(stage, writing):
    change = stage.folder / "stolen.change"
    stage.tocsin(COLOMBIA, "keys", "rotate", "--reason", "stolen", "--out", change)
    assert "accepted" == writing(7, expect=5)
    challenge, answer = stage.folder / "stolen.asked", stage.folder / "stolen.answer"
    stage.tocsin(AUTHORITY, "authority", "challenge", change, "--out", challenge)
    stage.tocsin(COLOMBIA, "keys", "answer", challenge, "--out", answer)
    stage.tocsin(AUTHORITY, "authority", "participant", "change-keys", change, "--answer", answer)
    stage.tocsin(AUTHORITY, "authority", "publish")
    stage.tocsin(COLOMBIA, "send")
    assert {1, 2, 3, 4, 5, 6, 7} == numbers(stage, NETHERLANDS)
    assert {1, 2, 3, 4, 5, 6, 7} == numbers(stage, ANALYST)


def test_who_is_suspended_opens_nothing_new_and_when_resumed_what_history_gives(stage, writing):
    participant(stage, "suspend", ANALYST, "--reason", "inquiry")
    assert "published" == writing(8)
    assert 8 not in numbers(stage, ANALYST)
    participant(stage, "resume", ANALYST)
    assert "published" == writing(9)
    assert {8, 9} <= numbers(stage, ANALYST)


def test_who_is_expelled_publishes_nothing_more_and_what_was_read_stays(stage, writing):
    assert {1, 2, 3, 4, 5, 6, 7, 8, 9} == numbers(stage, NETHERLANDS)
    participant(stage, "expel", COLOMBIA, "--reason", "expelled")
    assert "accepted" == writing(10, expect=5)
    assert {1, 2, 3, 4, 5, 6, 7, 8, 9} == numbers(stage, NETHERLANDS)
