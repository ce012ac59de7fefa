"""Law: which of a million wanted numbers a parcel carries, without holding them in clear.

`Targets` keeps 64 bits of a keyed hash of each number and where it came from. It guarantees that every
number that was added is found again, whatever its separators, case and width; that two kinds of number
never meet; and nothing about the reverse: what it finds is a candidate, to be compared with the number
itself (`is_target`). Source: report and alert, "Screening"; BLAKE2 (RFC 7693), keyed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from tocsin.core.contacts import email_key, house_key, last_digits
from tocsin.core.identifiers import is_s10_form, tidied
from tocsin.core.parcel_views import Reading, View
from tocsin.core.phone_numbers import phone_key

S10_LIFE_S = 366 * 86_400
"""An S10 is not used again within 12 months (UPU S10); after that it may be another parcel's."""
KINDS: Mapping[str, str] = {
    "s10": "s10",
    "awb": "awb",
    "house-awb": "awb",
    "courier": "own",
    "phone": "phone",
    "email": "email",
    "house": "house",
}
"""Types of target that a parcel may carry -> what they are compared as."""
_CONTACTS = frozenset({"phone", "email", "house"})
_HASH_BYTES = 8
HOUSE_SEPARATOR = ";"

Key = tuple[str, str]


def target_key(type_: str, value: str) -> Key | None:
    """(kind, what equal targets share); None for a type that no parcel carries, or a value of no form."""
    match KINDS.get(type_):
        case "phone":
            found = phone_key(value, None)
        case "email":
            found = email_key(value)
        case "house":
            parts = value.split(HOUSE_SEPARATOR)
            found = house_key(*parts) if len(parts) == 3 else None
        case None:
            found = None
        case _:
            found = tidied(value)
    return (KINDS[type_], found) if found else None


class Targets:
    """Wanted numbers, each with the places that it came from. `key`: random, of this run only."""

    def __init__(self, key: bytes, reading: Reading) -> None:
        self._hashers = {
            kind: hashlib.blake2b(digest_size=_HASH_BYTES, key=key, person=kind.encode())
            for kind in KINDS.values()
        }
        self._places: dict[int, int | tuple[int, ...]] = {}
        self._kinds: set[str] = set()
        self._own = reading.own_numbers
        self._last_digits: set[str] = set()

    def __len__(self) -> int:
        return len(self._places)

    def add(self, key: Key, place: int) -> None:
        """Look for `key`; it came from `place`."""
        kind, value = key
        self._kinds.add(kind)
        if kind == "phone":
            self._last_digits.add(last_digits(value))
        hashed = self._hash(kind, value)
        before = self._places.get(hashed)
        if before is None:
            self._places[hashed] = place
        elif before != place:
            more = before if isinstance(before, tuple) else (before,)
            self._places[hashed] = more if place in more else (*more, place)

    def candidates(self, view: View) -> Iterator[tuple[Key, int]]:
        """Each key of the parcel that is probably wanted, with each place that it came from."""
        for key in self._keys(view):
            place = self._places.get(self._hash(*key))
            if place is not None:
                for one in place if isinstance(place, tuple) else (place,):
                    yield key, one

    def _keys(self, view: View) -> list[Key]:
        """What the parcel carries of the kinds that are wanted."""
        item, kinds, found = view.item, self._kinds, []
        if item:
            if is_s10_form(item):
                if "s10" in kinds:
                    found.append(("s10", item))
            elif self._own is not None and self._own.fullmatch(item):
                found.append(("own", item))
        found += [("awb", one) for one in view.waybills]
        if not kinds.isdisjoint(_CONTACTS):
            found += self._contacts(view)
        return found

    def _contacts(self, view: View) -> Iterator[Key]:
        for party, country in (
            (view.parcel.sender, view.origin),
            (view.parcel.addressee, view.destination),
        ):
            # Reading a number takes long: only one whose end is wanted is read.
            phone = str(party.phone or "")
            if phone and last_digits(phone) in self._last_digits and (key := phone_key(phone, country)):
                yield "phone", key
            if party.email and (key := email_key(str(party.email))):
                yield "email", key
            if party.postcode and (
                key := house_key(country, str(party.postcode), str(party.house_no or ""))
            ):
                yield "house", key

    def _hash(self, kind: str, value: str) -> int:
        hasher = self._hashers[kind].copy()
        hasher.update(value.encode("utf-8", "surrogatepass"))
        return int.from_bytes(hasher.digest(), "big")


def is_target(alert: Mapping[str, Any], key: Key, view: View) -> bool:
    """Whether `key` of the parcel truly is a target of `alert`, and an S10 not one of another year."""
    kind, _ = key
    if not any(target_key(one["type"], one["value"]) == key for one in alert.get("targets", ())):
        return False
    posted_s, issued_s = posted_at_s(view), alert.get("issued")
    if kind != "s10" or posted_s is None or issued_s is None:
        return True
    return abs(posted_s - int(issued_s)) <= S10_LIFE_S


def posted_at_s(view: View) -> int | None:
    """Unix seconds at which the parcel was posted (UTC where no zone is named); None if not readable."""
    try:
        time = datetime.fromisoformat(str(view.parcel.posted_at or "").strip())
    except ValueError:
        return None
    return int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp())
