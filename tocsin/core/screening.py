"""Law: which alerts a parcel matches, exactly or by a pattern.

`Screen` guarantees that `look` finds every match of the alerts that were added and no other: the indices
only choose candidates, and each is judged by the alert's own words. One alert matches a parcel at most
once, the exact match before patterns, the first pattern before later ones. Which alerts are in force, and
how many hits are too many, is left to `screening_hits` and `broadness`.
Source: report and alert, "Screening".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.core.parcel_views import Doubts, Reading, View
from tocsin.core.parcels import Parcel
from tocsin.core.phrases import Phrases
from tocsin.core.screening_patterns import Pattern, Test, pattern, weakness
from tocsin.core.screening_targets import Key, Targets, is_target, target_key

MAX_PATTERNS = 100_000
MAX_ROUTES = 100_000

Alert = Mapping[str, Any]
Load = Callable[[int], Alert]


@dataclass(frozen=True, slots=True)
class Match:
    """That a parcel matches the alert stored as `alert`: by a target (`key`), or by a selector."""

    alert: int
    key: Key | None = None
    selector: int | None = None
    tests: tuple[Test, ...] = ()


@dataclass(frozen=True, slots=True)
class Unusable:
    """A selector that never hits here, and why."""

    alert: int
    selector: int
    why: str


class Screen:
    """All that is looked for. `key`: 16 random bytes of this run; `load`: an alert by its number again."""

    def __init__(self, key: bytes, reading: Reading, load: Load) -> None:
        self._reading, self._load = reading, load
        self._patterns: list[Pattern] = []
        self._plan: _Plan | None = None
        self.targets = Targets(key, reading)
        self.doubts = Doubts()
        self.unusable: list[Unusable] = []
        self.foreign_targets = 0
        """Targets of types that no parcel carries, or of no form."""
        self.alerts = 0
        """How many alerts were added."""
        self.beyond = 0
        """Selectors beyond MAX_PATTERNS, which are not looked for."""

    def add(self, alert: int, body: Alert, muted: frozenset[int] = frozenset()) -> None:
        """Look for `body`, stored as `alert`, but not for the selectors in `muted`."""
        self.alerts += 1
        for one in body.get("targets") or ():
            key = target_key(one["type"], one["value"])
            if key is None:
                self.foreign_targets += 1
            else:
                self.targets.add(key, alert)
        editions = frozenset(one["hs_edition"] for one in body.get("substances", ()) if one["hs_edition"])
        for number, selector in enumerate(body.get("selectors", ())):
            if number not in muted:
                self._add(pattern(alert, number, selector, editions))
        self._plan = None

    def _add(self, one: Pattern) -> None:
        why = weakness(one)
        if why is not None:
            self.unusable.append(Unusable(one.alert, one.number, why))
        elif len(self._patterns) >= MAX_PATTERNS:
            self.beyond += 1
        else:
            self._patterns.append(one)

    @property
    def pattern_count(self) -> int:
        """How many selectors are looked for."""
        return len(self._patterns)

    def look(self, parcel: Parcel) -> tuple[View, list[Match]]:
        """The parcel as it is compared, and its matches, one an alert at most."""
        view = View(parcel, self._reading, self.doubts)
        found: dict[int, Match] = {}
        for key, alert in self.targets.candidates(view):
            if alert not in found and is_target(self._load(alert), key, view):
                found[alert] = Match(alert, key)
        if self._patterns:
            plan = self._plan or self._planned()
            for one in plan.candidates(view):
                if one.alert not in found and one.hits(view):
                    found[one.alert] = Match(one.alert, None, one.number, one.tests)
        return view, list(found.values())

    def _planned(self) -> _Plan:
        self._plan = _Plan(self._patterns)
        return self._plan


class _Plan:
    """Patterns by route, and by their words where they have any: so that most parcels meet none."""

    def __init__(self, patterns: list[Pattern]) -> None:
        numbers: dict[str, int] = {}
        self._worded: list[list[int]] = []
        for index, one in enumerate(patterns):
            for phrase in one.phrases:
                number = numbers.setdefault(phrase, len(numbers))
                if number == len(self._worded):
                    self._worded.append([])
                self._worded[number].append(index)
        self._phrases = Phrases(numbers)
        self._patterns = patterns
        self._ends = [
            (one.allowed("origin_country"), one.allowed("destination_country")) for one in patterns
        ]
        self._routes: dict[tuple[str, str], tuple[list[int], bool]] = {}

    def candidates(self, view: View) -> list[Pattern]:
        """Patterns that may hit, in order."""
        plain, worded = self._of(view.origin, view.destination)
        chosen = plain
        if worded and (words := self._phrases.found(view.words)):
            chosen = sorted({*plain, *(index for word in words for index in self._worded[word])})
        return [self._patterns[index] for index in chosen]

    def _of(self, origin: str, destination: str) -> tuple[list[int], bool]:
        """(patterns without words, whether any has words) for one route."""
        route = origin, destination
        known = self._routes.get(route)
        if known is None:
            fits = [
                index
                for index, (origins, destinations) in enumerate(self._ends)
                if (origins is None or origin in origins)
                and (destinations is None or destination in destinations)
            ]
            plain = [index for index in fits if not self._patterns[index].phrases]
            if len(self._routes) >= MAX_ROUTES:
                self._routes.clear()
            known = self._routes[route] = (plain, len(plain) < len(fits))
        return known
