"""The checker sees what it must see of readers that came, or were suspended, while reports flowed."""

from tests.chaos.checker import judge_member
from tests.chaos.history import History, Membership, Receipt, Shown

HERE = frozenset({"south-america"})
RECEIPTS = [Receipt(f"CO-{at}", f"id-{at}", 0, at, "CO", float(at), at + 0.5) for at in range(10)]
SHOWN = [Shown(at + 1, f"id-{at}", 1, f"CO-{at}", "ion", HERE) for at in range(10)]
TO_OTHERS_S = {one.report_id: one.answered_s for one in RECEIPTS}
SUSPENDED = Membership(since_s=4.0, asked_s=6.0, suspended_s=7.5)


def verdict(membership, shown, to_others_s=TO_OTHERS_S):
    return judge_member(History(RECEIPTS, shown=shown), membership, to_others_s)


def test_who_came_is_owed_what_was_handed_in_since_its_history_begins():
    found = verdict(Membership(4.0), SHOWN[4:])
    assert (6, []) == (found.acknowledged, found.faults)


def test_who_came_may_show_what_is_older():
    assert [] == verdict(Membership(4.0), SHOWN).faults


def test_what_who_came_does_not_show_is_lost():
    assert ["CO-4", "CO-9"] == verdict(Membership(4.0), SHOWN[5:9]).lost


def test_what_who_came_shows_twice_is_doubled():
    assert ["id-9"] == verdict(Membership(4.0), [*SHOWN, SHOWN[9]._replace(cursor=11)]).doubled


def test_what_who_came_shows_out_of_order_is_told():
    shown = [SHOWN[1]._replace(cursor=1), SHOWN[0]._replace(cursor=2), *SHOWN[4:]]
    assert ["CO-0"] == verdict(Membership(4.0), shown).disordered


def test_who_is_suspended_is_owed_what_others_were_shown_before():
    assert ["CO-5"] == verdict(SUSPENDED, SHOWN[:5]).lost


def test_who_is_suspended_is_not_owed_what_had_not_reached_anybody():
    late = TO_OTHERS_S | {"id-5": 6.5}
    assert [] == verdict(SUSPENDED, SHOWN[:5], late).lost


def test_between_asking_and_the_senders_knowledge_a_report_may_go_either_way():
    assert [] == verdict(SUSPENDED, SHOWN[:6]).faults
    assert [] == verdict(SUSPENDED, SHOWN[:8]).faults


def test_what_was_handed_in_after_the_sender_knew_must_not_be_shown_to_who_is_suspended():
    found = verdict(SUSPENDED, SHOWN[:9])
    assert (2, ["CO-8"]) == (found.forbidden, found.leaked)
    assert ["1 shown though the reader is suspended: ['CO-8']"] == found.faults
