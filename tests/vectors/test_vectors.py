"""The stored vectors hold, and each names the rung on which it ends."""

import json

import pytest

from scripts.make_vectors import FOLDER, differing, make
from scripts.vectors.operations import OPERATIONS

CLIMBS = json.loads((FOLDER / "climb.json").read_bytes())["vectors"]
ON_A_RUNG = [one for one in CLIMBS if one["name"][0].isdigit() and not one["name"].startswith("10")]


def test_every_stored_vector_gives_what_it_says() -> None:
    assert [] == list(differing())


def test_every_operation_has_its_vectors() -> None:
    assert set(OPERATIONS) == {path.stem for path in FOLDER.glob("*.json")}


def test_the_stored_vectors_are_those_that_the_script_makes() -> None:
    """Random parts differ each time; names do not."""
    made = {operation: [one["name"] for one in it["vectors"]] for operation, it in make().items()}
    stored = {
        path.stem: [one["name"] for one in json.loads(path.read_bytes())["vectors"]]
        for path in FOLDER.glob("*.json")
    }
    assert made == stored


@pytest.mark.parametrize("vector", ON_A_RUNG, ids=lambda one: one["name"])
def test_a_refused_record_ends_on_the_rung_that_its_name_says(vector) -> None:
    assert int(vector["name"].split(":")[0]) == vector["gives"]["step"]
