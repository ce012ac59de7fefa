"""JSON that clients hand in: reports, alerts, letters; and the papers of organisations that apply.

A changed body is refused with its places, or what is accepted encodes and decodes to itself.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import schemas
from services.producer.documents import parse
from services.producer.letters.letter import Outgoing, submission
from tests.fuzz.dice import mutated, with_value
from tests.fuzz.target import Target, Verdict
from tests.support.incidents import INCIDENT, SEIZURE
from tests.support.letters import SMALLEST
from tests.support.parties import NOW_S
from tests.support.reports import NOW_S as ALERT_NOW_S
from tests.support.reports import smallest_alert
from tests.support.world import NEIGHBOUR, codec_of
from tocsin.core.enrolment import read_request, write_request
from tocsin.core.errors import TheirFault
from tocsin.core.report import CheckedReport, check_alert, check_incident

Checked = tuple[CheckedReport, bytes]


def _report(data: Any) -> Checked:
    return check_incident(data, now_s=NOW_S), INCIDENT


def _alert(data: Any) -> Checked:
    return check_alert(data, now_s=ALERT_NOW_S), schemas.versions("alert")[-1]


def _letter(data: Any) -> Checked:
    family = data.pop("family", "") if isinstance(data, dict) else ""
    written = submission(Outgoing(str(family), NEIGHBOUR.id, "r-1", data))
    return written.report, schemas.versions(family)[-1]


def _target(examples: list[dict[str, Any]], check: Callable[[Any], Checked]) -> Target:
    def make(dice: random.Random) -> bytes:
        example = dice.choice(examples)
        if dice.random() < 0.3:
            return mutated(json.dumps(example).encode(), dice)
        text = json.dumps(with_value(deepcopy(example), dice), ensure_ascii=dice.random() < 0.5)
        return text.encode("utf-8", "surrogatepass")

    def judge(data: bytes) -> Verdict:
        try:
            report, schema = check(parse(data))
        except TheirFault:
            return Verdict.REFUSED
        codec = codec_of(schema)
        body = codec.encode(report.body)
        assert body == codec.encode(codec.decode(body)), "accepted, and does not survive its encoding"
        return Verdict.ALLOWED

    return Target(make, judge, examples=tuple(json.dumps(one).encode() for one in examples))


def open_report(_folder: Path) -> Target:
    """The target `report`."""
    return _target(
        [SEIZURE, SEIZURE | {"national_reference": "XX-1", "narrative": {"government": "x"}}], _report
    )


def open_alert(_folder: Path) -> Target:
    """The target `alert`."""
    return _target([smallest_alert(), smallest_alert(status="cleared", version=2)], _alert)


def open_letter(_folder: Path) -> Target:
    """The target `letter`."""
    return _target([make() | {"family": family} for family, make in SMALLEST.items()], _letter)


def open_application(_folder: Path) -> Target:
    """The target `application`: an organisation's request to be admitted, signed by its statement key."""
    good = write_request("Neighbour", "NL", NEIGHBOUR.keys, NEIGHBOUR.statement)
    wanted = read_request(good)

    def make(dice: random.Random) -> bytes:
        if dice.random() < 0.5:
            return mutated(good, dice)
        return json.dumps(
            with_value(json.loads(good), dice), separators=(",", ":"), sort_keys=True
        ).encode()

    def judge(data: bytes) -> Verdict:
        if data == good:
            return Verdict.SAME
        try:
            found = read_request(data)
        except TheirFault:
            return Verdict.REFUSED
        # What was not signed beside it is not read.
        same = (found.name, found.country, found.keys) == (wanted.name, wanted.country, wanted.keys)
        return Verdict.ALLOWED if same else Verdict.ACCEPTED

    return Target(make, judge)
