"""The kinds of report that this producer can publish: schema, codec, check, usual audience."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import schemas
from tocsin.core.avro import Codec
from tocsin.core.errors import InvalidReportError
from tocsin.core.ids import schema_id
from tocsin.core.letters import LETTERS, Letter
from tocsin.core.report import CheckedReport, check_alert, check_incident
from tocsin.core.streams import GLOBAL, INBOX


@dataclass(frozen=True)
class Family:
    """A kind of report. `schema`: the SHA-256 of its file; `check(data, now_s)` is its gate."""

    name: str
    schema: bytes
    codec: Codec
    check: Callable[[object, int], CheckedReport]
    usual_audience: str


@cache
def families() -> dict[str, Family]:
    """`incident` and `alert`."""
    return {
        "incident": _family("incident", "incident_report", _incident, "focal-points"),
        "alert": _family("alert", "alert", _alert, "couriers"),
    }


@cache
def letters() -> dict[str, Family]:
    """The kinds of letter; each names its addressee, so there is no usual audience."""
    return {name: _letter(name, letter) for name, letter in LETTERS.items()}


def family(name: str) -> Family:
    """The family of a kind of report or letter that we know."""
    return (families() | letters())[name]


def published(name: str) -> Family:
    """The family of a kind of report that people file. Raises InvalidReportError for any other."""
    try:
        return families()[name]
    except KeyError:
        known = ", ".join(families())
        raise InvalidReportError([("kind", f"there is no such kind of report; known: {known}")]) from None


def family_of(data: object) -> str:
    """`alert` for what has an alert's own identifier, else `incident`."""
    return "alert" if isinstance(data, dict) and "alert_id" in data else "incident"


def _family(name: str, file: str, check: Callable[[object, int], CheckedReport], audience: str) -> Family:
    data = schemas.load(f"reports/{file}.avsc")
    return Family(name, schema_id(data), Codec(data), check, audience)


def _letter(name: str, letter: Letter) -> Family:
    def check(data: object, _now_s: int) -> CheckedReport:
        body = letter.check(strict=True)(data)
        kind = str(body.get("kind") or body.get("code"))
        return CheckedReport(kind, INBOX, (GLOBAL,), body, None, bool(body["exercise"]))

    data = schemas.load(letter.file)
    return Family(name, schema_id(data), Codec(data), check, usual_audience="")


def _incident(data: object, now_s: int) -> CheckedReport:
    return check_incident(data, now_s=now_s)


def _alert(data: object, now_s: int) -> CheckedReport:
    return check_alert(data, now_s=now_s)
