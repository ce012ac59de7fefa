"""`tocsin authority participant`: every change of a participant says what it means before it is signed."""

import json
import time

import pytest

from services.authority import changing
from tests.support.office import living_keys, write_request
from tests.support.parties import DAY_S, Party
from tocsin.core import canonical_json, enrolment
from tocsin.core.directory import participant_target
from tocsin.core.enrolment import fingerprint, read_welcome
from tocsin.core.key_changes import PLANNED, STOLEN, KeyChange, Retirement, write_key_change
from tocsin.core.stated_heads import write_stated_heads

COLOMBIA, NETHERLANDS, NEW = Party("Colombia"), Party("Netherlands", country="NL"), Party("New keys")
IN_A_YEAR = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 365 * DAY_S))
ROLE = ("--role", "focal-point")


def admitted(desk, folder, party, *words):
    file = write_request(folder, party)
    desk.challenge(file, party)
    return read_welcome(desk.admit(file, *words).out.encode()).participant.hex()


@pytest.fixture
def colombia(desk, tmp_path):
    return admitted(desk, tmp_path, COLOMBIA, *ROLE)


@pytest.fixture
def netherlands(desk, tmp_path, colombia):
    return admitted(desk, tmp_path, NETHERLANDS, *ROLE)


def entry(desk, id_):
    return desk.office.directory().participants[bytes.fromhex(id_)]


def members(desk):
    office = desk.office
    directory = office.directory()
    audience = directory.audience_named("focal-points")
    return {one.hex() for one in directory.members(audience.id, b"", office.now_s())}


def decisions(desk):
    file = desk.home / "decisions.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_who_is_suspended_leaves_its_audiences_and_streams_and_that_is_said(desk, colombia, netherlands):
    said = desk.run("participant", "suspend", colombia, "--reason", "security")
    assert {netherlands} == members(desk)
    assert "leaves focal-points" in said.out
    assert "each of 1 other originators seals its next record" in said.out
    assert "publishes no more to" in said.out


def test_who_is_resumed_is_back(desk, colombia, netherlands):
    desk.run("participant", "suspend", colombia, "--reason", "inquiry")
    said = desk.run("participant", "resume", colombia)
    assert {colombia, netherlands} == members(desk)
    assert "joins focal-points" in said.out


def test_that_a_participant_was_away_stays_in_its_entry(desk, colombia):
    away = changing.suspend("inquiry", None, 100)(entry(desk, colombia))
    back = changing.resume(200)(away)
    assert [True, False] == [not back.in_force(199), not back.in_force(200)]


def test_a_suspension_ends_with_its_last_day(desk, colombia):
    desk.run("participant", "suspend", colombia, "--reason", "own-request", "--until", IN_A_YEAR)
    (suspension,) = entry(desk, colombia).suspensions
    assert entry(desk, colombia).in_force(suspension.until_s)


def test_who_is_expelled_stays_in_the_directory_with_its_record_keys_ended(desk, colombia):
    said = desk.run("participant", "expel", colombia, "--reason", "expelled", "--no-heads")
    one = entry(desk, colombia)
    assert ("expelled", [{}]) == (
        one.ended.reason,
        [key.final for key in one.keys if key.purpose == "record"],
    )
    assert "of 0 logs what lies up to the final head stays good" in said.out
    assert set() == members(desk)


def test_who_is_expelled_ends_at_the_heads_that_a_reader_filed(desk, colombia, tmp_path):
    heads = {("ion", "global"): (7, 3, bytes(32))}
    file = tmp_path / "heads.json"
    file.write_bytes(write_stated_heads(bytes.fromhex(colombia), heads))
    words = ("participant", "expel", colombia, "--reason", "expelled", "--heads-file", file)
    said = desk.run(*words)
    assert [heads] == [key.final for key in entry(desk, colombia).keys if key.purpose == "record"]
    assert fingerprint(file.read_bytes()) in said.err


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        ("not of", write_stated_heads(bytes(16), {})),
        ("not a file with", b"{}"),
        ("is over", b" " * 70_000),
    ],
)
def test_heads_of_another_or_of_nobody_expel_nobody(desk, colombia, tmp_path, reason, data):
    file, before = tmp_path / "heads.json", desk.files()
    file.write_bytes(data)
    words = ("participant", "expel", colombia, "--reason", "expelled", "--heads-file", file)
    assert reason in desk.run(*words, code=3).err
    assert before == desk.files()


