"""A laptop is lost: its home comes back from a backup, goes on, and nobody reads anything twice."""

import pytest

from tests.support.exercises import reports
from tests.support.stage import AUTHORITY, COLOMBIA, NETHERLANDS
from tocsin.adapters.home import ParticipantHome

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


def publish(stage, home, number):
    file = stage.write(f"{number}.jsonl", *reports(number, 1))
    return stage.tocsin(home, "publish", file, "--json").lines()[0]["state"]


def read(stage):
    found = [one["report"]["national_reference"] for one in stage.read(NETHERLANDS, "ion,pics")]
    return sorted(int(one.rsplit("-", 1)[1]) for one in found)


def test_a_restored_home_publishes_on_and_each_report_is_read_once(stage):
    backup, shares = stage.folder / "backup", stage.folder / "shares"
    assert "published" == publish(stage, COLOMBIA, 1)
    stage.tocsin(COLOMBIA, "keys", "backup", "--out", backup, "--shares", shares)
    assert "published" == publish(stage, COLOMBIA, 2)
    words = [word for file in sorted(shares.iterdir()) for word in ("--share", file)]
    said = stage.tocsin("restored", "keys", "restore", "--from", backup, *words)
    assert "is not in it: file it again" in said.err
    assert "published" == publish(stage, "restored", 3)
    assert [1, 2, 3] == read(stage)


def test_the_old_home_that_turns_up_again_and_the_restored_one_each_notice_the_other(stage):
    """Both publish under one key; a reader still has each report once."""
    for home, number in ((COLOMBIA, 4), ("restored", 5)):
        file = stage.write(f"{number}.jsonl", *reports(number, 1))
        said = stage.tocsin(home, "publish", file)
        assert "records under our key were not sealed by this home" in said.err
        assert "a copy of it is in use elsewhere" in stage.tocsin(home, "status").err
    assert [1, 2, 3, 4, 5] == read(stage)


def test_a_backup_of_every_night_is_made_beside_a_service_and_goes_on_where_it_was(stage):
    """With the passphrase of then, in one file; what was published since is not published anew."""
    archive = stage.folder / "night.tar"
    with ParticipantHome.open(stage.home("restored")).hold("outbox"):
        stage.tocsin("restored", "backup", archive)
    assert "published" == publish(stage, "restored", 6)
    stage.tocsin("again", "restore", archive, "--dry-run")
    assert not stage.home("again").exists()
    said = stage.tocsin("again", "restore", archive)
    assert "is not in it: file it again" in said.err
    assert "published" == publish(stage, "again", 7)
    assert [1, 2, 3, 4, 5, 6, 7] == read(stage)


def test_an_authority_that_was_restored_publishes_on(stage):
    archive = stage.folder / "authority.tar"
    stage.tocsin(AUTHORITY, "backup", archive)
    stage.tocsin("second authority", "restore", archive)
    stage.tocsin("second authority", "authority", "publish")
    listed = stage.tocsin("second authority", "authority", "participant", "list", "--json").lines()
    assert {COLOMBIA.capitalize(), NETHERLANDS.capitalize()} <= {one["name"] for one in listed}
