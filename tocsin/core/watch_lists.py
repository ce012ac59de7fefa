"""Law: what of a report or a query stands on a country's own, restricted watch-lists.

It guarantees that an entry is met by its name, a synonym or a CAS number and by nothing that merely
resembles; that another name of the same substance and a salt of it lead to the entry too, since control
extends to them; and that no object shows in its `repr` what is on a list. A list flags, it refuses
nothing. Keeping the lists is left to `adapters.watch_lists`; they are never part of a report.
Source: docs/reporting.md, "Your own watch-lists".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tocsin.core.field_checks import Fields
from tocsin.core.report import ALERTS_STREAM, CheckedReport
from tocsin.core.report_doubts import Doubt
from tocsin.core.vocabulary import MAX_QUERY_CHARACTERS, Nearness, folded, known_as, substance_named

_NAMING = ("name_as_declared", "identified_as", "cas", "inchikey")


@dataclass(frozen=True, slots=True)
class Entry:
    """One substance of the list `list_name`: what it is called, and a note of whoever made the list."""

    list_name: str = field(repr=False)
    name: str = field(repr=False)
    cas: tuple[str, ...] = field(default=(), repr=False)
    synonyms: tuple[str, ...] = field(default=(), repr=False)
    note: str | None = field(default=None, repr=False)

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that meets the entry."""
        return (self.name, *self.cas, *self.synonyms)


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was met. `why` is a sentence in English that does not name it."""

    entry: Entry = field(repr=False)
    nearness: Nearness
    why: str


class WatchLists:
    """All own lists of a home, to be asked; without entries it finds nothing."""

    def __init__(self, entries: Iterable[Entry] = (), *, named: bool = True) -> None:
        """`named`: whether a doubt says on which list."""
        self._named = named
        self._entries: dict[str, list[Entry]] = {}
        for entry in entries:
            for text in {folded(one) for one in entry.texts}:
                self._entries.setdefault(text, []).append(entry)

    def unnamed(self) -> WatchLists:
        """The same lists, whose doubts do not say which: for what is written where others may look."""
        lists = WatchLists(named=False)
        lists._entries = self._entries
        return lists

    def hits(self, text: str) -> tuple[Hit, ...]:
        """The entries that `text` (a name, CAS number or InChIKey) meets, exact ones first, each once."""
        found: dict[Entry, Hit] = {}
        for hit in self._hits(text[: MAX_QUERY_CHARACTERS + 1]):
            found.setdefault(hit.entry, hit)
        return tuple(found.values())

    def doubts(self, report: CheckedReport) -> tuple[Doubt, ...]:
        """A doubt for each substance of an incident report and each list that it is on."""
        if not self._entries or report.stream == ALERTS_STREAM:
            return ()
        substances = enumerate(report.body["substances"])
        return tuple(doubt for number, one in substances for doubt in self._of(number, one))

    def _hits(self, text: str) -> Iterator[Hit]:
        asked = folded(text)
        for entry in self._entries.get(asked, ()):
            if asked in {folded(entry.name), *map(folded, entry.cas)}:
                yield Hit(entry, Nearness.EXACT, "the same name or number")
        for entry in self._entries.get(asked, ()):
            yield Hit(entry, Nearness.ALIAS, "another name of it")
        code = substance_named(text) if self._entries else None
        for name in () if code is None else sorted(known_as(code)):
            for entry in self._entries.get(name, ()):
                yield Hit(entry, Nearness.ALIAS, "the same substance, or a salt or ester of it")

    def _of(self, number: int, substance: Fields) -> Iterator[Doubt]:
        told = set()
        for name in _NAMING:
            for hit in self.hits(substance[name] or ""):
                where = f'your list "{hit.entry.list_name}"' if self._named else "a watch-list of yours"
                if where not in told:
                    told.add(where)
                    yield f"substances[{number}].{name}", f"is on {where}"

    def __repr__(self) -> str:
        return "WatchLists(…)"


NO_LISTS = WatchLists()
