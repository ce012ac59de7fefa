"""Admits an organisation: its request is verified, it gets 16 random bytes as its id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.authority import challenging
from services.authority.office import Office
from tocsin.core import codes
from tocsin.core.consents import Consent, check_consent, read_consent
from tocsin.core.directory import PARTICIPANTS, Directory
from tocsin.core.enrolment import Request, Welcome, application_digest
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.ids import ID_BYTES
from tocsin.core.participants import Participant, check_agreement, check_prefix, write_participant
from tocsin.core.primitives import random_bytes
from tocsin.core.standing import NO_DAY


@dataclass(frozen=True)
class Terms:
    """As what an organisation is admitted."""

    roles: Sequence[str]
    sector: str | None
    regions: Sequence[str]
    sponsor: bytes | None
    agreement: str | None
    agreement_ends_s: int | None
    prefixes: Sequence[str] = ()

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
        list(map(check_prefix, self.prefixes))
        sides = {codes.roles()[role] for role in self.roles}
        if len(sides) != 1:
            raise RefusedByRuleError("a participant is of a government or a firm; these roles mix both")
        self._check_side(firm=sides == {"firm"})

    def _check_side(self, *, firm: bool) -> None:
        if self.agreement is not None:
            check_agreement(self.agreement)
        if (self.agreement is None) != (self.agreement_ends_s is None):
            raise RefusedByRuleError(
                "an agreement has a reference and an end: --agreement, --agreement-ends"
            )
        if firm and not (self.sponsor and self.sector and self.agreement):
            raise RefusedByRuleError(
                "a firm needs a sector, a sponsor (its national authority) and an agreement with its end: "
                "--sector, --sponsor, --agreement, --agreement-ends"
            )
        if not firm and (self.sponsor or self.sector):
            raise RefusedByRuleError("only a firm has a sponsor and a sector")


@dataclass(frozen=True)
class Papers:
    """What the applicant hands in beside its request: its answer to the challenge for its KEM keys, and,
    of a firm, its sponsor's consent.
    """

    answer: bytes | None = None
    consent: bytes | None = None


def admit(office: Office, request: Request, terms: Terms, papers: Papers) -> Welcome:
    """Add the participant to the repository.

    Raises RefusedByRuleError, UntrustedError, MalformedError; then nothing changed.
    """
    directory = office.directory()
    terms.check(request.country)
    if terms.agreement_ends_s is not None and terms.agreement_ends_s <= office.now_s():
        raise RefusedByRuleError("the agreement has ended already: it would take part in nothing")
    _check_sponsor(directory, terms.sponsor)
    _check_keys(request, office.now_s())
    _check_new(directory, request)
    application = application_digest(request)
    _check_consent(directory, terms, application, papers.consent, office.now_s())
    challenging.check(office, application, request.keys, papers.answer)
    regions = tuple(dict.fromkeys(terms.regions)) or (codes.region_of(request.country),)
    participant = Participant(
        id=random_bytes(ID_BYTES),
        name=request.name,
        country=request.country,
        regions=regions,
        roles=tuple(dict.fromkeys(terms.roles)),
        sector=terms.sector,
        sponsor=terms.sponsor,
        agreement=terms.agreement,
        agreement_ends_s=NO_DAY if terms.agreement_ends_s is None else terms.agreement_ends_s,
        keys=request.keys,
        prefixes=tuple(terms.prefixes),
    )
    office.put({f"{PARTICIPANTS}{participant.id.hex()}": write_participant(participant)})
    challenging.forget(office, application)
    return Welcome(participant.id, office.repository.pinned_root(), participant.name)


def _check_sponsor(directory: Directory, sponsor: bytes | None) -> None:
    if sponsor is None:
        return
    authority = directory.participants.get(sponsor)
    if authority is None or "focal-point" not in authority.roles:
        raise RefusedByRuleError(f"the sponsor {sponsor.hex()} is no focal point of the directory")


def _check_consent(
    directory: Directory, terms: Terms, application: bytes, consent: bytes | None, now_s: int
) -> None:
    """A firm's sponsor has signed the very terms under which it is admitted."""
    if terms.sponsor is None:
        return
    if consent is None:
        raise RefusedByRuleError(
            "a firm needs its sponsor's consent: tocsin keys sponsor REQUEST, there, makes the file for "
            "--consent"
        )
    signed = read_consent(consent)
    ends_s = terms.agreement_ends_s or 0
    wanted = Consent(
        terms.sponsor,
        application,
        terms.sector or "",
        terms.agreement or "",
        ends_s,
        now_s,
        signed.consent.signing_key,
    )
    check_consent(signed, wanted, directory.participants[terms.sponsor], now_s)


def _check_keys(request: Request, now_s: int) -> None:
    usable = {key.purpose for key in request.keys if now_s <= key.not_after_s}
    if missing := sorted({"record", "statement", "kem"} - usable):
        raise RefusedByRuleError(
            f"the request has no {missing[0]} key that is still valid: the applicant makes keys anew"
        )


def _check_new(directory: Directory, request: Request) -> None:
    """Neither its keys nor its name are there: who lost its folder and applies again stays who it was."""
    for key in request.keys:
        for participant in directory.participants.values():
            if any(key.id == theirs.id for theirs in participant.keys):
                raise RefusedByRuleError(
                    f"these keys are admitted already: {participant.name}, {participant.id.hex()}. "
                    f"Its welcome once more: tocsin authority welcome {participant.id.hex()}"
                )
    for one in directory.participants.values():
        same = (one.name.casefold(), one.country) == (request.name.casefold(), request.country)
        if same and one.ended is None:
            raise RefusedByRuleError(
                f"{one.name} ({one.country}) takes part already, as {one.id.hex()}: where it lost its "
                "folder, tocsin authority participant new-folder gives it these keys; another "
                "organisation applies under a name of its own"
            )


def welcome_again(office: Office, participant: bytes) -> Welcome:
    """The welcome of somebody admitted before. Raises RefusedByRuleError."""
    found = office.directory().participants.get(participant)
    if found is None:
        raise RefusedByRuleError(f"there is no participant {participant.hex()}")
    return Welcome(participant, office.repository.pinned_root(), found.name)
