"""`tocsin publish tip`: what a firm noticed, to its own national authority; and an empty tip to fill in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from services.producer.documents import parse
from services.producer.letters.answering import DO_NOT_TELL
from services.producer.letters.letter import Outgoing
from services.producer.publishing import opened
from tocsin.adapters.correspondence import Correspondence
from tocsin.core.errors import InvalidReportError, RefusedByRuleError
from tocsin.core.primitives import random_bytes
from tocsin.core.report_values import values
from tocsin.core.tips import named_firms
from tocsin.runtime import console

MAX_TIP_BYTES = 262_144
TEMPLATE: dict[str, Any] = {
    "kind": "order",
    "title": "Order of a chemical by a customer who cannot say what it is for",
    "text": "What was asked for, what was odd about it, what you did.",
    "language": "en",
    "origin": "NL",
    "destination": "CO",
    "substances": [{"name": "acetic anhydride", "cas": "108-24-7", "quantity": "200 l"}],
    "identifiers": [{"type": "order", "value": "4711"}],
    "supplied": "undecided",
    "limits": ["do-not-name-us", "ask-before-use"],
}


def print_template() -> None:
    """A tip to fill in, as JSON on stdout."""
    console.data(json.dumps(TEMPLATE, indent=1, ensure_ascii=False))
    lists = {"kind": "tip_kinds", "supplied": "tip_supplies", "limits": "tip_limits"}
    lists["identifiers.type"] = "tip_identifier_types"
    for field, name in lists.items():
        console.say(f"{field}: {', '.join(sorted(values(name)))}")


def read_tip(file: str) -> dict[str, Any]:
    """The JSON object in `file` (`-`: stdin). Raises SettingsError, InvalidReportError."""
    with opened(file) as stream:
        data = parse(stream.read(MAX_TIP_BYTES + 1))
    if not isinstance(data, dict):
        raise InvalidReportError([("tip", "must be one JSON object: --template prints one")])
    return data


def tip_to(correspondence: Correspondence, data: Mapping[str, Any], now_s: int) -> list[Outgoing]:
    """The tip as a letter to our sponsor. Raises RefusedByRuleError, InvalidReportError.

    Its id, the time and the agreement are put in where they are missing.
    """
    me = correspondence.me
    if me.sponsor is None:
        raise RefusedByRuleError("tips are given by firms; a government publishes a report")
    others = [
        one.name
        for one in correspondence.directory.participants.values()
        if one.is_firm and one.id != me.id
    ]
    if problems := named_firms(data, others):
        raise InvalidReportError(problems)
    usual = {"tip_id": random_bytes(16).hex(), "noticed_at": now_s, "voluntary": True}
    body = {**usual, **data, "agreement": me.agreement}
    console.warn(DO_NOT_TELL)
    news = (
        f"a voluntary tip to {correspondence.name(me.sponsor)}, under {me.agreement or 'no agreement'}; "
        f"its id is {body['tip_id']}"
    )
    return [Outgoing("tip", me.sponsor, str(body["tip_id"]), body, news)]
