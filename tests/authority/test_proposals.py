"""Several registrars sign a change: each reads what it does, and nothing is published before all have."""

import json
import shutil
import time
from base64 import b64decode, b64encode
from dataclasses import replace

import pytest
from tuf.api.metadata import Root, Targets

from services.authority.founding import found
from services.authority.holders import new_holder
from services.authority.office import Office
from services.authority.proposal_words import describe
from services.authority.proposing import PROPOSALS, put_in_force, read_file, rebase, rows, write_down
from services.authority.seating import next_root
from tests.support.office import Desk, write_passphrase, write_request
from tests.support.parties import Party
from tests.support.world import COURIER
from tocsin.adapters import tuf_signing as signing
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.adapters.tuf_holders import read_holder
from tocsin.adapters.tuf_proposals import (
    MAX_FILES,
    MAX_PROPOSAL_BYTES,
    MAX_ROOTS,
    PROPOSAL_LIFETIME_S,
    judge,
    read_proposal,
    write_proposal,
)
from tocsin.adapters.tuf_signing import Seats
from tocsin.core.enrolment import read_welcome
from tocsin.core.errors import MalformedError, RefusedByRuleError, UntrustedError

NAMES = ("alice", "bob", "carol")
COLOMBIA = Party("Colombia")


@pytest.fixture(scope="session")
def with_registrars(tmp_path_factory):
    """An authority whose second root names three registrars, of whom two sign; nobody changes it."""
    folder = tmp_path_factory.mktemp("registrars")
    words = write_passphrase(folder)
    office = found(folder / "authority", words)
    people = [read_holder(new_holder(folder / name, name, words)).keys for name in NAMES]
    root = next_root(office, {"targets": Seats(people, 2)})
    office.repository.roots.install(root.data, office.now_s())
    return folder


@pytest.fixture
def desk(with_registrars, tmp_path, monkeypatch, capsys):
    shutil.copytree(with_registrars, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "authority"))
    monkeypatch.setenv("TOCSIN_PASSPHRASE_FILE", str(tmp_path / "passphrase"))
    return Desk(tmp_path / "authority", tmp_path / "passphrase", capsys)


@pytest.fixture
def sign(desk, tmp_path):
    def sign(name, file, *words, code=0):
        return desk.run("proposal", "sign", file, *words, "--home", tmp_path / name, code=code)

    return sign


def waiting(desk):
    """The one proposal that waits, or the newest."""
    return max((desk.home / PROPOSALS).glob("*.proposal"), key=lambda one: one.stat().st_mtime_ns)


def proposed(desk, *words):
    """A proposal to change who may be sent what; its file."""
    desk.run(
        "audience", "set", *(words or ("couriers.caribbean",)), "--sector", "courier", "--schema", "alert"
    )
    return waiting(desk)


def published(desk, sign, file, names=("alice", "bob")):
    for name in names:
        sign(name, file)
    return desk.run("proposal", "publish", file)


def follow(desk, folder):
    repository = desk.office.repository
    client = DirectoryClient(folder, repository.pinned_root())
    return client.refresh(repository.files(), int(time.time()) + 1)


def test_a_change_is_written_down_for_registrars_and_changes_nothing(desk):
    before = desk.files()
    proposed(desk)
    assert before == desk.files()


def test_two_of_three_put_it_in_force_and_clients_follow(desk, sign, tmp_path):
    published(desk, sign, proposed(desk))
    assert follow(desk, tmp_path / "client").audience_named("couriers.caribbean") is not None


def test_what_is_published_waits_no_longer(desk, sign):
    published(desk, sign, proposed(desk))
    assert "" == desk.run("proposal", "list", "--json").out


def test_a_root_with_new_registrars_is_published_with_the_first_list_that_they_sign(desk, sign):
    assert "2.root.json" not in desk.office.repository.files()
    published(desk, sign, proposed(desk))
    assert "2.root.json" in desk.office.repository.files()


def test_until_the_new_registrars_sign_clients_keep_to_the_old_root(desk, tmp_path):
    assert 1 == follow(desk, tmp_path / "client").version


def test_one_of_three_is_not_enough(desk, sign):
    file, before = proposed(desk), desk.files()
    sign("alice", file)
    said = desk.run("proposal", "publish", file, code=3)
    assert "1 of 2 registrars have signed (alice): bob, carol can" in said.err
    assert before == desk.files()


