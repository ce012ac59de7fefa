"""Law: what a store must know of a report to find it again, read from a body that passed the ladder.

It guarantees nothing about the body: that is done. Which regions the countries belong to is left to
the caller's table. Source: schemas/reports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

ALERT_PLACES = ("origins", "departures", "transits", "destinations")
SUBJECTS = ("alert_id", "thread_id", "tip_id", "subject")


@dataclass(frozen=True, slots=True)
class Facts:
    """Kind (of a letter without one: its code), exercise, the country where it happened, every country
    that it concerns, and the id of the alert, thread or tip that it is or is about.
    """

    kind: str | None
    exercise: bool
    happened_in: str | None
    countries: tuple[str, ...]
    subject: str | None = None


def facts_of(body: Mapping[str, Any]) -> Facts:
    """The facts of a report, an alert or a letter, by the fields that it has."""
    happened_in = (body.get("place") or {}).get("country")
    countries = [happened_in]
    countries += [leg.get("country") for leg in body.get("route") or ()]
    for name in ALERT_PLACES:
        countries += body.get(name) or ()
    known = dict.fromkeys(one for one in countries if one)
    kind = body.get("kind") or body.get("code")
    return Facts(kind, body.get("exercise") is True, happened_in, tuple(known), subject_of(body))


def subject_of(body: Mapping[str, Any]) -> str | None:
    """The id of the alert, thread or tip that a body is or is about; None for an incident report."""
    return next((body[name] for name in SUBJECTS if body.get(name)), None)


def regions_of(facts: Facts, sent_to: str, region_of: Callable[[str], str | None]) -> tuple[str, ...]:
    """The regions that a report concerns: first the one where it happened (else the one that it was
    `sent_to`), then the others once each. Countries that no table knows say nothing.
    """
    happened = region_of(facts.happened_in) if facts.happened_in else None
    return _once([happened, sent_to, *map(region_of, facts.countries)])


def _once(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
