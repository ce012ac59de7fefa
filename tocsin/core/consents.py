"""Law: a firm takes part because its national authority says so: which firm, as what, until when.

It guarantees that a consent holds for one application, one sector, one agreement and its end, and was
signed by a statement key of the sponsor that is in force. That the sponsor is a focal point is left to
the authority. Source: wire format, "Directory", enrolment.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from tocsin.core import canonical_json, json_fields
from tocsin.core.errors import MalformedError, RefusedByRuleError, UntrustedError
from tocsin.core.ids import parse_id
from tocsin.core.participants import Participant
from tocsin.core.primitives import CompositePrivate, verify_composite

LABEL = b"tocsin/1/consent\0"
MAX_AGE_S = 90 * 86_400
MAX_AHEAD_S = 300
_MARK = "tocsin_consent"
_COMPARED = {
    "sponsor": "sponsor",
    "application": "application",
    "sector": "sector",
    "agreement": "agreement",
    "ends_s": "end of the agreement",
}


@dataclass(frozen=True, slots=True)
class Consent:
    """`application`: SHA-256 of what the firm signed. `ends_s`: the agreement's end."""

    sponsor: bytes
    application: bytes
    sector: str
    agreement: str
    ends_s: int
    made_at_s: int
    signing_key: bytes


@dataclass(frozen=True, slots=True)
class SignedConsent:
    """A consent as it was handed in."""

    consent: Consent
    signed: bytes
    signature: bytes


def write_consent(consent: Consent, statement: CompositePrivate) -> bytes:
    """The file for the firm and the authority, signed by the key that `consent.signing_key` names."""
    signed = _signed(consent)
    signature = statement.sign(LABEL, LABEL + signed)
    record = canonical_json.load(signed) | {"signature": b64encode(signature).decode()}
    return canonical_json.dump(record)


def read_consent(data: bytes) -> SignedConsent:
    """The consent in `data`, its signature not looked at yet. Raises MalformedError."""
    record = json_fields.load_object(data, "consent")
    if record.get(_MARK) != 1:
        raise MalformedError(f'not a file with "{_MARK}": 1')
    application = json_fields.text(record, "application")
    if len(application) != 64 or application.strip("0123456789abcdef"):
        raise MalformedError("application is no SHA-256 in hex")
    consent = Consent(
        parse_id(json_fields.text(record, "sponsor")),
        bytes.fromhex(application),
        json_fields.text(record, "sector"),
        json_fields.line(record, "agreement"),
        json_fields.moment(record, "ends_s"),
        json_fields.number(record, "made_at_s"),
        parse_id(json_fields.text(record, "signing_key")),
    )
    return SignedConsent(consent, _signed(consent), json_fields.base64_bytes(record, "signature"))


def check_consent(one: SignedConsent, wanted: Consent, sponsor: Participant, now_s: int) -> None:
    """Raises UntrustedError unless `sponsor` signed exactly what is `wanted`, RefusedByRuleError where
    that was over 90 days ago. `wanted` says nothing of date and key.
    """
    said = one.consent
    for name, words in _COMPARED.items():
        if getattr(said, name) != getattr(wanted, name):
            raise UntrustedError(f"the sponsor consented to another {words}")
    for key in sponsor.keys_for("statement", now_s):
        if key.id == said.signing_key:
            verify_composite(key.public, one.signature, LABEL, LABEL + one.signed)
            break
    else:
        raise UntrustedError("the consent is not signed by a statement key of the sponsor in force")
    if not now_s - MAX_AGE_S <= said.made_at_s <= now_s + MAX_AHEAD_S:
        raise RefusedByRuleError("the consent is over 90 days old, or dated ahead: ask for it anew")


def _signed(consent: Consent) -> bytes:
    return canonical_json.dump(
        {
            _MARK: 1,
            "sponsor": consent.sponsor.hex(),
            "application": consent.application.hex(),
            "sector": consent.sector,
            "agreement": consent.agreement,
            "ends_s": consent.ends_s,
            "made_at_s": consent.made_at_s,
            "signing_key": consent.signing_key.hex(),
        }
    )