def test_one_registrar_who_signs_twice_is_one(desk, sign):
    file = proposed(desk)
    sign("alice", file)
    assert "signed by alice\n" in sign("alice", file).err


def test_copies_that_were_signed_in_different_places_are_merged(desk, sign, tmp_path):
    file = proposed(desk)
    other = shutil.copy(file, tmp_path / "copy.proposal")
    sign("alice", file)
    sign("carol", other)
    assert "alice, carol" in desk.run("proposal", "publish", file, other).err


def test_an_admission_is_told_in_words_with_roles_audiences_and_keys(desk, tmp_path):
    request = write_request(tmp_path, COLOMBIA)
    desk.challenge(request, COLOMBIA)
    desk.admit(request, "--role", "focal-point")
    said = desk.run("proposal", "show", waiting(desk)).out
    assert "ADMITS Colombia (CO: Colombia)" in said
    assert "roles focal-point; regions south-america" in said
    assert "Colombia: reads focal-points" in said


def test_a_suspension_is_told_with_what_it_means_for_whom(desk, sign, tmp_path):
    request = write_request(tmp_path, COLOMBIA)
    desk.challenge(request, COLOMBIA)
    id_ = read_welcome(desk.admit(request, "--role", "focal-point").out.encode()).participant.hex()
    published(desk, sign, waiting(desk))
    desk.run("participant", "suspend", id_, "--reason", "inquiry")
    said = desk.run("proposal", "show", waiting(desk)).out
    assert "CHANGES Colombia (CO: Colombia)" in said
    assert "leaves focal-points: each of the other originators" in said


def test_a_changed_audience_is_told_with_its_old_and_new_values(desk):
    desk.run("audience", "set", "postal", "--sector", "bank", "--schema", "alert")
    said = desk.run("proposal", "show", waiting(desk)).out
    assert 'rule.sectors[0] "postal" becomes "bank"' in said


def test_the_same_list_for_another_month_says_that_no_entry_changes(desk):
    desk.run("renew")
    assert "no entry changes" in desk.run("proposal", "show", waiting(desk)).out


def test_the_second_of_two_proposals_is_refused_in_words(desk, sign):
    first, second = proposed(desk), proposed(desk, "couriers.europe")
    published(desk, sign, first)
    before = desk.files()
    for name in ("bob", "carol"):
        sign(name, second, "--instead")
    said = desk.run("proposal", "publish", second, code=3)
    assert "another list was published since it was proposed" in said.err
    assert before == desk.files()


def test_the_second_of_two_proposals_is_made_anew_and_published(desk, sign, tmp_path):
    first, second = proposed(desk), proposed(desk, "couriers.europe")
    published(desk, sign, first)
    desk.run("proposal", "rebase", second)
    published(desk, sign, waiting(desk))
    directory = follow(desk, tmp_path / "client")
    wanted = ("couriers.caribbean", "couriers.europe")
    assert all(directory.audience_named(name) for name in wanted)


def test_what_was_changed_meanwhile_is_not_made_anew(desk, sign):
    first = proposed(desk, "couriers.europe", "--approvals", "1")
    second = proposed(desk, "couriers.europe", "--approvals", "2")
    published(desk, sign, first)
    said = desk.run("proposal", "rebase", second, code=3)
    assert "audiences/couriers.europe was changed meanwhile" in said.err


def test_who_was_proposed_twice_is_admitted_once(desk, sign, tmp_path):
    request = write_request(tmp_path, COLOMBIA)
    files = []
    for _ in range(2):
        desk.challenge(request, COLOMBIA)
        desk.admit(request, "--role", "focal-point")
        files.append(waiting(desk))
    published(desk, sign, files[0])
    said = desk.run("proposal", "rebase", files[1], code=3)
    assert "Colombia: another participant has one of its keys" in said.err


def test_the_status_says_that_a_root_waits_for_its_registrars(desk, sign):
    assert "not published before its registrars sign" in desk.run("status").err
    published(desk, sign, proposed(desk))
    assert "registrars" not in desk.run("status").err


def test_a_registrar_signs_no_second_list_of_a_version(desk, sign):
    first, second = proposed(desk), proposed(desk, "couriers.europe")
    sign("alice", first)
    assert "another list 2 was signed here" in sign("alice", second, code=3).err