@pytest.mark.parametrize("verb", [["resume"], ["suspend", "--reason", "security"], ["expel", "--no-heads"]])
def test_who_ended_does_not_come_back_by_a_change(desk, colombia, verb):
    desk.run("participant", "expel", colombia, "--reason", "withdrew", "--no-heads")
    more = ["--reason", "expelled"] if verb[0] == "expel" else []
    said = desk.run("participant", verb[0], colombia, *verb[1:], *more, code=3)
    assert "Colombia has ended" in said.err


def test_an_agreement_gets_another_end(desk, colombia):
    said = desk.run("participant", "agreement", colombia, "--reference", "MOU-8", "--ends", IN_A_YEAR)
    assert "MOU-8" == entry(desk, colombia).agreement
    assert "agreement MOU-8 ends" in said.out


@pytest.fixture
def carrier(desk, colombia):
    """A courier in the directory, as an earlier release admitted it."""
    return put_carrier(desk, "Swift Parcels", colombia, ("awb:020", "s10:CH"))


def put_carrier(desk, name, sponsor, prefixes=()):
    ends_s = int(time.time()) + 365 * DAY_S
    firm = Party(
        name, roles=("courier",), sector="courier", sponsor=bytes.fromhex(sponsor), agreement_ends_s=ends_s
    )
    entry = firm.entry() | ({"prefixes": list(prefixes)} if prefixes else {})
    desk.office.put({participant_target(firm.id): canonical_json.dump(entry)})
    return firm.id.hex()


def test_a_carriers_prefixes_are_set_after_its_admission_and_what_that_means_is_said(desk, carrier):
    said = desk.run("participant", "prefixes", carrier, "--prefix", "awb:020", "--prefix", "awb:724")
    assert ("awb:020", "awb:724") == entry(desk, carrier).prefixes
    assert [
        "its numbers begin no more with s10:CH",
        "targets of type awb in alerts to it: only awb:020, awb:724; senders and it refuse others",
        "targets of type s10 in alerts to it: any",
    ] == said.out.splitlines()
    desk.run("participant", "prefixes", carrier, "--none")
    assert () == entry(desk, carrier).prefixes


def test_a_prefix_that_another_carrier_has_too_is_said(desk, carrier, colombia):
    put_carrier(desk, "Rival", colombia, ("awb:724",))
    said = desk.run("participant", "prefixes", carrier, "--prefix", "awb:724", "--dry-run")
    assert "Rival has awb:724 too: a target that begins so may go to either" in said.out
    assert ("awb:020", "s10:CH") == entry(desk, carrier).prefixes


@pytest.mark.parametrize(
    ("reason", "words", "code"),
    [
        ("a prefix is awb: and 3 digits", ["--prefix", "awb:02"], 3),
        ("at most 64 prefixes", [w for n in range(65) for w in ("--prefix", f"awb:{n:03}")], 3),
        ("give every --prefix", [], 2),
        ("give every --prefix", ["--none", "--prefix", "awb:020"], 2),
        ("that changes nothing", ["--prefix", "awb:020", "--prefix", "s10:CH"], 3),
    ],
)
def test_prefixes_that_do_not_hold_are_refused(desk, carrier, reason, words, code):
    before = desk.files()
    assert reason in desk.run("participant", "prefixes", carrier, *words, code=code).err
    assert before == desk.files()


def test_who_is_no_carrier_has_no_prefixes(desk, colombia):
    said = desk.run("participant", "prefixes", colombia, "--prefix", "awb:020", code=3)
    assert "Colombia is no carrier" in said.err


