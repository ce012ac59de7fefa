"""The plan of faults: the same seed gives the same plan, and every fault comes."""

import pytest

from tests.chaos.plan import GROUPS, draw, faults_named

ALL = faults_named(())


def test_the_same_seed_gives_the_same_plan():
    assert draw(7, ALL, 50) == draw(7, ALL, 50)
    assert draw(7, ALL, 50) != draw(8, ALL, 50)


def test_every_fault_comes_before_one_comes_twice():
    assert set(ALL) == {one.fault for one in draw(7, ALL, len(ALL))}


def test_a_group_stands_for_its_faults_and_a_name_for_itself():
    assert (*GROUPS["busy"], "slow") == faults_named(("busy", "slow"))


def test_a_fault_that_does_not_exist_is_named():
    with pytest.raises(ValueError, match="no such fault: flood"):
        faults_named(("kills", "flood"))


def test_the_cluster_is_away_for_a_minute_at_most():
    assert max(one.hold_s for one in draw(7, ("kill-cluster",), 50_000)) == 60.0
