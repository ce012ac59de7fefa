"""Law: what each field of a test means in a parcel, worked out once and only when somebody asks.

A `View` gives a parcel's route, words, codes, numbers and identifiers in the form in which they are
compared. What cannot be read (a number with the other decimal mark, an identifier that a spreadsheet
spoiled) is given as absent and counted in `Doubts`: never guessed, never silent. Whether a parcel matches
is left to others.
Source: report and alert, "Screening"; UPU S10, S34 (an office begins with its country).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from tocsin.core.identifiers import is_s10_form, is_shortened, tidied
from tocsin.core.parcels import Parcel, Party, Scalar
from tocsin.core.phrases import spaced
from tocsin.core.thousands import ungrouped

HS_DIGITS = 6
AWB_DIGITS = 11
COUNTRY_CHARACTERS = 2
_POINT = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_COMMA = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?|[0-9]+(?:,[0-9]+)?")
_HS = re.compile(r"[0-9]+")
_SHORTENED = "is a number that a spreadsheet has shortened: digits are lost"
_ZEROS = "has fewer digits than an air waybill: zeros in front may be lost"
_ODD_HS = "has an odd number of digits: a zero may be lost"
_NO_COUNTRY = "is no code of two letters (ISO 3166-1): no test of a country holds"
_NO_HS = "is no HS code of at least four digits"
_NO_NUMBER = "is no number with the decimal mark that was said"
_NO_TEXT = "holds bytes that are not of the encoding; it is compared without them"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a firm writes: the decimal mark (point or comma), its weights' size in grams, the edition of the
    Harmonized System (None: not said), and the form of its own numbers (None: it has none but S10).
    """

    comma: bool = False
    grams: float = 1.0
    hs_edition: int | None = None
    own_numbers: re.Pattern[str] | None = field(default=None, repr=False)


T = TypeVar("T")


class _once(Generic[T]):  # noqa: N801 - used as a decorator
    """`functools.cached_property` without its lock, which takes a third of the time of a whole look."""

    def __init__(self, work: Callable[[Any], T]) -> None:
        self._work, self.__doc__ = work, work.__doc__

    def __get__(self, one: Any, kind: type) -> T:
        """What the work gives, kept in the object: it is not asked here again."""
        found = one.__dict__[self._work.__name__] = self._work(one)
        return found


class Doubts(Counter[tuple[str, str]]):
    """How often a field was not read as it was meant, by (field, sentence)."""

    def note(self, name: str, why: str) -> None:
        """Count one."""
        self[name, why] += 1


class View:
    """One parcel, as it is compared."""

    def __init__(self, parcel: Parcel, reading: Reading, doubts: Doubts) -> None:
        self.parcel, self._reading, self._doubts = parcel, reading, doubts

    @_once
    def origin(self) -> str:
        """Country of origin: of the sender, else of the office; empty if not said."""
        return self._country("sender_country", self.parcel.sender, self.parcel.origin_office)

    @_once
    def destination(self) -> str:
        """Country of destination: of the addressee, else of the office; empty if not said."""
        return self._country("addressee_country", self.parcel.addressee, self.parcel.destination_office)

    @_once
    def words(self) -> str:
        """Every description, spaced; one content never runs into the next."""
        return "\n".join(spaced(one) for one in self._texts())

    @_once
    def hs(self) -> tuple[str, ...]:
        """The first six digits of each HS code."""
        return tuple(code for one in self.parcel.contents if (code := self._hs(one.hs)))

    @_once
    def gross_g(self) -> tuple[float, ...]:
        """The gross weight in grams, if it can be read."""
        return self._numbers("gross_g", [self.parcel.gross_g], self._reading.grams)

    @_once
    def net_g(self) -> tuple[float, ...]:
        """The net weight of each content in grams."""
        return self._numbers("net_g", (one.net_g for one in self.parcel.contents), self._reading.grams)

    @_once
    def values(self) -> tuple[float, ...]:
        """The declared value of each content, in whatever currency it is declared."""
        return self._numbers("value", (one.value for one in self.parcel.contents), 1.0)

    @_once
    def item(self) -> str:
        """The item's number, tidied; empty where there is none or it is spoiled."""
        return self._identifier("item_id", self.parcel.item_id)

    @_once
    def waybills(self) -> tuple[str, ...]:
        """The air waybills, master and house, tidied."""
        parcel = self.parcel
        if not parcel.awb_master and not parcel.awb_house:
            return ()
        master = self._identifier("awb_master", parcel.awb_master)
        if master.isdecimal() and len(master) < AWB_DIGITS:
            self._doubts.note("awb_master", _ZEROS)
        # Forwarders number house waybills as they like: a short one has lost nothing.
        return tuple(one for one in (master, self._identifier("awb_house", parcel.awb_house)) if one)

    @property
    def edition(self) -> int | None:
        """The edition of the Harmonized System that the firm declares by."""
        return self._reading.hs_edition

    def _country(self, name: str, party: Party, office: Scalar) -> str:
        code = country_of(party.country, office)
        if code and len(code) != COUNTRY_CHARACTERS:
            self._doubts.note(name, _NO_COUNTRY)
        return code

    def _identifier(self, name: str, value: Scalar) -> str:
        if not value:
            return ""
        text = str(value)
        if not is_s10_form(text) and (isinstance(value, float) or is_shortened(text)):
            self._doubts.note(name, _SHORTENED)
            return ""
        return tidied(text)

    def _texts(self) -> Iterable[str]:
        for one in self.parcel.contents:
            if one.description:
                text = str(one.description)
                if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
                    self._doubts.note("description", _NO_TEXT)
                yield text

    def _hs(self, value: Scalar) -> str:
        if not value:
            return ""
        digits = re.sub(r"[\s.]", "", str(value)) if not isinstance(value, float) else ""
        if len(digits) < 4 or not _HS.fullmatch(digits):
            self._doubts.note("hs", _NO_HS)
            return ""
        if len(digits) % 2:
            self._doubts.note("hs", _ODD_HS)
            return ""
        return digits[:HS_DIGITS]

    def _numbers(self, name: str, given: Iterable[Scalar], size: float) -> tuple[float, ...]:
        found = []
        for one in given:
            number = self._number(one)
            if number is not None:
                found.append(number * size)
            elif one not in (None, ""):
                self._doubts.note(name, _NO_NUMBER)
        return tuple(found)

    def _number(self, value: Scalar) -> float | None:
        if isinstance(value, int | float):
            return float(value)
        text = ungrouped((value or "").strip())
        if self._reading.comma:
            plain = text.replace(".", "").replace(",", ".")
            return float(plain) if _COMMA.fullmatch(text) else None
        return float(text) if _POINT.fullmatch(text) else None


def country_of(country: Scalar, office: Scalar) -> str:
    """A country's code in capitals; without one, the first two letters of an office of exchange."""
    if type(country) is str and country.isupper() and len(country) == COUNTRY_CHARACTERS:
        return country
    code = str(country or "").strip() or str(office or "").strip()[:2]
    return code.upper()
