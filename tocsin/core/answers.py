"""Law: what a firm did with an alert, in a code and a count; and how an alert's answers stand.

It guarantees that a parcel's number stands only beside a count of one, that the newest version of each
answer counts once, that who was never sent an alert adds nothing to its counts, and that "too broad" says
which selectors and a share, never how many parcels a firm has, and answers nothing. Who was sent the alert,
and whose firms those are, is told by the caller. Source: report and alert, "Screening".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from tocsin.core.errors import InvalidReportError
from tocsin.core.field_checks import Check, Fields, array, code, flag, record, shaped, whole
from tocsin.core.report_parts import MAX_COUNT, name, time_s
from tocsin.core.report_values import values

ACKNOWLEDGED, REFUSED, ALERT_IS_GROUND = "acknowledged", "refused", "alert"
TOO_BROAD = "too-broad"
MAX_BROAD_SELECTORS = 200
MAX_ALERT_VERSION = 1_000_000
MAX_FIRMS = 100_000
_ID = shaped(r"[0-9a-f]{32}", "must be 32 lower-case hex digits")
_MANDATORY = ("alert_id", "alert_version", "issuer", "code", "answered_at")
_REFUSALS = frozenset({REFUSED, "held", "stopped"})


@cache
def answer_check(*, strict: bool) -> Check:
    """The check of an answer: JSON or decoded Avro to canonical body.

    Codes are closed on both sides: what a firm did is counted, and an unknown word cannot be.
    """
    fields = {
        "alert_id": _ID,
        "alert_version": whole(1, MAX_ALERT_VERSION),
        "issuer": _ID,
        "code": code(values("answer_codes"), strict=True),
        "count": whole(0, MAX_COUNT),
        "item_number": name,
        "ground": code(values("answer_grounds"), strict=strict),
        "answered_at": time_s,
        "firms": whole(0, MAX_FIRMS),
        "exercise": flag,
        "too_broad": array(_broad_selector(strict=strict), MAX_BROAD_SELECTORS),
    }
    return record(fields, arrays=("too_broad",), then=_whole_answer, strict=strict)


def _broad_selector(*, strict: bool) -> Check:
    fields = {"selector": whole(1, MAX_BROAD_SELECTORS), "per_thousand": whole(1, 1_000)}
    return record(fields, then=_whole_selector, strict=strict)


def _whole_selector(out: Fields) -> None:
    if missing := [(field, "is missing") for field in ("selector", "per_thousand") if out[field] is None]:
        raise InvalidReportError(missing)


def _whole_answer(out: Fields) -> None:
    problems = [(field, "is missing") for field in _MANDATORY if out[field] is None]
    if out["count"] is None:
        out["count"] = 1
    if out["item_number"] is not None and out["count"] != 1:
        problems.append(("item_number", "stands beside a count of one only"))
    if out["item_number"] is not None and out["firms"] is not None:
        problems.append(("item_number", "is not passed on"))
    if out["ground"] is not None and out["code"] not in _REFUSALS:
        problems.append(("ground", "goes with refused, held and stopped only"))
    if out["too_broad"] and out["code"] != TOO_BROAD:
        problems.append(("too_broad", "goes with too-broad only"))
    if out["code"] == REFUSED and out["ground"] is None:
        out["ground"] = ALERT_IS_GROUND
    if problems:
        raise InvalidReportError(problems)


@dataclass(frozen=True, slots=True)
class Given:
    """One version of an answer that came in. `firms` None: a firm's own."""

    by: bytes
    report_id: bytes
    version: int
    code: str
    count: int
    firms: int | None = None
    item_number: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the answers to one alert stand. `counts`: by code, in the order of the answers.

    `silent`, of our own firms, said nothing but that they have it, or that a selector is too broad.
    `elsewhere`: for each other government how many of its firms were sent the alert, and of how many it
    passed answers on. `strangers` answered and were never sent it: they count nothing.
    """

    counts: dict[str, int]
    sent: frozenset[bytes]
    answered: frozenset[bytes]
    acknowledged: frozenset[bytes]
    elsewhere: dict[bytes, tuple[int, int]]
    strangers: frozenset[bytes]
    overdue: bool

    @property
    def silent(self) -> frozenset[bytes]:
        """Our own firms that owe an answer."""
        return self.sent - self.answered

    @property
    def late(self) -> frozenset[bytes]:
        """Who owes an answer and should have given it: our firms, and other governments for theirs."""
        if not self.overdue:
            return frozenset()
        behind = {who for who, (sent, told) in self.elsewhere.items() if told < sent}
        return self.silent | behind


def newest(answers: Iterable[Given]) -> list[Given]:
    """The newest version of each answer."""
    kept: dict[tuple[bytes, bytes], Given] = {}
    for one in answers:
        key = (one.by, one.report_id)
        if key not in kept or kept[key].version < one.version:
            kept[key] = one
    return list(kept.values())


def standing(
    answers: Iterable[Given], own_firms: frozenset[bytes], elsewhere: dict[bytes, int], *, overdue: bool
) -> Standing:
    """How an alert stands that was sent to `own_firms` and to so many firms of other governments.

    `overdue`: whether the time to answer is over.
    """
    counts: dict[str, int] = {}
    codes: dict[bytes, set[str]] = {}
    told: dict[bytes, int] = dict.fromkeys(elsewhere, 0)
    strangers = set()
    for one in newest(answers):
        if one.by in own_firms and one.firms is None:
            codes.setdefault(one.by, set()).add(one.code)
        elif one.by in elsewhere and one.firms is not None:
            told[one.by] = max(told[one.by], one.firms)
        else:
            strangers.add(one.by)
            continue
        counts[one.code] = counts.get(one.code, 0) + one.count
    answered = {who for who, said in codes.items() if said - {ACKNOWLEDGED, TOO_BROAD}}
    acknowledged = {who for who, said in codes.items() if ACKNOWLEDGED in said}
    return Standing(
        counts=counts,
        sent=own_firms,
        answered=frozenset(answered),
        acknowledged=frozenset(acknowledged - answered),
        elsewhere={who: (sent, told[who]) for who, sent in elsewhere.items()},
        strangers=frozenset(strangers),
        overdue=overdue,
    )
