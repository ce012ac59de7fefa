"""`tocsin authority admit`: who may be admitted as what; a refusal changes nothing."""

import json
import os
import time
from dataclasses import replace

import pytest

from services.authority import challenging
from services.authority.applications import read_application
from tests.support.office import living_keys, write_request
from tests.support.parties import DAY_S, Party
from tocsin.adapters.tuf_signing import first_root_fingerprint
from tocsin.core.challenge import read_answer, write_answer
from tocsin.core.enrolment import read_request, read_welcome
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.standing import NO_DAY, day_end_s

COLOMBIA, NETHERLANDS = Party("Colombia"), Party("Netherlands", country="NL")
FIRM = Party("Swift Parcels")
TERMS = {
    "--role": "courier",
    "--sector": "courier",
    "--agreement": "MOU-7",
    "--agreement-ends": "2099-12-31",
}


@pytest.fixture
def admit(desk, tmp_path):
    """Admit a party by its own request."""

    def call(party, *words, code=0):
        file = write_request(tmp_path, party)
        if code == 0:
            desk.challenge(file, party)
        if code == 0 and "--sponsor" in words:
            options = dict(zip(words[::2], words[1::2], strict=True))
            ends_s = day_end_s(options["--agreement-ends"])
            desk.consent(file, COLOMBIA, options["--sponsor"], ends_s=ends_s)
        return desk.admit(file, *words, code=code)

    return call


@pytest.fixture
def sponsor(admit):
    return admitted_id(admit(COLOMBIA, "--role", "focal-point"))


@pytest.fixture
def refused(desk, admit):
    """A refusal with its reason; the repository is what it was."""

    def call(reason, party, *words):
        before = desk.files()
        assert reason in admit(party, *words, code=3).err
        assert before == desk.files()

    return call


def admitted_id(said):
    """In hex, of the welcome that was printed."""
    return read_welcome(said.out.encode()).participant.hex()


def firm_words(who, **changes):
    """A firm's options, sponsored by `who`; None leaves one out."""
    changed = {f"--{name.replace('_', '-')}": value for name, value in changes.items()}
    terms = TERMS | {"--sponsor": who} | changed
    return [word for name, value in terms.items() if value is not None for word in (name, value)]


def test_a_focal_point_gets_its_countrys_region_and_ends_never(desk, admit) -> None:
    welcome = read_welcome(admit(COLOMBIA, "--role", "focal-point").out.encode())
    entry = desk.office.directory().participants[welcome.participant]
    assert ("Colombia", "CO", ("south-america",)) == (entry.name, entry.country, entry.regions)
    assert (("focal-point",), NO_DAY, False) == (entry.roles, entry.agreement_ends_s, entry.is_firm)
    assert {key.id for key in COLOMBIA.keys} == {key.id for key in entry.keys}
    assert desk.office.repository.pinned_root() == welcome.root


def test_ids_are_random_and_say_nothing_of_the_request(desk, admit) -> None:
    first = read_welcome(admit(COLOMBIA, "--role", "focal-point").out.encode())
    desk.office.repository.put_targets({}, 1, remove=[f"participants/{first.participant.hex()}"])
    assert (
        first.participant != read_welcome(admit(COLOMBIA, "--role", "focal-point").out.encode()).participant
    )


def test_the_fingerprint_is_said_that_the_applicant_sees(desk, tmp_path) -> None:
    file = write_request(tmp_path, COLOMBIA)
    desk.challenge(file, COLOMBIA)
    said = desk.admit(file, "--role", "focal-point").err
    assert "Colombia (CO: Colombia), 5 keys" in said
    assert f"fingerprint {read_request(file.read_bytes()).fingerprint}\nin words: " in said


def test_regions_and_roles_may_be_several_and_count_once(desk, admit) -> None:
    words = ["--role", "focal-point", "--role", "analyst", "--role", "analyst"]
    words += ["--region", "caribbean", "--region", "oceania", "--region", "caribbean"]
    admit(COLOMBIA, *words)
    (entry,) = desk.office.directory().participants.values()
    assert (("caribbean", "oceania"), ("focal-point", "analyst")) == (entry.regions, entry.roles)


