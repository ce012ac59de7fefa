"""Real seizures through the whole system: every row is accounted for, and sums are the source's own."""

import json
import os

import duckdb
import pytest

from tests.support.seizure_slice import sums_of_lake, sums_of_slice, write_slice
from tests.support.seizures import seizures_path
from tests.support.stage import ANALYST, COLOMBIA, NETHERLANDS

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
STEP = 104  # of 208,172 rows: 2,002
GOOD = [
    "Americas",
    "South America",
    "Peru",
    "Lima",
    "",
    "2013-05-06",
    "Cocaine",
    "1.5",
    "Kilogram",
    *[""] * 7,
]
ATLANTIS = [*GOOD[:2], "Atlantis", *GOOD[3:]]
LESS_THAN_NOTHING = [*GOOD[:7], "-1.5", *GOOD[8:]]
MORE = (GOOD, ATLANTIS, GOOD, LESS_THAN_NOTHING)


class Imported:
    """A file that `home` imported and the analyst tapped."""

    def __init__(self, stage, home, folder, step=1, more=()):
        self.originator, self.folder = stage.ids[home], folder
        self.file, refused = write_slice(seizures_path(), folder, step, more), folder / "refused.jsonl"
        self.words = ("import", self.file, "--profile", "unodc-ids", "--json")
        said = stage.tocsin(home, *self.words, "--refused", refused, expect=None)
        (self.count,) = said.lines()
        assert said.code == (3 if self.count["refused"] else 0), said.err
        self.refused = {json.loads(line)["line"] for line in refused.read_text().splitlines()}
        self.lake = folder / "lake"
        stage.tocsin(ANALYST, "tap", "ion,pics", "--to", self.lake, "--until-end")

    def rows(self):
        """(rows, distinct reports) of this originator in the lake."""
        return duckdb.execute(
            "select count(*), count(distinct report_id) from read_parquet(?) where originator = ?",
            [f"{self.lake}/**/*.parquet", self.originator],
        ).fetchall()[0]

    def check(self):
        """Every row is accepted or refused; the analyst reads what was accepted; the sums agree."""
        count = self.count
        assert count["read"] == count["accepted"] + count["refused"]
        assert (count["accepted"], count["accepted"]) == self.rows()
        assert count["refused"] == len(self.refused)
        kilograms, litres = sums_of_slice(self.folder, self.refused)
        assert pytest.approx(kilograms, rel=1e-9) == sums_of_lake(self.lake, self.originator, "kilograms")
        assert pytest.approx(litres, rel=1e-9) == sums_of_lake(self.lake, self.originator, "litres")
        assert kilograms


@pytest.fixture(scope="module")
def imported(stage, tmp_path_factory):
    return Imported(stage, NETHERLANDS, tmp_path_factory.mktemp("slice"), STEP, MORE)


def test_a_slice_of_the_seizures_arrives_whole_and_with_the_sums_of_the_source(imported):
    imported.check()
    assert (2_006, 2) == (imported.count["read"], imported.count["refused"])


def test_importing_the_same_file_again_adds_nothing(stage, imported):
    (again,) = stage.tocsin(NETHERLANDS, *imported.words, expect=3).lines()
    assert (0, imported.count["accepted"]) == (again["accepted"], again["known"])
    stage.tocsin(ANALYST, "tap", "ion,pics", "--to", imported.lake, "--until-end")
    assert (imported.count["accepted"], imported.count["accepted"]) == imported.rows()


@pytest.mark.timeout(3_600)
@pytest.mark.skipif("TOCSIN_WHOLE" not in os.environ, reason="TOCSIN_WHOLE=1 imports all 208,172 rows")
def test_all_seizures_arrive_whole_and_with_the_sums_of_the_source(stage, tmp_path):
    imported = Imported(stage, COLOMBIA, tmp_path / "whole")
    imported.check()
    assert 208_172 == imported.count["read"]
