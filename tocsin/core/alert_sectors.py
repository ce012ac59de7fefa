"""Law: which sector may be told which field of an alert; the one table that publisher and reader hold.

It guarantees that a field which a sector is not meant to see makes the alert invalid on both sides, and
that a field without a line in `SECTORS_OF_FIELD` fails a test. Which tests and targets a sector is given
is in `alert_selectors` and `alert_targets`. Source: report and alert, the table of fields and sectors.
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.core.alert_selectors import SECTORS_OF_TEST
from tocsin.core.alert_targets import not_meant
from tocsin.core.field_checks import Fields, Problems

EVERY_SECTOR = frozenset({"postal", "courier", "chemical", "platform", "bank", "equipment-maker"})
_CARRIERS = frozenset({"postal", "courier"})
_TRADERS = _CARRIERS | {"chemical", "platform"}
SECTORS_OF_FIELD = {
    **dict.fromkeys(
        ("alert_id", "version", "status", "kind", "sectors", "issued", "valid_until", "event_month"),
        EVERY_SECTOR,
    ),
    **dict.fromkeys(("title", "advice", "language", "action", "tlp", "pap", "tell_customer"), EVERY_SECTOR),
    **dict.fromkeys(("basis", "answer_by", "safety", "exercise", "selectors"), EVERY_SECTOR),
    # Whose types are each of some sectors only.
    **dict.fromkeys(("targets", "bulletin", "cites", "safety_notice", "images"), EVERY_SECTOR),
    **dict.fromkeys(("origins", "departures", "transits", "destinations", "mode"), _CARRIERS),
    "quantity_band": _TRADERS | {"equipment-maker"},
    "substances": _TRADERS | {"bank"},
    "equipment": _TRADERS | {"equipment-maker"},
}


def beyond_the_lists(out: Fields) -> Problems:
    """(place, sentence) of everything in the alert that some sector named is not meant to see."""
    sectors = set(out["sectors"])
    problems = [
        (field, "is not meant for every sector named; leave it out or write a second alert")
        for field, allowed in SECTORS_OF_FIELD.items()
        if out[field] not in (None, []) and not sectors <= allowed
    ]
    problems += _tests(out, sectors)
    problems += not_meant(out["targets"], sectors)
    if "bank" in sectors:
        problems += [
            (f"substances[{number}].{field}", "is not meant for banks: they get the name only")
            for number, substance in enumerate(out["substances"])
            for field in ("hs", "hs_edition", "un_number")
            if substance[field] is not None
        ]
    return problems


def _tests(out: Fields, sectors: set[str]) -> Iterator[tuple[str, str]]:
    for number, chosen in enumerate(out["selectors"]):
        for place, test in enumerate(chosen["tests"]):
            if not sectors <= SECTORS_OF_TEST.get(test["field"], frozenset()):
                yield f"selectors[{number}].tests[{place}].field", "is not meant for every sector named"
