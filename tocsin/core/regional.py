"""Law: what the list of a regional registrar may say, and what of it counts beside the top list.

It guarantees that a regional list names participants of its own regions and countries only and no
secretariat, that the top list wins over it for an id or a key, and that of an id which two regional
lists claim neither entry counts.
A bad entry refuses itself alone. That a key which two regions claim is nobody's is left to
`Directory.keys`; that a list is signed, to TUF.
Source: wire format, "Regional lists".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tocsin.core import codes
from tocsin.core.errors import MalformedError, TheirFault
from tocsin.core.participants import Participant

MAX_REGIONAL_LISTS = 32
MAX_REGIONAL_ENTRIES = 512
MAX_REGIONAL_LIST_BYTES = 262_144
MAX_REGIONAL_ENTRY_BYTES = 65_536
PATHS = "participants/"
TOP_ROLE = "secretariat"

Take = Callable[[str, bytes], Participant]
"""Reads a target of this name; raises TheirFault."""


@dataclass(frozen=True)
class RegionalList:
    """A list as it was signed. `name`: of its TUF role; `entries`: target name -> bytes; `left_out`: what
    was not even read, target name ("": the whole list) -> why.
    """

    name: str
    regions: frozenset[str]
    entries: Mapping[str, bytes] = field(repr=False)
    left_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Joined:
    """What counts of all regional lists. `list_of`: participant id -> name of its list; `refused`: name of
    the list, or `list/target` -> why.
    """

    participants: Mapping[bytes, Participant]
    list_of: Mapping[bytes, str]
    refused: Mapping[str, str]


def join_regional(
    lists: Sequence[RegionalList], top_names: Collection[str], top: Collection[Participant], take: Take
) -> Joined:
    """The participants that `lists` add to the `top` list, whose targets have `top_names`."""
    claims = Counter(name for one in lists for name in one.entries)
    twice = {name for name, count in claims.items() if count > 1}
    judge = _Judge(frozenset(top_names), twice, {key.id for one in top for key in one.keys}, take)
    participants: dict[bytes, Participant] = {}
    list_of: dict[bytes, str] = {}
    refused: dict[str, str] = {}
    for one in lists:
        refused |= {entry_of(one.name, target): why for target, why in one.left_out.items()}
        for target, data in sorted(one.entries.items()):
            try:
                participant = judge.judge(one, target, data)
            except TheirFault as error:
                refused[entry_of(one.name, target)] = str(error)
            else:
                participants[participant.id] = participant
                list_of[participant.id] = one.name
    return Joined(participants, list_of, refused)


def entry_of(list_name: str, target: str) -> str:
    """How an entry of a regional list is named where it is refused; the list itself for ""."""
    return f"{list_name}/{target}" if target else list_name


@dataclass(frozen=True)
class _Judge:
    top_names: Collection[str]
    twice: Collection[str]
    top_keys: Collection[bytes]
    take: Take

    def judge(self, one: RegionalList, target: str, data: bytes) -> Participant:
        if not target.startswith(PATHS):
            raise MalformedError("a regional list names participants only")
        if target in self.top_names:
            raise MalformedError("the top list has this participant, and wins")
        if target in self.twice:
            raise MalformedError("two regional lists claim this participant")
        participant = self.take(target, data)
        _check_place(one, participant)
        if any(key.id in self.top_keys for key in participant.keys):
            raise MalformedError("a participant of the top list has one of its keys, and the top list wins")
        return participant


def _check_place(one: RegionalList, participant: Participant) -> None:
    if outside := set(participant.regions) - one.regions:
        raise MalformedError(f"region {min(outside)} is outside the registrar's")
    if not participant.regions:
        raise MalformedError("a participant of a regional list has a region")
    if TOP_ROLE in participant.roles:
        raise MalformedError(f"the role {TOP_ROLE} is the top list's alone to give")
    country = participant.country
    if country not in codes.country_codes() or codes.region_of(country) not in one.regions:
        raise MalformedError(f"country {country} is outside the registrar's regions")
