"""A national authority consents to one firm, as one thing, until one day."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.parties import DAY_S, NOW_S, Party, seed
from tocsin.core import canonical_json
from tocsin.core.consents import MAX_AGE_S, Consent, check_consent, read_consent, write_consent
from tocsin.core.errors import MalformedError, RefusedByRuleError, UntrustedError
from tocsin.core.participants import read_participant

OFFICE, OTHER = Party("Office"), Party("Other")
ENTRY = read_participant(OFFICE.target()[1])
WANTED = Consent(
    OFFICE.id,
    seed("application"),
    "courier",
    "MOU-7",
    NOW_S + 300 * DAY_S,
    NOW_S,
    OFFICE.key("statement").id,
)


def check(one: Consent, signer: Party = OFFICE, now_s: int = NOW_S) -> None:
    check_consent(read_consent(write_consent(one, signer.statement)), WANTED, ENTRY, now_s)


def test_what_the_sponsor_signed_is_what_is_wanted() -> None:
    check(WANTED)


@pytest.mark.parametrize(
    "changes",
    [
        {"sponsor": OTHER.id},
        {"application": seed("another")},
        {"sector": "postal"},
        {"agreement": "MOU-8"},
        {"ends_s": NOW_S + 301 * DAY_S},
    ],
)
def test_a_consent_to_something_else_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(UntrustedError, match="consented to another"):
        check(replace(WANTED, **changes))


def test_a_consent_that_another_signed_is_refused() -> None:
    with pytest.raises(UntrustedError):
        check(WANTED, signer=OTHER)


def test_a_consent_under_a_key_that_is_not_the_sponsors_is_refused() -> None:
    with pytest.raises(UntrustedError, match="in force"):
        check(replace(WANTED, signing_key=OTHER.key("statement").id), signer=OTHER)


@pytest.mark.parametrize("made_at_s", [NOW_S - MAX_AGE_S - 1, NOW_S + 301])
def test_a_consent_that_is_old_or_dated_ahead_is_refused(made_at_s: int) -> None:
    with pytest.raises(RefusedByRuleError, match="90 days"):
        check(replace(WANTED, made_at_s=made_at_s))


@pytest.mark.parametrize(
    "changes",
    [
        {"tocsin_consent": 2},
        {"application": "ab"},
        {"application": "zz" * 32},
        {"ends_s": "soon"},
        {"signature": "*"},
        {"sponsor": "me"},
    ],
)
def test_a_file_that_is_no_consent_is_refused(changes: dict[str, Any]) -> None:
    record = canonical_json.load(write_consent(WANTED, OFFICE.statement)) | changes
    with pytest.raises(MalformedError):
        read_consent(canonical_json.dump(record))


@pytest.mark.parametrize("made_at_s", [NOW_S - MAX_AGE_S, NOW_S + 300])
def test_a_consent_holds_to_the_last_second_of_its_90_days(made_at_s: int) -> None:
    check(replace(WANTED, made_at_s=made_at_s))


@pytest.mark.parametrize("changes", [{"revoked_at_s": NOW_S + DAY_S}, {"not_after_s": NOW_S - 1}])
def test_a_consent_under_a_key_of_the_sponsor_that_is_no_more_in_force_is_refused(
    changes: dict[str, int],
) -> None:
    former = read_participant(OFFICE.target(statement=changes)[1])
    signed = read_consent(write_consent(WANTED, OFFICE.statement))
    with pytest.raises(UntrustedError, match="in force"):
        check_consent(signed, WANTED, former, NOW_S)
