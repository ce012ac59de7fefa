"""`tocsin answer`: what a firm did with an alert, to its own national authority; and what a government
passes on of its firms' answers, in counts and without their names, to who issued the alert.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from services.producer.documents import read_documents
from services.producer.letters.letter import Outgoing
from tocsin.adapters.correspondence import Correspondence, Got, given_of
from tocsin.core.alert_rules import ENDED
from tocsin.core.answers import ACKNOWLEDGED, TOO_BROAD, newest
from tocsin.core.errors import InvalidReportError, RefusedByRuleError
from tocsin.core.primitives import sha256
from tocsin.core.report_values import values
from tocsin.runtime import console

MAX_BATCH_ANSWERS = 10_000
MAX_HIT_CHARACTERS = 128
DO_NOT_TELL = "do not tell the customer: that an alert exists is not yours to say"
_FIELDS = frozenset({"alert", "code", "count", "hit", "item_number", "tick", "ground"})


@dataclass(frozen=True, slots=True)
class Wish:
    """An answer to give. `alert`: its id or the beginning of it. `hit`: of one screened item; the newest
    answer to a hit counts, and a rerun repeats nothing. `tick`: the item's number may leave.
    """

    alert: str
    code: str
    count: int = 1
    hit: str | None = None
    item_number: str | None = field(default=None, repr=False)
    tick: bool = False
    ground: str | None = None


def read_wishes(file: BinaryIO) -> Iterator[Wish]:
    """Wishes of JSON Lines, as `tocsin answer --file` takes them. Raises InvalidReportError."""
    for number, document in enumerate(read_documents(file), 1):
        if document.error is not None:
            raise InvalidReportError([(document.place, str(document.error))])
        if number > MAX_BATCH_ANSWERS:
            raise InvalidReportError([("file", f"holds over {MAX_BATCH_ANSWERS} answers: cut it")])
        yield _wish(document.place, document.data)


def _wish(place: str, data: object) -> Wish:
    if not isinstance(data, dict):
        raise InvalidReportError([(place, "must be an object with alert and code")])
    unknown = [one for one in data if one not in _FIELDS]
    if unknown or not {"alert", "code"} <= data.keys():
        raise InvalidReportError([(place, f"has alert and code, and of {', '.join(sorted(_FIELDS))} any")])
    types = {"count": int, "tick": bool}
    wrong = [name for name, value in data.items() if type(value) is not types.get(name, str)]
    if wrong:
        raise InvalidReportError([(f"{place}: {wrong[0]}", "is of another type than it should be")])
    return Wish(**data)


def answers_to(correspondence: Correspondence, wishes: Iterable[Wish], now_s: int) -> list[Outgoing]:
    """The letters of a firm that answers. Raises RefusedByRuleError, InvalidReportError."""
    sponsor = correspondence.me.sponsor
    if sponsor is None:
        raise RefusedByRuleError(
            "firms answer alerts; a government passes its firms' answers on with --pass-on"
        )
    alerts: dict[str, Got] = {}
    letters = []
    for wish in wishes:
        if wish.alert not in alerts:
            alerts[wish.alert] = _alert(correspondence, wish.alert)
        alert = alerts[wish.alert]
        news = whose(correspondence, alert, sponsor)
        letters.append(Outgoing("answer", sponsor, *_answer(alert, wish, now_s), news))
    for one in alerts.values():
        if one.body["status"] in ENDED:
            what = f"alert {one.body['alert_id']} is {one.body['status']} and asks for nothing any more"
            console.warn(f"{what}; the answer is sent all the same")
    if any(not one.body["tell_customer"] for one in alerts.values()):
        console.warn(DO_NOT_TELL)
    return letters


def _alert(correspondence: Correspondence, wanted: str) -> Got:
    return correspondence.one("alert", wanted, "alert")


def _answer(alert: Got, wish: Wish, now_s: int) -> tuple[str, dict[str, Any]]:
    """(our reference, body)."""
    if wish.code not in values("answer_codes"):
        known = ", ".join(sorted(values("answer_codes")))
        raise RefusedByRuleError(f"there is no answer {wish.code!r}; known are: {known}")
    if wish.item_number is not None and not wish.tick:
        raise RefusedByRuleError(
            "the number of a parcel leaves only where you tick it: add --tick, or leave --parcel out"
        )
    if wish.hit is not None and len(wish.hit) > MAX_HIT_CHARACTERS:
        raise RefusedByRuleError(f"the id of a hit has at most {MAX_HIT_CHARACTERS} characters")
    body = {
        "alert_id": alert.body["alert_id"],
        "alert_version": alert.number,
        "issuer": alert.originator.hex(),
        "code": wish.code,
        "count": wish.count,
        "item_number": wish.item_number,
        "ground": wish.ground,
        "answered_at": now_s,
        "exercise": alert.exercise,
    }
    return f"{alert.body['alert_id']}-{_part(wish)}", body


def _part(wish: Wish) -> str:
    """What of an alert is answered: a hit, a parcel, or all that has this code."""
    if wish.hit is not None:
        return f"hit-{wish.hit}"
    if wish.item_number is not None:
        return f"item-{sha256(wish.item_number.encode())[:16].hex()}"
    return wish.code


def whose(correspondence: Correspondence, alert: Got, sponsor: bytes) -> str | None:
    """What a firm is told where another than its authority issued the alert."""
    if alert.originator == sponsor:
        return None
    issuer, own = correspondence.name(alert.originator), correspondence.name(sponsor)
    return f"{issuer} issued the alert; {own}, your own authority, passes on the counts"


def passed_on(correspondence: Correspondence, alert: str, now_s: int) -> list[Outgoing]:
    """The counts of our firms' answers to another's alert, to who issued it. Raises RefusedByRuleError."""
    me = correspondence.me
    if me.is_firm:
        raise RefusedByRuleError("governments pass answers on; a firm answers with a code")
    alert_id = correspondence.whole_id("answer", alert, "answer to alert")
    given: dict[str, list[Got]] = {}
    for one in correspondence.about("answer", alert_id):
        if correspondence.is_own_firm(one.originator) and one.body["issuer"] != me.id.hex():
            given.setdefault(one.body["issuer"], []).append(one)
    if not given:
        raise RefusedByRuleError("this alert is our own: `tocsin answers` shows how its answers stand")
    return [one for issuer, some in given.items() for one in _counted(issuer, some, now_s)]


def _counted(issuer: str, given: list[Got], now_s: int) -> Iterator[Outgoing]:
    """A letter to the issuer of an alert for each code."""
    alert_id = given[0].body["alert_id"]
    answered = {one.originator for one in given if one.body["code"] not in {ACKNOWLEDGED, TOO_BROAD}}
    for code, count in _counts(given).items():
        yield Outgoing(
            "answer",
            bytes.fromhex(issuer),
            f"{alert_id}-{issuer}-{code}",
            {
                "alert_id": alert_id,
                "alert_version": max(one.body["alert_version"] for one in given),
                "issuer": issuer,
                "code": code,
                "count": count,
                "firms": len(answered),
                "answered_at": now_s,
                "exercise": any(one.exercise for one in given),
                "too_broad": _broadest(given) if code == TOO_BROAD else [],
            },
        )


def _broadest(given: list[Got]) -> list[dict[str, int]]:
    """The largest share that any firm told of each selector of the newest version of the alert."""
    told = [one.body for one in given if one.body["code"] == TOO_BROAD]
    newest_version = max(one["alert_version"] for one in told)
    shares: dict[int, int] = {}
    for one in (
        each for body in told if body["alert_version"] == newest_version for each in body["too_broad"]
    ):
        shares[one["selector"]] = max(one["per_thousand"], shares.get(one["selector"], 0))
    return [{"selector": number, "per_thousand": share} for number, share in sorted(shares.items())]


def _counts(given: list[Got]) -> Counter[str]:
    """The newest answers by code; a code that was passed on and no longer holds comes to 0."""
    counts = Counter({one.body["code"]: 0 for one in given})
    for one in newest(given_of(given)):
        counts[one.code] += one.count
    return counts