def test_a_firm_has_sector_sponsor_and_the_end_of_its_agreement(desk, admit, sponsor) -> None:
    id_ = read_welcome(admit(FIRM, *firm_words(sponsor)).out.encode()).participant
    entry = desk.office.directory().participants[id_]
    assert ("courier", sponsor, "MOU-7") == (entry.sector, entry.sponsor.hex(), entry.agreement)
    assert day_end_s("2099-12-31") == entry.agreement_ends_s
    assert entry.is_firm


def test_the_welcome_goes_to_its_file_and_the_id_to_stdout(admit, tmp_path) -> None:
    out = tmp_path / "welcome.json"
    said = admit(COLOMBIA, "--role", "focal-point", "--out", str(out))
    assert said.out.strip() == read_welcome(out.read_bytes()).participant.hex()


def test_a_welcome_that_was_lost_is_written_once_more(desk, admit) -> None:
    first = admit(COLOMBIA, "--role", "focal-point").out
    id_ = read_welcome(first.encode()).participant.hex()
    assert first == desk.run("welcome", id_).out
    assert "there is no participant" in desk.run("welcome", "00" * 16, code=3).err


def test_the_same_keys_twice_are_refused_with_the_way_to_the_welcome(refused, admit, sponsor) -> None:
    refused(f"admitted already: Colombia, {sponsor}", COLOMBIA, "--role", "focal-point")
    refused(f"tocsin authority welcome {sponsor}", COLOMBIA, "--role", "analyst")


def test_who_applies_under_the_name_of_somebody_who_takes_part_is_not_admitted_twice(
    desk, sponsor, tmp_path
) -> None:
    again = Party("New keys")
    file = write_request(tmp_path, again, name="COLOMBIA")
    desk.challenge(file, again)
    before = desk.files()
    said = desk.admit(file, "--role", "focal-point", code=3).err
    assert f"takes part already, as {sponsor}: where it lost its folder" in said
    assert before == desk.files()


def test_who_ended_is_admitted_anew_under_its_name(desk, sponsor, tmp_path) -> None:
    desk.run("participant", "expel", sponsor, "--reason", "withdrew", "--no-heads")
    again = Party("New keys")
    file = write_request(tmp_path, again, name="Colombia")
    desk.challenge(file, again)
    assert sponsor != admitted_id(desk.admit(file, "--role", "focal-point"))


def test_the_first_root_is_said_as_the_applicant_reads_it(desk, admit) -> None:
    root = first_root_fingerprint(desk.office.repository.pinned_root())
    assert f"fingerprint {root}\nin words: " in admit(COLOMBIA, "--role", "focal-point").err


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("name a day before 9999-12-31", {"agreement_ends": "9999-12-31"}),
        ("reference of an agreement is one line", {"agreement": "MOU\u202e7"}),
        ("reference of an agreement is one line", {"agreement": "x" * 201}),
    ],
)
def test_what_cannot_be_shown_stands_in_no_entry(refused, sponsor, reason, changes) -> None:
    refused(reason, FIRM, *firm_words(sponsor, **changes))


def test_one_key_of_another_participant_is_enough(desk, sponsor, tmp_path) -> None:
    stolen = [living_keys(COLOMBIA)[0], *living_keys(NETHERLANDS)[1:]]
    file = write_request(tmp_path, NETHERLANDS, stolen)
    assert "admitted already: Colombia" in desk.admit(file, "--role", "focal-point", code=3).err


