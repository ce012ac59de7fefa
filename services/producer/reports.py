"""The kinds of report that this producer can publish: schemas, check, usual audience."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import schemas
from tocsin.core.avro import Record
from tocsin.core.errors import InvalidReportError, RefusedByRuleError
from tocsin.core.ids import schema_id
from tocsin.core.letters import LETTERS, Letter
from tocsin.core.report import CheckedReport, check_alert, check_incident
from tocsin.core.schema_versions import Versions
from tocsin.core.streams import GLOBAL, INBOX


class Written(NamedTuple):
    """A report in one version; `oldest` is what every release writes for it, to know it again."""

    schema: bytes
    body: bytes
    oldest: bytes


@dataclass(frozen=True)
class Family:
    """A kind of report. `ids`: the SHA-256 of the file of each version, oldest first; `check(data, now_s)`
    is its gate.
    """

    name: str
    ids: tuple[bytes, ...]
    versions: Versions
    check: Callable[[object, int], CheckedReport]
    usual_audience: str

    @property
    def schema_name(self) -> str:
        """The full name of its schema, the same in each version."""
        return self.versions.all[-1].name

    def written(self, body: Record, allowed: Collection[bytes] | None) -> Written:
        """`body` in the oldest version that holds it and is `allowed` (None: any; else one of `ids`).

        Raises RefusedByRuleError.
        """
        fitting = self.versions.holding(body)
        index = next((one for one in fitting if allowed is None or self.ids[one] in allowed), None)
        if index is None:
            raise RefusedByRuleError(self._why_not(body, allowed or ()))
        oldest = self.versions.all[fitting[0]].encode(body)
        same = index == fitting[0]
        return Written(self.ids[index], oldest if same else self.versions.all[index].encode(body), oldest)

    def _why_not(self, body: Record, allowed: Collection[bytes]) -> str:
        newest = max(index for index, id_ in enumerate(self.ids) if id_ in allowed)
        fields = ", ".join(self.versions.missing(newest, body))
        return (
            f"the audience takes an older version of an {self.name}, which has no field for {fields}: "
            "leave it out, or ask the authority to allow the newer version"
        )


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
    found = schemas.versions(file)
    return Family(name, tuple(map(schema_id, found)), Versions(found), check, audience)


def _letter(name: str, letter: Letter) -> Family:
    def check(data: object, _now_s: int) -> CheckedReport:
        body = letter.check(strict=True)(data)
        kind = str(body.get("kind") or body.get("code"))
        return CheckedReport(kind, INBOX, (GLOBAL,), body, None, bool(body["exercise"]))

    return _family(name, letter.file, check, "")


def _incident(data: object, now_s: int) -> CheckedReport:
    return check_incident(data, now_s=now_s)


def _alert(data: object, now_s: int) -> CheckedReport:
    return check_alert(data, now_s=now_s)
