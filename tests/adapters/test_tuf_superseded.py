"""The directory's topic loses what left the state in force 30 days ago, and nothing else."""

import pytest

from tests.support.authority import COLOMBIA, NETHERLANDS, new_repository
from tests.support.parties import DAY_S, NOW_S
from tocsin.adapters.tuf_entries import stored_name
from tocsin.adapters.tuf_superseded import KEPT_S, superseded
from tocsin.core.primitives import sha256

NAME, DATA = COLOMBIA.target()
COLOMBIAS = stored_name(NAME, sha256(DATA).hex())
OLD = {"1.targets.json", "1.snapshot.json", COLOMBIAS}


@pytest.fixture
def topic(tmp_path):
    """What the topic holds and since when: Colombia left on day 10, the list was signed anew on day 20."""
    repository = new_repository(tmp_path / "repository", COLOMBIA, NETHERLANDS)
    found, stored_at_ms = {}, {}

    def publish(day):
        for name, data in repository.files().items():
            if found.get(name) != data:
                found[name], stored_at_ms[name] = data, (NOW_S + day * DAY_S) * 1_000

    publish(0)
    repository.put_targets({}, NOW_S, remove=[NAME])
    publish(10)
    repository.put_targets({}, NOW_S)
    publish(20)
    return found, stored_at_ms, repository


def gone(topic, at_s):
    found, stored_at_ms, repository = topic
    return set(superseded(found, stored_at_ms, repository.files(), at_s))


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, set()),
        (20, set()),
        (40, OLD),
        (50, OLD | {"2.targets.json", "2.snapshot.json"}),
        (5_000, OLD | {"2.targets.json", "2.snapshot.json"}),
    ],
)
def test_what_left_the_state_thirty_days_ago_goes(topic, days, expected) -> None:
    assert expected == gone(topic, NOW_S + days * DAY_S)


def test_the_last_second_of_the_thirty_days_counts(topic) -> None:
    left_s = NOW_S + 10 * DAY_S
    assert set() == gone(topic, left_s + KEPT_S - 1)
    assert OLD == gone(topic, left_s + KEPT_S)


def test_what_no_state_ever_named_stays_for_thirty_days_too(topic) -> None:
    """A part of a state that is being published is named by nothing yet."""
    found, stored_at_ms, _repository = topic
    found["9.targets.json"], stored_at_ms["9.targets.json"] = b"", (NOW_S + 50 * DAY_S) * 1_000
    assert "9.targets.json" not in gone(topic, NOW_S + 50 * DAY_S + KEPT_S - 1)
    assert "9.targets.json" in gone(topic, NOW_S + 50 * DAY_S + KEPT_S)


def test_roots_stay_for_ever(topic) -> None:
    found, stored_at_ms, _repository = topic
    found["7.root.json"], stored_at_ms["7.root.json"] = b"old", 0
    assert not [name for name in gone(topic, NOW_S + 5_000 * DAY_S) if "root" in name]


def test_what_nobody_of_ours_put_there_goes_as_well(topic) -> None:
    found, stored_at_ms, _repository = topic
    for name in ("junk", "x.targets.json", "01.snapshot.json"):
        found[name], stored_at_ms[name] = b"", NOW_S * 1_000
    assert {"junk", "x.targets.json", "01.snapshot.json"} == gone(topic, NOW_S + KEPT_S)


def test_a_forged_number_does_not_shorten_the_grace(topic) -> None:
    found, stored_at_ms, _repository = topic
    found["9.targets.json"], stored_at_ms["9.targets.json"] = b"", 0
    assert {"9.targets.json"} == gone(topic, NOW_S + 20 * DAY_S)


def test_a_damaged_list_ends_nothing(topic) -> None:
    found, _stored, _repository = topic
    found["2.targets.json"] = b"junk"
    assert OLD == gone(topic, NOW_S + 40 * DAY_S)


def test_a_topic_made_anew_loses_nothing(topic) -> None:
    _found, _stored, repository = topic
    assert [] == superseded({}, {}, repository.files(), NOW_S + 5_000 * DAY_S)