def test_a_registrar_signs_another_list_where_the_first_was_dropped(desk, sign):
    first, second = proposed(desk), proposed(desk, "couriers.europe")
    sign("alice", first)
    desk.run("proposal", "drop", first)
    assert "signed by alice" in sign("alice", second, "--instead").err


def test_a_registrar_signs_no_older_list(desk, sign, tmp_path):
    old = shutil.copy(proposed(desk), tmp_path / "old.proposal")
    published(desk, sign, waiting(desk))
    sign("alice", proposed(desk, "couriers.europe"))
    assert "it holds an old state" in sign("alice", old, code=3).err


def test_a_stranger_signs_nothing(desk, sign, tmp_path):
    new_holder(tmp_path / "mallory", "mallory", desk.passphrase_file)
    file = proposed(desk)
    before = file.read_bytes()
    assert "does not name" in sign("mallory", file, code=3).err
    assert before == file.read_bytes()


def test_a_proposal_ends_after_seven_days(desk):
    proposal = read_file(proposed(desk))
    ends_at_s = judge(proposal, None).ends_at_s
    with pytest.raises(RefusedByRuleError, match="over 7 days old"):
        judge(proposal, ends_at_s)
    assert judge(proposal, ends_at_s - 1)


def test_a_proposal_from_the_future_is_refused(desk):
    proposal = read_file(proposed(desk))
    made_at_s = judge(proposal, None).ends_at_s - PROPOSAL_LIFETIME_S
    with pytest.raises(UntrustedError, match="ahead of this machine's clock"):
        judge(proposal, made_at_s - 301)


def with_an_unsigned_root(record):
    """The next root, as somebody without the holders would write it."""
    root = signing.read(Root, b64decode(record["roots"][-1]))
    root.version += 1
    record["roots"].append(b64encode(signing.unsigned(root)).decode())


def with_another_field(record):
    after = signing.read(Targets, b64decode(record["after"]))
    after.unrecognized_fields["x-more"] = 1
    record["after"] = b64encode(signing.unsigned(after)).decode()


def altered(file, change):
    record = json.loads(file.read_bytes())
    change(record)
    file.write_text(json.dumps(record))
    return file


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("missing or was changed", lambda one: one["files"].clear()),
        ("has no root", lambda one: one["roots"].clear()),
        ("root 1 is missing", lambda one: one["roots"].pop(0)),
        ("root is not signed", with_an_unsigned_root),
        ("more than entries", with_another_field),
        ("signed by none of its roots", lambda one: one.update(before=one["after"])),
        ("does not follow", lambda one: one.update(after=one["before"])),
        ("not base64", lambda one: one.update(after="?")),
        ("not base64", lambda one: one.update(after=7)),
        ("no list of at most", lambda one: one.update(files=7)),
        ("not a file of", lambda one: one.update(tocsin_proposal=2)),
        ("not TUF's", lambda one: one.update(after="e30=")),
    ],
)
def test_a_proposal_that_was_tampered_with_is_refused(desk, reason, change):
    file = altered(proposed(desk), change)
    with pytest.raises((UntrustedError, MalformedError), match=reason):
        judge(read_file(file), int(time.time()))


def test_a_proposal_and_its_lists_are_bounded():
    with pytest.raises(MalformedError, match="a proposal has at most"):
        read_proposal(bytes(MAX_PROPOSAL_BYTES + 1))
    parts = {"tocsin_proposal": 1, "before": "", "after": "", "roots": [], "files": []}
    for name, most in (("roots", MAX_ROOTS), ("files", MAX_FILES)):
        with pytest.raises(MalformedError, match=f"no list of at most {most}"):
            read_proposal(json.dumps(parts | {name: [""] * (most + 1)}).encode())


def test_a_signature_that_does_not_hold_refuses_the_whole_proposal(desk, sign):
    file = proposed(desk)
    sign("alice", file)
    proposal, other = read_file(file), read_file(proposed(desk, "couriers.europe"))
    stolen = json.loads(other.after) | {"signatures": json.loads(proposal.after)["signatures"]}
    with pytest.raises(UntrustedError, match="is not a registrar's, or does not hold"):
        judge(replace(other, after=json.dumps(stolen).encode()), int(time.time()))


