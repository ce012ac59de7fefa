"""The checker sees what it must see: it is handed each fault once."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.checker import judge
from tests.chaos.history import Alarm, Copy, Gap, History, Receipt, Refusal, Shown

HERE, THERE = frozenset({"south-america"}), frozenset({"south-america", "oceania"})
RECEIPTS = [Receipt(f"CO-{order}", f"id-{order}", 0, order) for order in range(3)]
SHOWN = [Shown(order + 1, f"id-{order}", 1, f"CO-{order}", "ion", HERE) for order in range(3)]
LEFT = Copy("id-2", "ion", "south-america", "published", "tocsin.ion.v1", 3, 41, None)
WAITS = Copy("id-2", "ion", "south-america", "accepted", None, None, None, "the directory has expired")


def verdict(receipts=RECEIPTS, shown=SHOWN, **more):
    return judge(History(receipts, shown=shown, **more))


def test_a_whole_round_has_no_fault():
    assert [] == verdict(refusals=[Refusal("CO-9", 422, ("is no kind",))]).faults


def test_a_receipt_that_came_twice_is_one_report():
    assert 3 == verdict([*RECEIPTS, RECEIPTS[0]]).acknowledged


def test_an_acknowledged_report_that_is_not_shown_is_lost():
    assert ["CO-2"] == verdict(shown=SHOWN[:2]).lost


def test_a_report_that_left_and_is_not_shown_is_lost():
    assert ["CO-2"] == verdict(shown=SHOWN[:2], copies=[LEFT]).lost


def test_a_report_that_waits_without_a_reason_is_lost():
    assert ["CO-2"] == verdict(shown=SHOWN[:2], copies=[WAITS._replace(reason=None)]).lost


def test_a_report_that_waits_for_a_stated_reason_is_held():
    found = verdict(shown=SHOWN[:2], copies=[WAITS])
    assert (1, []) == (found.held, found.faults)


def test_a_report_whose_copies_all_lie_in_an_announced_gap_is_announced():
    found = verdict(shown=SHOWN[:2], copies=[LEFT], gaps=[Gap("tocsin.ion.v1", 3, 40, 42)])
    assert (1, []) == (found.announced, found.faults)


@pytest.mark.parametrize(
    "gap",
    [
        Gap("tocsin.ion.v1", 3, 40, 41),
        Gap("tocsin.ion.v1", 3, 42, 50),
        Gap("tocsin.ion.v1", 4, 40, 42),
        Gap("tocsin.pics.v1", 3, 40, 42),
    ],
)
def test_a_gap_somewhere_else_excuses_no_loss(gap):
    assert ["CO-2"] == verdict(shown=SHOWN[:2], copies=[LEFT], gaps=[gap]).lost


def test_a_report_of_two_regions_is_lost_where_the_reader_announced_the_loss_of_one():
    copies, gaps = [LEFT, LEFT._replace(partition=7)], [Gap("tocsin.ion.v1", 3, 40, 42)]
    assert ["CO-2"] == verdict(shown=SHOWN[:2], copies=copies, gaps=gaps).lost


def test_a_report_that_is_shown_twice_is_doubled():
    assert ["id-2"] == verdict(shown=[*SHOWN, SHOWN[2]._replace(cursor=4)]).doubled


def test_a_reference_with_two_ids_is_doubled():
    assert ["CO-0 has two ids"] == verdict([*RECEIPTS, replace(RECEIPTS[0], report_id="id-9")]).doubled


def test_a_report_that_nobody_acknowledged_is_strange():
    assert ["CO-2"] == verdict(RECEIPTS[:2]).strange


def test_a_second_version_that_nobody_sent_is_strange():
    assert ["CO-2"] == verdict(shown=[*SHOWN, SHOWN[2]._replace(cursor=4, version=2)]).strange


def test_an_earlier_report_behind_a_later_one_is_out_of_order():
    shown = [SHOWN[1]._replace(cursor=1), SHOWN[0]._replace(cursor=2), SHOWN[2]]
    assert ["CO-0"] == verdict(shown=shown).disordered


def test_two_originators_have_no_order_between_them():
    receipts = [RECEIPTS[0], replace(RECEIPTS[1], originator="other"), RECEIPTS[2]]
    shown = [SHOWN[1]._replace(cursor=1), SHOWN[0]._replace(cursor=2), SHOWN[2]]
    assert [] == verdict(receipts, shown).disordered


def test_a_later_report_that_came_through_another_region_is_no_disorder():
    shown = [SHOWN[1]._replace(cursor=1, regions=THERE), SHOWN[0]._replace(cursor=2), SHOWN[2]]
    assert [] == verdict(shown=shown).disordered


def test_a_cursor_that_goes_back_is_out_of_order():
    shown = [SHOWN[0], SHOWN[1]._replace(cursor=5), SHOWN[2]]
    assert ["cursor 3 behind 5"] == verdict(shown=shown).disordered


def test_a_refusal_without_a_reason_is_unexplained():
    refusals = [Refusal("CO-7", 422, ()), Refusal("CO-8", 409, ("",))]
    assert ["CO-7", "CO-8"] == verdict(refusals=refusals).unexplained


def test_a_log_that_lost_a_report_before_a_later_one_must_raise_an_alarm():
    lost = {"shown": [SHOWN[0], SHOWN[2]], "copies": [LEFT._replace(report_id="id-1")]}
    lost["gaps"] = [Gap("tocsin.ion.v1", 3, 40, 42)]
    assert ["ion/south-america"] == verdict(**lost).unalarmed
    assert [] == verdict(**lost, alarms=[Alarm("ion", "south-america")]).faults


@pytest.mark.parametrize("name", ["checker.py", "history.py"])
def test_the_judge_imports_nothing_of_tocsin(name):
    tree = ast.parse(Path(__file__).with_name(name).read_text())
    imported = {one.module for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)}
    imported |= {one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names}
    ours = {
        one for one in imported if one and one.split(".")[0] in {"tocsin", "services", "schemas", "tests"}
    }
    assert ours <= {"tests.chaos.history"}
