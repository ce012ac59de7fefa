"""Law: what several fields of an alert together must keep: times, status, action, the special kinds.

It guarantees that a safety notice carries nothing but safety, so that the one person who may release it
can give nothing else away; that a bulletin cites what it draws together; and that PAP RED never asks for
what the customer would notice. Single fields are left to `alert_fields`, sectors to `alert_sectors`.
"""

from __future__ import annotations

from tocsin.core.alert_sectors import beyond_the_lists
from tocsin.core.errors import InvalidReportError
from tocsin.core.field_checks import Fields, Problems

MAX_VALIDITY_S = 90 * 86_400
DEFAULT_TLP = "AMBER+STRICT"
ENDED = frozenset({"cleared", "recalled"})
NOT_NOTICED = frozenset({"observe", "look-up", "report"})

_MANDATORY = ("alert_id", "version", "status", "kind", "issued", "valid_until", "title", "action")
# What a safety notice may say: nothing by which a consignment, firm, way or case could be told.
_SAFETY_FIELDS = frozenset(_MANDATORY) | {
    *("sectors", "advice", "language", "substances", "safety", "safety_notice"),
    *("tlp", "pap", "tell_customer", "exercise"),
}


def whole_alert(out: Fields) -> None:
    """Complete `out` with the defaults. Raises InvalidReportError with every problem."""
    if out["tlp"] is None:
        out["tlp"] = DEFAULT_TLP
    if out["tell_customer"] is None:
        out["tell_customer"] = False
    problems = [(field, "is missing") for field in _MANDATORY if out[field] is None]
    if not out["sectors"]:
        problems.append(("sectors", "is missing; name the sectors that are meant"))
    problems += _times(out) + _life(out) + _special(out) + _safety(out) + beyond_the_lists(out)
    if problems:
        raise InvalidReportError(problems)


def _times(out: Fields) -> Problems:
    issued, until, answer_by = out["issued"], out["valid_until"], out["answer_by"]
    problems = []
    if issued is not None and until is not None and not issued < until <= issued + MAX_VALIDITY_S:
        problems.append(("valid_until", "must be after issued and at most 90 days on"))
    if answer_by is not None and until is not None and answer_by > until:
        problems.append(("answer_by", "must not be after valid_until"))
    return problems


def _life(out: Fields) -> Problems:
    """An alert is cleared or recalled by a later version, which asks for nothing any more."""
    problems = []
    if out["status"] in ENDED and out["version"] == 1:
        problems.append(("status", "can be cleared or recalled only of an alert that was there before"))
    if out["status"] in ENDED:
        problems += [
            (field, "asks for something, and the alert has ended; leave it out")
            for field in ("selectors", "targets", "answer_by")
            if out[field] not in (None, [])
        ]
    if out["status"] in ENDED and out["images"]:
        problems.append(("images", "have no place in an alert that has ended; leave them out"))
    if out["pap"] == "RED" and out["action"] is not None and out["action"] not in NOT_NOTICED:
        problems.append(
            ("action", "would be noticed, and PAP RED forbids that: observe, look-up or report")
        )
    return problems


def _special(out: Fields) -> Problems:
    if out["bulletin"] is not None and not out["cites"]:
        return [("cites", "is missing; a bulletin names the alerts that it draws together")]
    if out["cites"] and out["bulletin"] is None:
        return [("bulletin", "is missing; alerts are cited by a bulletin")]
    return []


def _safety(out: Fields) -> Problems:
    if not out["safety_notice"]:
        return []
    problems = [
        (field, "has no place in a safety notice; write an alert, which two people release")
        for field, value in out.items()
        if value not in (None, []) and field not in _SAFETY_FIELDS
    ]
    if out["safety"] is None or not (out["safety"]["hazards"] or out["safety"]["protective_equipment"]):
        problems.append(("safety", "is missing; a safety notice says the hazard or what to wear"))
    if out["action"] not in (None, *NOT_NOTICED):
        problems.append(("action", "is more than a safety notice may ask: observe, look-up or report"))
    return problems