def test_what_is_no_file_is_named(desk):
    assert "there is no file" in desk.run("proposal", "show", "nothing.proposal", code=2).err


def test_a_damaged_proposal_is_listed_as_such(desk):
    proposed(desk).write_text("{}")
    assert "damaged" in desk.run("proposal", "list", "--json").out


def test_the_list_says_who_is_waited_for(desk, sign):
    sign("alice", proposed(desk))
    assert "waits for bob, carol" in desk.run("proposal", "list", "--json").record["state"]


def test_the_authority_signs_again_when_it_names_no_registrars(desk, sign, tmp_path):
    published(desk, sign, proposed(desk))
    desk.run("root", "draft", "--no-registrars", "--out", tmp_path / "3.root.json")
    desk.run("root", "install", tmp_path / "3.root.json")
    desk.run("renew")
    assert follow(desk, tmp_path / "client").audience_named("couriers.caribbean") is not None


def test_a_draft_says_who_the_registrars_are(desk, tmp_path):
    said = desk.run("root", "draft", "--out", tmp_path / "3.root.json")
    assert "the list of entries is signed by 2 of its registrars: alice, bob, carol" in said.err


def test_what_is_proposed_reads_back_as_it_was_written(desk):
    proposal = read_file(proposed(desk))
    assert proposal == read_proposal(write_proposal(proposal))


def test_an_entry_that_readers_would_refuse_is_said_loudly(desk):
    judged = judge(read_file(proposed(desk)), int(time.time()))
    bad = replace(judged, changed={"audiences/other": (None, b"{}")})
    assert "EVERY READER WOULD REFUSE IT" in describe(bad, 0)[0]


def test_a_regional_registrar_is_added_by_a_proposal_that_says_so(desk, sign, tmp_path):
    (tmp_path / "dora.json").write_bytes(new_holder(tmp_path / "dora", "dora", tmp_path / "passphrase"))
    words = ("registrar", "add", "caribbean", "--region", "caribbean", "--keys", tmp_path / "dora.json")
    desk.run(*words)
    file = waiting(desk)
    assert (
        "caribbean may admit and change participants of caribbean" in desk.run("proposal", "show", file).out
    )
    assert [] == desk.office.repository.registrars()
    published(desk, sign, file)
    assert ["caribbean"] == [one.name for one in desk.office.repository.registrars()]


def test_a_proposal_of_a_regional_registrar_is_made_anew_over_another_list(desk, sign, tmp_path):
    (tmp_path / "dora.json").write_bytes(new_holder(tmp_path / "dora", "dora", tmp_path / "passphrase"))
    desk.run("registrar", "add", "caribbean", "--region", "caribbean", "--keys", tmp_path / "dora.json")
    first = waiting(desk)
    published(desk, sign, proposed(desk, "couriers.europe"))
    desk.run("proposal", "rebase", first)
    published(desk, sign, waiting(desk))
    assert ["caribbean"] == [one.name for one in desk.office.repository.registrars()]


def folder_with(desk, count):
    """As many proposals wait; what they hold is not looked at."""
    (desk.home / PROPOSALS).mkdir(exist_ok=True)
    for number in range(count):
        (desk.home / PROPOSALS / f"{number}.proposal").touch()


@pytest.mark.parametrize(("waiting_before", "code"), [(63, 0), (64, 3)])
def test_at_most_64_proposals_wait(desk, waiting_before, code):
    folder_with(desk, waiting_before)
    said = desk.run("audience", "set", "x", "--sector", "courier", "--schema", "alert", code=code)
    assert ("64 proposals wait already" in said.err) is (code == 3)
    assert 64 == len(list((desk.home / PROPOSALS).iterdir()))


FIRM = ("--sector", "courier", "--agreement", "MOU-7", "--agreement-ends", "2099-12-31")


def test_a_firm_is_told_with_the_name_of_its_sponsor(desk, sign, tmp_path):
    (tmp_path / "firm").mkdir()
    sponsor, firm = write_request(tmp_path, COLOMBIA), write_request(tmp_path / "firm", COURIER)
    desk.challenge(sponsor, COLOMBIA)
    id_ = read_welcome(desk.admit(sponsor, "--role", "focal-point").out.encode()).participant.hex()
    published(desk, sign, waiting(desk))
    desk.consent(firm, COLOMBIA, id_)
    desk.challenge(firm, COURIER)
    desk.admit(firm, "--role", "courier", *FIRM, "--sponsor", id_)
    assert "sponsored by Colombia" in desk.run("proposal", "show", waiting(desk)).out


