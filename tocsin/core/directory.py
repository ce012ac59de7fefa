"""Law: one consistent state of the directory, and every question that is asked of it.

It guarantees that one bad entry refuses itself and never the others (`refused` names them), and that
answers depend on the entries and the time given, nothing else. That the bytes are the authority's is
left to TUF; what to do when the timestamp has expired, to the caller through `freshness`.
Source: wire format, "Directory".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from tocsin.core.audiences import Audience, read_audience
from tocsin.core.errors import MalformedError, TheirFault
from tocsin.core.ids import audience_id, own_audience, schema_id
from tocsin.core.participants import Participant, read_participant
from tocsin.core.public_keys import PublicKey
from tocsin.core.regional import RegionalList, join_regional
from tocsin.core.schema_lint import lint
from tocsin.core.streams import INBOX, Layout, read_layout

OWN_AUDIENCE_MAX_AGE_S = 30 * 86_400
READING_GRACE_S = 72 * 3_600
# By a clock that is less behind, what is dated ahead waits; at 24 h it would be refused for good.
READING_AHEAD_S = 3_600
TIMESTAMP_LIFETIME_S = 86_400
PARTICIPANTS, AUDIENCES, SCHEMAS, STREAMS = "participants/", "audiences/", "schemas/", "streams"

ReadParticipant = Callable[[bytes], Participant]


class Freshness(StrEnum):
    """How the directory's timestamp stands to a clock."""

    AHEAD = "ahead"
    FRESH = "fresh"
    STALE = "stale"
    TOO_OLD = "too old"


@dataclass(frozen=True)
class Directory:
    """A snapshot of the directory. `version` is the snapshot's, `expires_at_s` the timestamp's. `list_of`:
    the regional list that a participant stands in, by its id; who is not there stands in the top list.
    """

    version: int
    expires_at_s: int
    layout: Layout
    participants: Mapping[bytes, Participant]
    audiences: Mapping[bytes, Audience]
    schemas: Mapping[bytes, bytes] = field(repr=False)
    refused: Mapping[str, str] = field(default_factory=dict)
    list_of: Mapping[bytes, str] = field(default_factory=dict)

    @cached_property
    def keys(self) -> Mapping[bytes, tuple[Participant, PublicKey]]:
        """Every key by its id, with its owner. A key that two participants claim is nobody's."""
        owners: dict[bytes, tuple[Participant, PublicKey]] = {}
        doubled: set[bytes] = set()
        for participant in self.participants.values():
            for key in participant.keys:
                if key.id in owners:
                    doubled.add(key.id)
                owners[key.id] = (participant, key)
        return {id_: owner for id_, owner in owners.items() if id_ not in doubled}

    @cached_property
    def revoked_kem_keys(self) -> frozenset[bytes]:
        """The ids of KEM keys that somebody else may have."""
        everyone = self.participants.values()
        return frozenset(
            key.id
            for one in everyone
            for key in one.keys
            if key.purpose == "kem" and key.revoked_at_s is not None
        )

    @cached_property
    def own_audiences(self) -> Mapping[bytes, Participant]:
        """The implicit `to.` audience of each participant, by audience id."""
        everyone = self.participants.values()
        return {audience_id(own_audience(one.id)): one for one in everyone}

    def audience(self, audience: bytes) -> Audience | None:
        """The audience of this id, also an implicit one; None where there is none."""
        if (owner := self.own_audiences.get(audience)) is not None:
            return Audience(own_audience(owner.id), max_age_s=OWN_AUDIENCE_MAX_AGE_S)
        return self.audiences.get(audience)

    def audience_named(self, name: str) -> Audience | None:
        """The audience of this name; None where there is none."""
        return self.audience(audience_id(name))

    def members(self, audience: bytes, originator: bytes, time_s: int) -> tuple[bytes, ...]:
        """The participant ids, sorted, that may read what `originator` sends to `audience`."""
        if (owner := self.own_audiences.get(audience)) is not None:
            wanted = [owner]
        elif (rule := self.audiences.get(audience)) is not None:
            wanted = [one for one in self.participants.values() if rule.wants(one)]
        else:
            return ()
        return tuple(sorted(one.id for one in wanted if one.id != originator and one.in_force(time_s)))

    def is_member(self, participant: bytes, audience: bytes, originator: bytes, time_s: int) -> bool:
        """Whether `participant` is one of `members`, without asking everybody."""
        one = self.participants.get(participant)
        if one is None or participant == originator or not one.in_force(time_s):
            return False
        if (owner := self.own_audiences.get(audience)) is not None:
            return owner.id == participant
        rule = self.audiences.get(audience)
        return rule is not None and rule.wants(one)

    def may_publish(self, participant: bytes, stream: str, time_s: int) -> bool:
        """Whether a role of `participant` allows the stream; an inbox takes all participants."""
        one = self.participants.get(participant)
        if one is None or not one.in_force(time_s):
            return False
        if stream == INBOX:
            return True
        known = self.layout.streams.get(stream)
        return known is not None and not known.publish_roles.isdisjoint(one.roles)

    @property
    def signed_at_s(self) -> int:
        """When its timestamp was signed, by the authority's clock."""
        return self.expires_at_s - TIMESTAMP_LIFETIME_S

    def freshness(self, now_s: int) -> Freshness:
        """FRESH until the timestamp expires; STALE (read with a warning) for 72 h; then TOO_OLD.

        AHEAD where it was signed over an hour after `now_s`, a clock that nothing may be judged by.
        """
        if not self.is_near(now_s):
            return Freshness.AHEAD if now_s < self.signed_at_s else Freshness.TOO_OLD
        return Freshness.FRESH if now_s < self.expires_at_s else Freshness.STALE

    def is_near(self, now_s: int) -> bool:
        """Whether anything may be judged or dated, given up or forgotten by a clock that shows `now_s`."""
        return now_s == nearest_time_s(self.expires_at_s, now_s)