def test_a_firm_without_its_sponsors_consent_is_refused(refused, sponsor) -> None:
    refused("tocsin keys sponsor REQUEST", FIRM, *firm_words(sponsor))


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("consented to another sector", {"sector": "postal"}),
        ("consented to another agreement", {"agreement": "MOU-8"}),
        ("consented to another end of the agreement", {"ends_s": 1}),
        ("consented to another application", {"application": bytes(32)}),
        ("over 90 days old", {"made_at_s": 1}),
        ("not signed by a statement key of the sponsor", {"signing_key": bytes(16)}),
    ],
)
def test_a_consent_to_something_else_admits_nobody(desk, tmp_path, sponsor, reason, changes) -> None:
    file = write_request(tmp_path, FIRM)
    desk.consent(file, COLOMBIA, sponsor, **changes)
    before = desk.files()
    assert reason in desk.admit(file, *firm_words(sponsor), code=3).err
    assert before == desk.files()


def test_who_has_not_met_the_challenge_is_not_admitted(refused) -> None:
    refused("tocsin authority challenge FILE", COLOMBIA, "--role", "focal-point")


def test_an_answer_without_a_challenge_admits_nobody(desk, tmp_path) -> None:
    file = write_request(tmp_path, COLOMBIA)
    desk.challenge(file, COLOMBIA)
    for one in (desk.home / "challenges").iterdir():
        one.unlink()
    assert "no challenge for this application" in desk.admit(file, "--role", "focal-point", code=3).err


def test_an_answer_by_another_key_admits_nobody(desk, tmp_path) -> None:
    file = write_request(tmp_path, COLOMBIA)
    answer = desk.challenge(file, COLOMBIA)
    answer.write_bytes(write_answer(replace(read_answer(answer.read_bytes()), proofs={COLOMBIA.id: b"x"})))
    assert "does not prove" in desk.admit(file, "--role", "focal-point", code=3).err


def test_a_challenge_that_is_over_30_days_old_admits_nobody(desk, tmp_path) -> None:
    file = write_request(tmp_path, COLOMBIA)
    answer = desk.challenge(file, COLOMBIA).read_bytes()
    late = replace(desk.office, clock=lambda: time.time() + challenging.VALID_S)
    application = read_application(file)
    with pytest.raises(RefusedByRuleError, match="no challenge for this application"):
        challenging.check(late, application.digest, application.keys, answer)


def test_a_challenge_serves_once(desk, admit) -> None:
    admit(COLOMBIA, "--role", "focal-point")
    assert [] == list((desk.home / "challenges").iterdir())


def test_challenges_that_nobody_answers_are_forgotten_in_the_end(desk, tmp_path) -> None:
    desk.challenge(write_request(tmp_path, COLOMBIA), COLOMBIA)
    (old,) = (desk.home / "challenges").iterdir()
    os.utime(old, (1, 1))
    desk.challenge(write_request(tmp_path, NETHERLANDS), NETHERLANDS)
    assert not old.exists()


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("there is no role king; known are", ["--role", "king"]),
        ("there is no region atlantis", ["--role", "focal-point", "--region", "atlantis"]),
        ("there is no sector wine", ["--role", "courier", "--sector", "wine"]),
        ("only a firm has a sponsor", ["--role", "focal-point", "--sponsor", "ab" * 16]),
        ("only a firm has a sponsor and a sector", ["--role", "analyst", "--sector", "bank"]),
        ("a firm needs a sector, a sponsor", ["--role", "courier"]),
        ("these roles mix both", ["--role", "courier", "--role", "focal-point"]),
        ("a reference and an end", ["--role", "analyst", "--agreement", "MOU-7"]),
        ("a reference and an end", ["--role", "analyst", "--agreement-ends", "2099-12-31"]),
        ("is no date: write it as 2027-12-31", ["--role", "analyst", "--agreement-ends", "31.12.2099"]),
        ("32", ["--role", "courier", "--sponsor", "colombia"]),
    ],
)
def test_what_does_not_fit_is_refused(refused, reason, words) -> None:
    refused(reason, NETHERLANDS, *words)


@pytest.mark.parametrize("missing", ["sector", "sponsor"])
def test_a_firm_lacks_nothing(refused, sponsor, missing) -> None:
    refused("a firm needs a sector, a sponsor", FIRM, *firm_words(sponsor, **{missing: None}))