def test_an_offices_contact_is_entered_and_taken_away(desk, colombia):
    said = desk.run("participant", "contact", colombia, "desk@police.example")
    assert "contact: desk@police.example" in said.out
    assert "desk@police.example" == entry(desk, colombia).contact
    desk.run("participant", "contact", colombia, "")
    assert entry(desk, colombia).contact is None


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("a contact is printable text", ["contact", "ID", "two\nlines"]),
        ("a contact is printable text", ["contact", "ID", "x" * 201]),
        ("that end has passed", ["agreement", "ID", "--reference", "MOU-8", "--ends", "2020-01-01"]),
        ("that end has passed", ["suspend", "ID", "--reason", "security", "--until", "2020-01-01"]),
        ("a reason is one of agreement, inquiry", ["suspend", "ID", "--reason", "Mr Smith"]),
        ("a reason is one of agreement-ended", ["expel", "ID", "--reason", "boredom", "--no-heads"]),
        ("that changes nothing", ["resume", "ID"]),
        ("a note is printable text", ["resume", "ID", "--note", "x" * 2_001]),
        ("participant list shows them", ["resume", "00" * 16]),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(desk, colombia, reason, words):
    before = desk.files()
    said = desk.run("participant", *[colombia if one == "ID" else one for one in words], code=3)
    assert reason in said.err
    assert (before, []) == (desk.files(), decisions(desk))


def test_a_dry_run_says_it_all_and_changes_nothing(desk, colombia, netherlands):
    before = desk.files()
    said = desk.run("participant", "expel", colombia, "--reason", "expelled", "--no-heads", "--dry-run")
    assert "leaves focal-points" in said.out
    assert (before, []) == (desk.files(), decisions(desk))


def test_a_note_is_kept_by_the_authority_and_never_published(desk, colombia):
    desk.run("participant", "suspend", colombia, "--reason", "inquiry", "--note", "case 17, quetzalcanary")
    (decision,) = decisions(desk)
    assert ("suspend", colombia, "case 17, quetzalcanary") == (
        decision["verb"],
        decision["participant"],
        decision["note"],
    )
    assert not any(b"quetzalcanary" in data for data in desk.files().values())


def change_file(desk, folder, id_, keys, retire, signer=COLOMBIA):
    now_s = int(time.time())
    one = KeyChange(bytes.fromhex(id_), now_s, signer.key("statement").id, tuple(keys), tuple(retire))
    file = folder / "change.json"
    file.write_bytes(write_key_change(one, signer.statement))
    return file


def new_key(purpose):
    return next(key for key in living_keys(NEW) if key.purpose == purpose)


def test_a_participants_own_word_changes_its_keys(desk, colombia, tmp_path):
    old = COLOMBIA.key("record").id
    final = {("ion", "global"): (1, 2, bytes(32))}
    retire = Retirement(old, int(time.time()), PLANNED, final)
    file = change_file(desk, tmp_path, colombia, [new_key("record")], [retire])
    said = desk.run("participant", "change-keys", file)
    keys = {key.id: key for key in entry(desk, colombia).keys}
    assert (final, None) == (keys[old].final, keys[new_key("record").id].final)
    assert "of 1 logs what lies up to the final head stays good" in said.out


def test_a_new_kem_key_is_challenged(desk, colombia, tmp_path):
    retire = Retirement(COLOMBIA.key("kem").id, int(time.time()), STOLEN)
    file = change_file(desk, tmp_path, colombia, [new_key("kem")], [retire])
    assert "tocsin authority challenge" in desk.run("participant", "change-keys", file, code=3).err
    answer = desk.challenge(file, NEW)
    said = desk.run("participant", "change-keys", file, "--answer", answer)
    assert {COLOMBIA.key("kem").id} == desk.office.directory().revoked_kem_keys
    assert "what was wrapped to it is replaced at each sender" in said.out


