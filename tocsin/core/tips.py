"""Law: what a firm noticed and tells its own national authority.

It guarantees that a tip is marked as voluntary, and finds where it names another firm of the directory.
Whom a tip is sent to is left to `letters`, what the authority makes of it to `tip_drafts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from tocsin.core.alert_rules import DEFAULT_TLP
from tocsin.core.codes import pap_markings, tlp_markings
from tocsin.core.errors import InvalidReportError
from tocsin.core.field_checks import Check, Fields, array, code, flag, record, shaped, text
from tocsin.core.report_parts import country, language, name, needs, time_s
from tocsin.core.report_values import values

MAX_TITLE_CHARACTERS = 120
MAX_TEXT_CHARACTERS = 4_000
MAX_TIP_SUBSTANCES = 10
MAX_TIP_IDENTIFIERS = 20
MAX_LIMITS = 10
MIN_NAME_CHARACTERS = 4

_MANDATORY = ("tip_id", "kind", "noticed_at", "title")
_CAS = r"[0-9]{2,7}-[0-9]{2}-[0-9]"


@cache
def tip_check(*, strict: bool) -> Check:
    """The check of a tip: JSON or decoded Avro to canonical body."""

    def listed(list_name: str) -> Check:
        return code(values(list_name), strict=strict)

    identifier = {"type": listed("tip_identifier_types"), "value": name}
    substance = {"name": name, "cas": shaped(_CAS, "must look like 108-24-7"), "quantity": name}
    fields = {
        "tip_id": shaped(r"[0-9a-f]{32}", "must be 32 random lower-case hex digits"),
        "kind": code(values("tip_kinds"), strict=True),
        "noticed_at": time_s,
        "title": text(MAX_TITLE_CHARACTERS),
        "text": text(MAX_TEXT_CHARACTERS, lines=True),
        "language": language,
        "origin": country(strict=strict),
        "destination": country(strict=strict),
        "substances": array(record(substance, then=needs("name"), strict=strict), MAX_TIP_SUBSTANCES),
        "identifiers": array(record(identifier, then=needs("value"), strict=strict), MAX_TIP_IDENTIFIERS),
        "supplied": listed("tip_supplies"),
        "voluntary": flag,
        "agreement": name,
        "limits": array(listed("tip_limits"), MAX_LIMITS),
        "tlp": code(tlp_markings(), strict=True),
        "pap": code(pap_markings(), strict=True),
        "exercise": flag,
    }
    arrays = ("substances", "identifiers", "limits")
    return record(fields, arrays=arrays, then=_whole_tip, strict=strict)


def _whole_tip(out: Fields) -> None:
    problems = [(field, "is missing") for field in _MANDATORY if out[field] is None]
    if out["voluntary"] is None:
        out["voluntary"] = True
    if out["tlp"] is None:
        out["tlp"] = DEFAULT_TLP
    if not out["voluntary"]:
        problems.append(("voluntary", "must be true: what the law obliges you to report goes its own way"))
    if problems:
        raise InvalidReportError(problems)


def texts_of(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text of JSON values with its place."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from texts_of(one, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from texts_of(one, f"{place}[{number}]")


def named_firms(letter: Mapping[str, Any], firms: Iterable[str]) -> list[tuple[str, str]]:
    """(place, sentence) for each text of a letter that names one of `firms`."""
    patterns = [found for one in firms if (found := name_pattern(one)) is not None]
    return [
        (place, "names another firm of the directory: leave it out, firms learn nothing of each other")
        for place, one in texts_of(letter)
        if any(pattern.search(one) for pattern in patterns)
    ]


def name_pattern(firm: str) -> re.Pattern[str] | None:
    """Finds a firm's name as whole words; None for a name too short to be told from other words."""
    words = firm.split()
    if len("".join(words)) < MIN_NAME_CHARACTERS:
        return None
    return re.compile(r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)", re.IGNORECASE)