def test_h39_an_agreement_that_ended_yesterday_is_refused(refused, sponsor) -> None:
    yesterday = time.strftime("%Y-%m-%d", time.gmtime(time.time() - DAY_S))
    refused("has ended already", FIRM, *firm_words(sponsor, agreement_ends=yesterday))


def test_an_agreement_lasts_to_the_end_of_its_last_day(desk, admit, sponsor) -> None:
    today = time.strftime("%Y-%m-%d", time.gmtime())
    admit(FIRM, *firm_words(sponsor, agreement_ends=today))
    firm = next(one for one in desk.office.directory().participants.values() if one.is_firm)
    assert firm.in_force(day_end_s(today) - 1)
    assert not firm.in_force(day_end_s(today))


def test_a_sponsor_is_a_focal_point_of_the_directory(refused, admit, sponsor) -> None:
    refused("is no focal point", FIRM, *firm_words("ab" * 16))
    analyst = admitted_id(admit(NETHERLANDS, "--role", "analyst"))
    refused("is no focal point", FIRM, *firm_words(analyst))


def test_a_country_that_is_none_is_refused(refused) -> None:
    refused("there is no country QX", Party("Nowhere", country="QX"), "--role", "focal-point")


def test_a_name_from_outside_cannot_steer_the_terminal(desk, tmp_path) -> None:
    file = write_request(tmp_path, COLOMBIA)
    record = json.loads(file.read_text()) | {"name": "Col\x1b[2Jombia"}
    file.write_text(json.dumps(record))
    assert "\x1b" not in desk.admit(file, "--role", "focal-point", code=3).err


@pytest.mark.parametrize(
    "changes",
    [{"name": "Peru"}, {"country": "PE"}, {"self_signature": "AAAA"}, {"keys": []}, {"tocsin_request": 2}],
)
def test_a_request_that_was_changed_is_refused(desk, tmp_path, changes) -> None:
    file = write_request(tmp_path, COLOMBIA)
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
    before = desk.files()
    desk.admit(file, "--role", "focal-point", code=3)
    assert before == desk.files()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe"])
def test_what_is_no_request_is_refused(desk, tmp_path, content) -> None:
    (tmp_path / "request.json").write_bytes(content)
    desk.admit(tmp_path / "request.json", "--role", "focal-point", code=3)


def test_a_request_that_is_not_there_is_named(desk, tmp_path) -> None:
    said = desk.admit(tmp_path / "missing.json", "--role", "focal-point", code=2)
    assert "missing.json: ask the other side for it" in said.err


@pytest.mark.parametrize("purpose", ["record", "kem"])
def test_a_request_without_a_key_that_it_needs_is_refused(desk, tmp_path, purpose) -> None:
    keys = [key for key in living_keys(COLOMBIA) if key.purpose != purpose]
    said = desk.admit(write_request(tmp_path, COLOMBIA, keys), "--role", "focal-point", code=3)
    assert f"no {purpose} key that is still valid" in said.err


def test_keys_that_ended_are_refused(desk, tmp_path) -> None:
    file = write_request(tmp_path, COLOMBIA, living_keys(COLOMBIA, ends_in_days=-1))
    assert "makes keys anew" in desk.admit(file, "--role", "focal-point", code=3).err


def test_h10_a_key_under_another_id_is_refused(desk, tmp_path) -> None:
    keys = living_keys(COLOMBIA)
    keys[0] = replace(keys[0], id=bytes(16))
    file = write_request(tmp_path, COLOMBIA, keys)
    assert "not the hash of the key" in desk.admit(file, "--role", "focal-point", code=3).err


def test_a_days_end_is_the_next_midnight() -> None:
    assert 86_400 == day_end_s("1970-01-01")


@pytest.mark.parametrize("text", ["2027-02-29", "2027-1", "tomorrow", ""])
def test_what_is_no_day_is_refused(text) -> None:
    with pytest.raises(RefusedByRuleError, match="is no date"):
        day_end_s(text)