def test_h39_a_key_of_another_participant_is_refused(desk, colombia, netherlands, tmp_path):
    before = desk.files()
    theirs = next(key for key in living_keys(NETHERLANDS) if key.purpose == "record")
    file = change_file(desk, tmp_path, colombia, [theirs], [])
    assert "another participant has it" in desk.run("participant", "change-keys", file, code=3).err
    assert before == desk.files()


def test_entries_that_share_their_keys_keep_no_other_one_from_being_changed(desk, colombia, netherlands):
    repository = desk.office.repository
    entry = repository.targets()[participant_target(bytes.fromhex(colombia))]
    twin = entry.replace(colombia.encode(), b"ab" * 16)
    repository.put_targets({participant_target(b"\xab" * 16): twin}, desk.office.now_s())
    desk.run("participant", "suspend", netherlands, "--reason", "inquiry")


def test_a_change_that_another_signed_is_refused(desk, colombia, netherlands, tmp_path):
    file = change_file(desk, tmp_path, colombia, [new_key("record")], [], signer=NETHERLANDS)
    assert (
        "not signed by a statement key in force" in desk.run("participant", "change-keys", file, code=3).err
    )


def test_who_lost_its_folder_gets_the_keys_of_a_new_one_under_its_id(desk, colombia, tmp_path):
    file, keys = tmp_path / "again.request.json", living_keys(NEW)
    file.write_bytes(enrolment.write_request("Colombia", "CO", keys, NEW.statement))
    words = ["participant", "new-folder", colombia, file, "--no-heads"]
    assert "tocsin authority challenge" in desk.run(*words, code=3).err
    answer = desk.challenge(file, NEW)
    desk.run(*words, "--answer", answer)
    one = entry(desk, colombia)
    assert {key.id for key in keys} == {key.id for key in one.keys if key.in_use}
    assert {COLOMBIA.key("kem").id} == desk.office.directory().revoked_kem_keys


def test_a_new_folder_of_somebody_else_is_refused(desk, colombia, tmp_path):
    file = write_request(tmp_path, NETHERLANDS)
    answer = desk.challenge(file, NETHERLANDS)
    words = ["participant", "new-folder", colombia, file, "--no-heads", "--answer", answer]
    assert "the request is of Netherlands (NL)" in desk.run(*words, code=3).err


def test_the_list_shows_everybody_and_warns_of_what_ends_soon(desk, colombia, netherlands, tmp_path):
    short = Party("Short", country="AT")
    file = write_request(tmp_path, short, living_keys(short, ends_in_days=10))
    desk.challenge(file, short)
    desk.admit(file, "--role", "analyst")
    desk.run("participant", "suspend", netherlands, "--reason", "inquiry")
    said = desk.run("participant", "list", "--json")
    rows = {row["name"]: row["state"] for row in map(json.loads, said.out.splitlines())}
    assert {
        "Colombia": "takes part",
        "Netherlands": "suspended (inquiry)",
        "Short": "takes part",
    } == rows
    assert "the last kem key of Short ends" in said.err


def test_the_list_names_an_entry_that_readers_leave_out(desk, colombia):
    target = participant_target(bytes.fromhex(colombia))
    office = desk.office
    entry = json.loads(office.repository.targets()[target])
    bad = canonical_json.dump(entry | {"name": "Col\u202eombia"})
    office.repository.put_targets({target: bad}, office.now_s())
    assert f"every reader leaves out {target}: name: one line" in desk.run("participant", "list").err


def test_one_is_shown_with_its_keys_and_audiences(desk, colombia):
    said = desk.run("participant", "show", colombia).record
    assert (["focal-points"], 5) == (said["audiences"], len(said["keys"]))


def test_every_verb_has_an_example(desk):
    for verb in (
        "list",
        "show",
        "agreement",
        "contact",
        "prefixes",
        "suspend",
        "resume",
        "expel",
        "change-keys",
        "new-folder",
    ):
        assert "Example: tocsin authority participant" in desk.run("participant", verb, "--help").out
