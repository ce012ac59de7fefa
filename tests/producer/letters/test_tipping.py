"""A tip goes to the firm's own authority, voluntarily, and names no other firm."""

import json

import pytest

from services.producer.letters.letter import submission
from services.producer.letters.tipping import TEMPLATE, print_template, read_tip, tip_to
from tests.support.letters import RIVAL, Street
from tests.support.parties import NOW_S
from tests.support.world import COURIER, ORIGINATOR
from tocsin.core.errors import InvalidReportError, RefusedByRuleError


@pytest.fixture
def street(tmp_path):
    return Street(tmp_path)


def test_the_template_is_a_tip_that_can_be_sent(street, capsys):
    print_template()
    tip = json.loads(capsys.readouterr().out)
    (letter,) = tip_to(street[COURIER].correspondence, tip, NOW_S)
    submission(letter)
    assert ORIGINATOR.id == letter.to


def test_id_time_mark_and_agreement_are_put_in(street):
    (letter,) = tip_to(street[COURIER].correspondence, TEMPLATE, NOW_S)
    assert (NOW_S, True, "MoU 7") == tuple(
        letter.body[one] for one in ("noticed_at", "voluntary", "agreement")
    )
    assert 32 == len(letter.body["tip_id"])


def test_the_agreement_is_the_directorys_whatever_the_file_says(street):
    (letter,) = tip_to(street[COURIER].correspondence, {**TEMPLATE, "agreement": "none"}, NOW_S)
    assert "MoU 7" == letter.body["agreement"]


def test_the_firm_is_told_not_to_tell_the_customer(street, capsys):
    tip_to(street[COURIER].correspondence, TEMPLATE, NOW_S)
    assert "do not tell the customer" in capsys.readouterr().err


def test_a_tip_that_names_another_firm_is_refused_with_the_place(street):
    tip = {**TEMPLATE, "text": f"They went to {RIVAL.name} before."}
    with pytest.raises(InvalidReportError, match="text: names another firm"):
        tip_to(street[COURIER].correspondence, tip, NOW_S)


def test_a_tip_may_name_the_firm_itself(street):
    tip = {**TEMPLATE, "text": f"{COURIER.name} saw it."}
    assert tip_to(street[COURIER].correspondence, tip, NOW_S)


def test_a_government_gives_no_tips(street):
    with pytest.raises(RefusedByRuleError, match="tips are given by firms"):
        tip_to(street[ORIGINATOR].correspondence, TEMPLATE, NOW_S)


@pytest.mark.parametrize("text", ["[]", "7", '"tip"'])
def test_what_is_no_object_is_no_tip(tmp_path, text):
    file = tmp_path / "tip.json"
    file.write_text(text)
    with pytest.raises(InvalidReportError, match="must be one JSON object"):
        read_tip(str(file))


def test_a_tip_over_the_bound_is_refused_unread(tmp_path):
    file = tmp_path / "tip.json"
    file.write_text(json.dumps({"text": "x" * 300_000}))
    with pytest.raises(InvalidReportError, match="over 262144"):
        read_tip(str(file))
