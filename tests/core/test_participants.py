"""What the directory says of a participant."""

from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest

from tests.support.parties import DAY_S, NOW_S, Party
from tocsin.core import canonical_json
from tocsin.core.errors import MalformedError, UntrustedError
from tocsin.core.participants import read_participant, request_bytes, verify_request, write_participant
from tocsin.core.public_keys import key_record
from tocsin.core.signatures import PARTICIPANT_LABEL
from tocsin.core.standing import NO_DAY

OFFICE = Party("Office")
FIRM = Party(
    "Firm", ("courier",), sector="courier", sponsor=OFFICE.id, agreement_ends_s=NOW_S + 200 * DAY_S
)


def entry(party: Party = OFFICE, **changes: Any) -> bytes:
    return canonical_json.dump(party.entry() | changes)


@pytest.mark.parametrize("party", [OFFICE, FIRM])
def test_a_participant_that_was_written_reads_back(party: Party) -> None:
    participant = read_participant(entry(party))
    assert participant == read_participant(write_participant(participant))


def test_how_an_office_is_reached_reads_back_and_an_entry_without_keeps_its_bytes() -> None:
    told = read_participant(entry(contact="desk@police.example"))
    assert "desk@police.example" == read_participant(write_participant(told)).contact
    assert b"contact" not in write_participant(read_participant(entry()))


@pytest.mark.parametrize("contact", ["two\nlines", "x" * 201, "", 7])
def test_a_contact_that_cannot_be_shown_is_refused(contact: Any) -> None:
    with pytest.raises(MalformedError):
        read_participant(entry(contact=contact))


def test_a_government_needs_no_agreement() -> None:
    assert NO_DAY == read_participant(entry()).agreement_ends_s


def test_a_firm_without_an_agreement_is_never_in_force() -> None:
    assert not read_participant(entry(FIRM, agreement=None)).in_force(0)


@pytest.mark.parametrize(("time_s", "in_force"), [(NOW_S, True), (NOW_S + 200 * DAY_S, False)])
def test_an_agreement_ends_at_its_second(time_s: int, in_force: bool) -> None:
    assert in_force == read_participant(entry(FIRM)).in_force(time_s)


@pytest.mark.parametrize(("party", "firm"), [(OFFICE, False), (FIRM, True)])
def test_who_has_a_sponsor_is_a_firm(party: Party, firm: bool) -> None:
    assert firm == read_participant(entry(party)).is_firm


def test_h39_a_key_named_twice_is_refused() -> None:
    keys = OFFICE.entry()["keys"]
    with pytest.raises(MalformedError):
        read_participant(entry(keys=[*keys, keys[0]]))


def test_keys_for_a_purpose_are_the_valid_ones_that_are_not_retired_newest_first() -> None:
    younger = Party("Office, younger")
    keys = [
        key_record(OFFICE.key("record")),
        key_record(younger.key("record")) | {"not_before_s": NOW_S},
        key_record(Party("retired").key("record")) | {"final": []},
        key_record(Party("later").key("record")) | {"not_before_s": NOW_S + 1},
    ]
    found = read_participant(entry(keys=keys)).keys_for("record", NOW_S)
    assert [younger.key("record").id, OFFICE.key("record").id] == [key.id for key in found]


def request(party: Party = OFFICE, **changes: Any) -> dict[str, Any]:
    record: dict[str, Any] = {"name": party.name, "country": "CO"}
    record["keys"] = [key_record(key) for key in party.keys]
    signed = party.statement.sign(PARTICIPANT_LABEL, PARTICIPANT_LABEL + request_bytes(record))
    return record | {"self_signature": b64encode(signed).decode()} | changes


def test_an_application_signed_by_its_own_statement_key_gives_its_keys() -> None:
    assert OFFICE.keys == verify_request(request())


def test_an_application_that_was_changed_is_refused() -> None:
    with pytest.raises(UntrustedError):
        verify_request(request(name="Somebody else"))


def test_an_applicant_signs_its_name_its_country_and_its_keys() -> None:
    asked = {"name": "Office", "country": "CO", "keys": [key_record(OFFICE.key("record"))]}
    assert canonical_json.dump(asked) == request_bytes(asked | {"self_signature": "AA=="})


@pytest.mark.parametrize("extra", [(), (OFFICE.key("statement"), Party("x").key("statement"))])
def test_an_application_has_exactly_one_statement_key(extra: tuple[Any, ...]) -> None:
    keys = [key_record(key) for key in (OFFICE.key("record"), *extra)]
    with pytest.raises(MalformedError):
        verify_request(request(keys=keys))


def test_a_carriers_prefixes_stand_in_its_entry_where_there_are_any() -> None:
    one = replace(read_participant(entry(FIRM)), prefixes=("awb:020", "s10:CO"))
    assert one == read_participant(write_participant(one))
    assert b"prefixes" not in write_participant(replace(one, prefixes=()))


@pytest.mark.parametrize("wrong", [["020"], ["awb:02"], ["awb:0201"], ["s10:ch"], ["awb:020"] * 65])
def test_a_prefix_that_is_none_refuses_the_entry(wrong: list[str]) -> None:
    one = replace(read_participant(entry(FIRM)), prefixes=tuple(wrong))
    with pytest.raises(MalformedError, match="prefix"):
        read_participant(write_participant(one))