def nearest_time_s(expires_at_s: int, now_s: int) -> int:
    """The time nearest to `now_s` that a timestamp that ends at `expires_at_s` does not contradict."""
    signed_at_s = expires_at_s - TIMESTAMP_LIFETIME_S
    return max(signed_at_s - READING_AHEAD_S, min(now_s, expires_at_s + READING_GRACE_S - 1))


def read_directory(
    version: int,
    expires_at_s: int,
    targets: Mapping[str, bytes],
    read: ReadParticipant = read_participant,
    regional: Sequence[RegionalList] = (),
) -> Directory:
    """The directory made of a consistent set of TUF targets (name -> bytes), and of `regional` lists.

    A bad participant, audience or schema is left out and named in `refused`; without a good `streams`
    target there is no directory: MalformedError. `read` may remember what it has read before.
    """
    if STREAMS not in targets:
        raise MalformedError("the directory has no streams target")
    reader = _Reader(read_layout(targets[STREAMS]), read)
    for name, data in sorted(targets.items()):
        reader.take(name, data)
    joined = join_regional(regional, targets, reader.participants.values(), reader.participant)
    return Directory(
        version,
        expires_at_s,
        reader.layout,
        {**reader.participants, **joined.participants},
        reader.audiences,
        reader.schemas,
        {**reader.refused, **joined.refused},
        joined.list_of,
    )


def participant_target(id_: bytes) -> str:
    """The target name of a participant."""
    return f"{PARTICIPANTS}{id_.hex()}"


def audience_target(name: str) -> str:
    """The target name of an audience."""
    return f"{AUDIENCES}{name}"


def schema_target(schema_bytes: bytes) -> str:
    """The target name of a schema's file."""
    return f"{SCHEMAS}{schema_id(schema_bytes).hex()}.avsc"


class _Reader:
    """Sorts targets by kind; a bad one refuses itself alone."""

    def __init__(self, layout: Layout, read: ReadParticipant) -> None:
        self.layout = layout
        self.participants: dict[bytes, Participant] = {}
        self.audiences: dict[bytes, Audience] = {}
        self.schemas: dict[bytes, bytes] = {}
        self.refused: dict[str, str] = {}
        self._read = read

    def take(self, name: str, data: bytes) -> None:
        try:
            self._take(name, data)
        except TheirFault as error:
            self.refused[name] = str(error)

    def _take(self, name: str, data: bytes) -> None:
        if name.startswith(PARTICIPANTS):
            one = self.participant(name, data)
            self.participants[one.id] = one
        elif name.startswith(AUDIENCES):
            audience = read_audience(data)
            _named(name, audience_target(audience.name))
            self.audiences[audience.id] = audience
        elif name.startswith(SCHEMAS):
            _named(name, schema_target(data))
            lint(data)
            self.schemas[schema_id(data)] = data

    def participant(self, name: str, data: bytes) -> Participant:
        one = self._read(data)
        _named(name, participant_target(one.id))
        self._known(one.regions)
        return one

    def _known(self, regions: tuple[str, ...]) -> None:
        if unknown := set(regions) - set(self.layout.regions):
            raise MalformedError(f"the streams target has no region {min(unknown)!r}")


def _named(name: str, wanted: str) -> None:
    if name != wanted:
        raise MalformedError(f"its content belongs to {wanted}")
