"""The checker sees what it must see: it is handed each fault once."""

from dataclasses import replace

from tests.chaos.checker import Shown, judge
from tests.chaos.feeder import Receipt, Refusal

HERE, THERE = frozenset({"south-america"}), frozenset({"south-america", "oceania"})
RECEIPTS = [Receipt(f"CO-{order}", f"id-{order}", 0, order) for order in range(3)]
SHOWN = [Shown(order + 1, f"id-{order}", 1, f"CO-{order}", "ion", HERE) for order in range(3)]


def test_a_whole_round_has_no_fault() -> None:
    assert [] == judge(RECEIPTS, [Refusal("CO-9", 422, ("is no kind",))], SHOWN).faults


def test_a_receipt_that_came_twice_is_one_report() -> None:
    assert 3 == judge([*RECEIPTS, RECEIPTS[0]], [], SHOWN).acknowledged


def test_an_acknowledged_report_that_is_not_shown_is_lost() -> None:
    assert ["CO-2"] == judge(RECEIPTS, [], SHOWN[:2]).lost


def test_a_report_that_is_shown_twice_is_doubled() -> None:
    assert ["id-2"] == judge(RECEIPTS, [], [*SHOWN, SHOWN[2]._replace(cursor=4)]).doubled


def test_a_reference_with_two_ids_is_doubled() -> None:
    assert ["CO-0 has two ids"] == judge(
        [*RECEIPTS, replace(RECEIPTS[0], report_id="id-9")], [], SHOWN
    ).doubled


def test_a_report_that_nobody_acknowledged_is_strange() -> None:
    assert ["CO-2"] == judge(RECEIPTS[:2], [], SHOWN).strange


def test_a_second_version_that_nobody_sent_is_strange() -> None:
    assert ["CO-2"] == judge(RECEIPTS, [], [*SHOWN, SHOWN[2]._replace(cursor=4, version=2)]).strange


def test_an_earlier_report_behind_a_later_one_is_out_of_order() -> None:
    shown = [SHOWN[1]._replace(cursor=1), SHOWN[0]._replace(cursor=2), SHOWN[2]]
    assert ["CO-0"] == judge(RECEIPTS, [], shown).disordered


def test_a_later_report_that_came_through_another_region_is_no_disorder() -> None:
    shown = [SHOWN[1]._replace(cursor=1, regions=THERE), SHOWN[0]._replace(cursor=2), SHOWN[2]]
    assert [] == judge(RECEIPTS, [], shown).disordered


def test_a_cursor_that_goes_back_is_out_of_order() -> None:
    shown = [SHOWN[0], SHOWN[1]._replace(cursor=5), SHOWN[2]]
    assert ["cursor 3 behind 5"] == judge(RECEIPTS, [], shown).disordered


def test_a_refusal_without_a_reason_is_unexplained() -> None:
    refusals = [Refusal("CO-7", 422, ()), Refusal("CO-8", 409, ("",))]
    assert ["CO-7", "CO-8"] == judge(RECEIPTS, refusals, SHOWN).unexplained
