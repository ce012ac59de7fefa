"""A national authority's consent to a firm: signed here, checked by the authority against the directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.keys.rotating import OpenHome
from tocsin.adapters.whole_files import read_whole
from tocsin.core.consents import Consent, write_consent
from tocsin.core.enrolment import MAX_REQUEST_BYTES, Request, application_digest, read_request
from tocsin.core.errors import RefusedByRuleError, SettingsError
from tocsin.core.participants import check_agreement


@dataclass(frozen=True)
class Sponsorship:
    """As what a firm shall take part, under which agreement, until when (seconds since 1970)."""

    sector: str
    agreement: str
    ends_s: int


def read_firm(file: Path) -> Request:
    """The firm's application. Raises SettingsError, MalformedError, UntrustedError."""
    data = read_whole(file, MAX_REQUEST_BYTES)
    if data is None:
        raise SettingsError(f"there is no file {file}: ask the firm for its tocsin keys request")
    return read_request(data)


def sponsor(one: OpenHome, firm: Request, terms: Sponsorship) -> bytes:
    """The consent, signed. Raises RefusedByRuleError where we cannot give one."""
    if terms.ends_s <= one.now_s:
        raise RefusedByRuleError("the agreement has ended already: it would take part in nothing")
    check_agreement(terms.agreement)
    if one.entry.is_firm:
        raise RefusedByRuleError("only a national authority sponsors a firm")
    for key in one.entry.keys_for("statement", one.now_s):
        if (private := one.keys.statement.get(key.id)) is not None:
            consent = Consent(
                one.entry.id,
                application_digest(firm),
                terms.sector,
                terms.agreement,
                terms.ends_s,
                one.now_s,
                key.id,
            )
            return write_consent(consent, private)
    raise RefusedByRuleError("no statement key of this home is in force in the directory")