def test_what_is_over_seven_days_old_is_not_published(desk, sign):
    file, office = proposed(desk), desk.office
    for name in ("alice", "bob"):
        sign(name, file)
    before, office.clock = desk.files(), lambda: time.time() + PROPOSAL_LIFETIME_S
    with pytest.raises(RefusedByRuleError, match="over 7 days old"):
        put_in_force(office, [file])
    assert before == desk.files()
    (row,) = rows(office)
    assert "over 7 days old" in row["state"]


def test_what_readers_would_refuse_is_not_published_though_registrars_signed_it(desk, sign):
    file, before = write_down(desk.office, {"audiences/other": b"{}"}), desk.files()
    for name in ("alice", "bob"):
        sign(name, file)
    assert "audiences/other" in desk.run("proposal", "publish", file, code=3).err
    assert before == desk.files()


@pytest.mark.parametrize("use", [lambda office, file: put_in_force(office, [file]), rebase])
def test_a_proposal_of_another_authority_is_refused(desk, founded, use):
    file = proposed(desk)
    other = Office(ParticipantHome(founded / "authority"), desk.passphrase_file)
    with pytest.raises(RefusedByRuleError, match="of another authority"):
        use(other, file)


def test_a_proposal_under_an_old_root_is_refused_and_listed_with_what_to_do(desk, sign, tmp_path):
    file = proposed(desk)
    for name in ("alice", "bob"):
        sign(name, file)
    assert "can be published" == desk.run("proposal", "list", "--json").record["state"]
    desk.run("root", "draft", "--no-registrars", "--out", tmp_path / "3.root.json")
    desk.run("root", "install", tmp_path / "3.root.json")
    before = desk.files()
    assert "the root has changed" in desk.run("proposal", "publish", file, code=3).err
    assert "rebase" in desk.run("proposal", "list", "--json").record["state"]
    assert before == desk.files()


def test_what_is_made_anew_removes_what_the_first_one_removed(desk, sign):
    file = write_down(desk.office, {}, remove=["audiences/postal"])
    published(desk, sign, proposed(desk, "couriers.europe"))
    changed = judge(read_file(rebase(desk.office, file)), None).changed
    assert {"audiences/postal": None} == {name: after for name, (_before, after) in changed.items()}


def test_what_is_made_anew_takes_the_place_of_the_old_file_in_the_folder_alone(desk, tmp_path):
    office = desk.office
    file = proposed(desk)
    copy = shutil.copy(file, tmp_path / "copy.proposal")
    office.clock = lambda: time.time() + 60
    second = rebase(office, file)
    assert [second] == list((desk.home / PROPOSALS).iterdir())
    rebase(office, copy)
    assert copy.exists()


def test_a_proposal_that_is_made_anew_as_it_was_stays(desk):
    office, now_s = desk.office, time.time()
    office.clock = lambda: now_s
    file = write_down(office, {})
    assert (file, True) == (rebase(office, file), file.exists())


def test_a_file_elsewhere_is_no_proposal_to_drop(desk, tmp_path):
    copy = shutil.copy(proposed(desk), tmp_path / "copy.proposal")
    assert "is no proposal of this folder" in desk.run("proposal", "drop", copy, code=3).err
    assert copy.exists()


def test_a_damaged_proposal_keeps_no_other_from_being_published(desk, sign):
    file = proposed(desk)
    damaged = file.with_name("1-0000.proposal")
    damaged.write_text("{}")
    published(desk, sign, file)
    assert [damaged] == list((desk.home / PROPOSALS).iterdir())


def test_the_list_names_a_regional_registrar_that_is_proposed(desk, tmp_path):
    (tmp_path / "dora.json").write_bytes(new_holder(tmp_path / "dora", "dora", tmp_path / "passphrase"))
    desk.run("registrar", "add", "caribbean", "--region", "caribbean", "--keys", tmp_path / "dora.json")
    assert "caribbean" in desk.run("proposal", "list", "--json").record["changes"]
