"""Admits an organisation: its request is verified, it gets 16 random bytes as its id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.authority.office import Office
from tocsin.core import codes
from tocsin.core.directory import PARTICIPANTS, Directory
from tocsin.core.enrolment import Request, Welcome
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.ids import ID_BYTES
from tocsin.core.participants import NO_DAY, Participant, write_participant
from tocsin.core.primitives import random_bytes


@dataclass(frozen=True)
class Terms:
    """As what an organisation is admitted."""

    roles: Sequence[str]
    sector: str | None
    regions: Sequence[str]
    sponsor: bytes | None
    agreement: str | None
    agreement_ends_s: int | None

    def check(self, country: str) -> None:
        """Raises RefusedByRuleError for a code that is not there or parts that do not fit."""
        for kind, words, known in (
            ("country", [country], codes.country_codes()),
            ("role", self.roles, codes.roles()),
            ("region", self.regions, codes.regions()),
            ("sector", [self.sector] if self.sector else [], codes.sectors()),
        ):
            if unknown := [word for word in words if word not in known]:
                listed = "" if kind == "country" else f"; known are {', '.join(sorted(known))}"
                raise RefusedByRuleError(f"there is no {kind} {unknown[0]}{listed}")
        firm = any(codes.roles()[role] == "firm" for role in self.roles)
        if firm and not (self.sponsor and self.sector and self.agreement):
            raise RefusedByRuleError(
                "a firm needs a sector, a sponsor (its national authority) and an agreement with its end: "
                "--sector, --sponsor, --agreement, --agreement-ends"
            )
        if self.sponsor and not firm:
            raise RefusedByRuleError("only a firm has a sponsor")


def admit(office: Office, request: Request, terms: Terms) -> Welcome:
    """Add the participant to the repository. Raises RefusedByRuleError; then nothing changed."""
    directory = office.directory()
    terms.check(request.country)
    _check_sponsor(directory, terms.sponsor)
    _check_new(directory, request)
    regions = tuple(terms.regions) or (codes.region_of(request.country),)
    participant = Participant(
        id=random_bytes(ID_BYTES),
        name=request.name,
        country=request.country,
        regions=regions,
        roles=tuple(terms.roles),
        sector=terms.sector,
        sponsor=terms.sponsor,
        agreement=terms.agreement,
        agreement_ends_s=NO_DAY if terms.agreement_ends_s is None else terms.agreement_ends_s,
        keys=request.keys,
    )
    office.put({f"{PARTICIPANTS}{participant.id.hex()}": write_participant(participant)})
    return Welcome(participant.id, office.repository.pinned_root())


def _check_sponsor(directory: Directory, sponsor: bytes | None) -> None:
    if sponsor is None:
        return
    authority = directory.participants.get(sponsor)
    if authority is None or "focal-point" not in authority.roles:
        raise RefusedByRuleError(f"the sponsor {sponsor.hex()} is no focal point of the directory")


def _check_new(directory: Directory, request: Request) -> None:
    for key in request.keys:
        for participant in directory.participants.values():
            if any(key.id == theirs.id for theirs in participant.keys):
                raise RefusedByRuleError(
                    f"these keys are admitted already: {participant.name}, {participant.id.hex()}"
                )


def day_end_s(text: str) -> int:
    """The end of a day `YYYY-MM-DD` in UTC, in seconds. Raises RefusedByRuleError."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise RefusedByRuleError(f"{text} is no date: write it as 2027-12-31") from None
    return int(day.timestamp()) + 86_400
