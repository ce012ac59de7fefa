"""Rows for people are short, rows for programs whole."""

import json

import pytest

from services.consumer.letters.desk import print_rows
from tests.support.letters import ALERT_ID

ROW = {"alert_id": ALERT_ID, "time": "2026-11-28T03:07:21Z", "counts": {"held": 2, "stopped": 0}, "sent": 3}


def test_a_program_gets_every_digit(capsys):
    print_rows([ROW], tuple(ROW), as_json=True)
    assert ROW == json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("shown", "hidden"), [("a1a1a1a1", ALERT_ID[:9]), ("03:07", "03:07:21"), ("2 held", "0")]
)
def test_a_person_gets_what_can_be_typed_again_and_no_seconds(capsys, monkeypatch, shown, hidden):
    monkeypatch.setattr("tocsin.runtime.console.wants_json", lambda asked, _stream=None: asked)
    row = dict(ROW) if shown != "2 held" else {"counts": ROW["counts"]}
    print_rows([row], tuple(row), as_json=False)
    out = capsys.readouterr().out
    assert shown in out
    assert hidden not in out
