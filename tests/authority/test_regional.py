"""A region's own registrar: what it may sign, what the authority takes of it, what readers make of it."""

import json
import shutil
import time

import pytest

from services.authority import regional_registrars
from services.authority.holders import new_holder
from services.authority.publishing import TIMESTAMP
from services.authority.serving import Signing
from tests.support.office import Desk, write_request
from tests.support.parties import DAY_S, Party
from tocsin.adapters import passphrase
from tocsin.adapters import tuf_signing as signing
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.adapters.tuf_holders import read_holder
from tocsin.adapters.tuf_regional import (
    REGIONAL_LIFETIME_S,
    new_list,
    registrars_changed,
    registrars_of,
    verify_list,
)
from tocsin.adapters.tuf_regional_papers import Paper, read_paper, write_paper
from tocsin.adapters.tuf_superseded import superseded
from tocsin.core.errors import UntrustedError

ROLE = ("--role", "focal-point")
EUROPE = "western-and-central-europe"
FRANCE = Party("France", country="FR")
SPAIN = Party("Spain", country="ES")
COLOMBIA = Party("Colombia", country="CO")


@pytest.fixture(scope="module")
def regional(founded, tmp_path_factory):
    """An authority, and the keys of a registrar to be in the folder `dora`; nobody changes them."""
    folder = tmp_path_factory.mktemp("regional")
    shutil.copytree(founded, folder, dirs_exist_ok=True)
    (folder / "dora.json").write_bytes(new_holder(folder / "dora", "dora", folder / "passphrase"))
    return folder


@pytest.fixture
def desk(regional, tmp_path, monkeypatch, capsys):
    shutil.copytree(regional, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "authority"))
    monkeypatch.setenv("TOCSIN_PASSPHRASE_FILE", str(tmp_path / "passphrase"))
    monkeypatch.setenv("TOCSIN_BOOTSTRAP", "127.0.0.1:9")
    desk = Desk(tmp_path / "authority", tmp_path / "passphrase", capsys)
    desk.run("registrar", "add", "europe", "--region", EUROPE, "--keys", tmp_path / "dora.json")
    return desk


@pytest.fixture
def dora(desk, tmp_path, monkeypatch):
    """The registrar's own desk."""
    state(desk, tmp_path)
    desk.run("region", "init", "europe", "--home", tmp_path / "dora", "--state", tmp_path / "state")
    return Elsewhere(desk, tmp_path / "dora", monkeypatch)


class Elsewhere:
    """Runs commands with another folder as home."""

    def __init__(self, desk, home, monkeypatch):
        self.desk, self.home, self._monkeypatch = desk, home, monkeypatch

    def __call__(self, run):
        with self._monkeypatch.context() as patch:
            patch.setenv("TOCSIN_HOME", str(self.home))
            return run(self.desk)

    def run(self, *words, code=0):
        return self(lambda desk: desk.run(*words, code=code))

    def admit(self, party, folder, code=0, words=ROLE):
        file = write_request(folder, party)
        self(lambda desk: desk.challenge(file, party))
        return self(lambda desk: desk.admit(file, *words, code=code))

    @property
    def list(self):
        return self.home / "region.list"

    def forge(self, entries, folder, version=9, now_s=None):
        """A list that a thief of the key signs, past its own commands."""
        key = KeyFolder.open(self.home, passphrase.existing(self.desk.passphrase_file)).composite(
            "holder.pem"
        )
        data = signing.sign(new_list(version, entries, now_s or int(time.time())), key)
        file = folder / "forged.list"
        file.write_bytes(
            write_paper(Paper(json.loads((self.home / "region.json").read_text())["role"], data, entries))
        )
        return file


def state(desk, folder):
    return desk.run("registrar", "state", "--out", folder / "state")


def reader(desk, folder):
    return DirectoryClient(folder / "reader", desk.office.repository.pinned_root())


def read(desk, client, after_s=1):
    return client.refresh(desk.office.repository.files(), int(time.time()) + after_s)


def named(directory, name):
    return next((one for one in directory.participants.values() if one.name == name), None)


def test_whom_a_region_admits_every_reader_knows_after_the_authority_took_its_list(desk, dora, tmp_path):
    client = reader(desk, tmp_path)
    assert None is named(read(desk, client), "France")
    said = dora.admit(FRANCE, tmp_path)
    assert "registrar take" in said.err
    assert "France (FR) is new" in desk.run("registrar", "take", dora.list).out
    found = read(desk, client)
    assert desk.office.repository.registrars()[0].role == found.list_of[named(found, "France").id]
    assert named(DirectoryClient(client._folder, desk.office.repository.pinned_root()).load(), "France")


def test_a_change_by_the_region_reaches_readers_after_its_state_came_back(desk, dora, tmp_path):
    dora.admit(FRANCE, tmp_path)
    desk.run("registrar", "take", dora.list)
    id_ = named(desk.office.directory(), "France").id.hex()
    state(desk, tmp_path)
    desk.run("region", "update", "--home", dora.home, "--state", tmp_path / "state")
    dora.run("participant", "suspend", id_, "--reason", "inquiry")
    assert "suspended (inquiry)" in desk.run("registrar", "take", dora.list).out
    found = read(desk, reader(desk, tmp_path))
    assert not named(found, "France").in_force(int(time.time()) + 1)


def test_h39_a_region_admits_nobody_outside_its_regions(desk, dora, tmp_path):
    said = dora.admit(COLOMBIA, tmp_path, code=3)
    assert "region south-america is outside the registrar's" in said.err
    assert not dora.list.exists()


@pytest.mark.parametrize(
    "words",
    [
        ("audience", "set", "mine", "--role", "focal-point", "--schema", "incident"),
        ("stream", "ion", "--width", "2", "--retention-days", "9", "--publish-role", "analyst"),
        ("schema", "tip"),
        ("renew", "--root"),
        ("publish",),
    ],
)
def test_a_region_changes_nothing_but_participants(dora, words):
    assert "regional " in dora.run(*words, code=3).err
    assert not dora.list.exists()


def test_h39_a_stolen_regional_key_cannot_bring_in_another_region(desk, dora, tmp_path):
    before = desk.files()
    chile = Party("Chile", country="CL")
    file = dora.forge(dict([chile.target()]), tmp_path)
    assert "outside the registrar's" in desk.run("registrar", "take", file, code=3).err
    assert before == desk.files()


def test_a_stolen_regional_key_cannot_take_the_keys_of_the_top_list(desk, dora, tmp_path):
    file = write_request(tmp_path, COLOMBIA)
    desk.challenge(file, COLOMBIA)
    desk.admit(file, *ROLE)
    thief = Party("Thief", regions=(EUROPE,), country="FR", changes={"keys": COLOMBIA.entry()["keys"]})
    forged = dora.forge(dict([thief.target()]), tmp_path)
    assert "the top list wins" in desk.run("registrar", "take", forged, code=3).err


def test_an_entry_that_was_in_force_does_not_vanish_from_a_list(desk, dora, tmp_path):
    dora.admit(FRANCE, tmp_path)
    desk.run("registrar", "take", dora.list)
    assert "is missing" in desk.run("registrar", "take", dora.forge({}, tmp_path), code=3).err


def test_a_list_that_another_signed_is_refused(desk, dora, tmp_path):
    dora.admit(FRANCE, tmp_path)
    paper = read_paper(dora.list.read_bytes())
    record = json.loads(paper.data)
    record["signatures"] = record["signatures"][:1]
    cut = tmp_path / "cut.list"
    cut.write_bytes(write_paper(Paper(paper.role, json.dumps(record).encode(), paper.entries)))
    assert "not signed by the regional registrar" in desk.run("registrar", "take", cut, code=3).err


def test_an_old_list_is_refused(desk, dora, tmp_path):
    dora.admit(FRANCE, tmp_path)
    desk.run("registrar", "take", dora.list)
    assert "1 is in force" in desk.run("registrar", "take", dora.list, code=3).err


def test_a_list_dated_ahead_or_expired_is_refused(desk, dora, tmp_path):
    now_s = int(time.time())
    ahead = dora.forge({}, tmp_path, now_s=now_s + DAY_S)
    assert "ahead" in desk.run("registrar", "take", ahead, code=3).err
    old = dora.forge({}, tmp_path, now_s=now_s - REGIONAL_LIFETIME_S - 1)
    assert "expired" in desk.run("registrar", "take", old, code=3).err


def test_of_an_expired_list_readers_leave_out_its_entries_and_nobody_elses(desk, dora, tmp_path):
    dora.admit(FRANCE, tmp_path)
    desk.run("registrar", "take", dora.list)
    client, office = reader(desk, tmp_path), desk.office
    assert named(read(desk, client), "France")
    late_s = int(time.time()) + REGIONAL_LIFETIME_S + 60
    office.clock = lambda: late_s
    office.repository.put_targets({}, late_s)
    found = client.refresh(office.repository.files(), late_s)
    assert (None, True) == (named(found, "France"), len(found.audiences) > 0)
    assert "expired" in found.refused[office.repository.registrars()[0].role]


def test_a_broker_that_withholds_a_regional_list_is_refused_and_the_last_good_state_stays(
    desk, dora, tmp_path
):
    client = reader(desk, tmp_path)
    read(desk, client)
    dora.admit(FRANCE, tmp_path)
    desk.run("registrar", "take", dora.list)
    files = desk.office.repository.files()
    cut = {name: data for name, data in files.items() if ".region." not in name}
    good = client.directory
    with pytest.raises(UntrustedError, match="not on the topic"):
        client.refresh(cut, int(time.time()) + 1)
    assert good is client.directory


def test_what_the_authority_changes_of_a_regional_participant_the_top_list_takes_over(desk, dora, tmp_path):
    dora.admit(FRANCE, tmp_path)
    desk.run("registrar", "take", dora.list)
    id_ = named(desk.office.directory(), "France").id
    said = desk.run("participant", "suspend", id_.hex(), "--reason", "security")
    assert "the top list takes it over" in said.out
    found = read(desk, reader(desk, tmp_path))
    assert (False, False) == (id_ in found.list_of, found.participants[id_].in_force(int(time.time()) + 1))


def test_a_removed_registrar_takes_its_participants_along(desk, dora, tmp_path):
    dora.admit(FRANCE, tmp_path)
    desk.run("registrar", "take", dora.list)
    client = reader(desk, tmp_path)
    read(desk, client)
    before = desk.files()
    assert "LEAVES THE DIRECTORY" in desk.run("registrar", "remove", "europe", "--dry-run").out
    assert before == desk.files()
    desk.run("registrar", "remove", "europe")
    assert None is named(read(desk, client), "France")
    dora.admit(SPAIN, tmp_path)
    assert "names no regional registrar" in desk.run("registrar", "take", dora.list, code=3).err


def test_the_top_list_takes_over_whom_a_removed_registrar_admitted_but_not_whom_its_thief_did(
    desk, dora, tmp_path
):
    dora.admit(FRANCE, tmp_path)
    dora.admit(SPAIN, tmp_path)
    desk.run("registrar", "take", dora.list)
    spain = named(desk.office.directory(), "Spain").id.hex()
    desk.run("registrar", "remove", "europe", "--take-over", "--leave-out", spain)
    found = read(desk, reader(desk, tmp_path))
    assert (True, None) == (named(found, "France") is not None, named(found, "Spain"))
    assert {} == found.list_of


def test_a_region_has_one_registrar(desk, tmp_path):
    words = ("registrar", "add", "other", "--region", EUROPE, "--keys", tmp_path / "dora.json")
    assert "a region has one registrar" in desk.run(*words, code=3).err


def add_caribbean(desk, folder, name="other"):
    words = ("registrar", "add", name, "--region", "caribbean", "--keys", folder / "dora.json")
    return desk.run(*words, code=3).err


def test_a_registrar_has_a_name_of_its_own(desk, tmp_path):
    assert "there is a regional registrar europe: remove it first" in add_caribbean(
        desk, tmp_path, "europe"
    )


def test_there_are_32_registrars_at_a_time_and_256_ever():
    assert (32, 256) == (regional_registrars.MAX_REGIONAL_LISTS, regional_registrars.MAX_REGISTRARS_EVER)


@pytest.mark.parametrize("bound", ["MAX_REGIONAL_LISTS", "MAX_REGISTRARS_EVER"])
def test_no_registrar_is_added_beyond_either_bound(desk, dora, tmp_path, monkeypatch, bound):
    dora.run("renew")
    desk.run("registrar", "take", dora.list)  # who never handed a list in leaves no trace
    monkeypatch.setattr(regional_registrars, bound, 1)
    before = desk.files()
    assert "there are at most" in add_caribbean(desk, tmp_path)
    assert before == desk.files()


def test_what_has_no_country_is_no_offices_region(desk, tmp_path):
    words = ("registrar", "add", "sea", "--region", "global", "--keys", tmp_path / "dora.json")
    assert "global is no office's region" in desk.run(*words, code=3).err


def test_a_region_gives_no_secretariats_role(dora, tmp_path):
    said = dora.admit(FRANCE, tmp_path, code=3, words=("--role", "secretariat"))
    assert "the role secretariat is the top list's alone" in said.err
    assert not dora.list.exists()


def test_the_reminder_comes_a_month_before_a_list_ends(desk, dora, tmp_path):
    dora.admit(FRANCE, tmp_path)
    desk.run("registrar", "take", dora.list)
    (row,) = (json.loads(desk.run("registrar", "list", "--json").out.splitlines()[0] or "[]"),)
    row = row[0] if isinstance(row, list) else row
    assert (EUROPE, 1, 1) == (row["regions"], row["participants"], row["list"])


def test_a_state_that_is_cut_is_refused(desk, dora, tmp_path):
    record = json.loads((tmp_path / "state").read_text())
    record["files"].pop(TIMESTAMP)
    (tmp_path / "cut").write_text(json.dumps(record, sort_keys=True, separators=(",", ":")))
    words = ("region", "update", "--home", dora.home, "--state", tmp_path / "cut")
    assert "not on the topic" in desk.run(*words, code=3).err


def test_a_delegation_with_one_key_is_no_regional_registrars(desk):
    listed = desk.office.repository.next_list({}, 0)
    role = next(iter(listed.delegations.roles.values()))
    role.threshold = 1
    assert [] == registrars_of(listed)
    with pytest.raises(UntrustedError):
        verify_list(desk.office.repository.list_in_force(), listed, role.name)


def test_the_authority_is_reminded_a_month_before_a_list_ends(desk, dora, tmp_path):
    dora.admit(FRANCE, tmp_path)
    desk.run("registrar", "take", dora.list)
    office = desk.office
    assert [] == [one for one in Signing(office, "127.0.0.1:9", 3_600).troubles() if "europe" in one]
    office.clock = lambda: time.time() + 30 * DAY_S + 3_600
    (said,) = [one for one in Signing(office, "127.0.0.1:9", 3_600).troubles() if "europe" in one]
    assert "ends in 29 days" in said


def test_renewing_signs_the_same_participants_for_another_60_days(desk, dora, tmp_path):
    dora.admit(FRANCE, tmp_path)
    dora.run("renew")
    assert 2 == read_paper(dora.list.read_bytes()).version
    desk.run("registrar", "take", dora.list)
    assert named(desk.office.directory(), "France")


def test_of_a_regional_lists_old_versions_the_topic_keeps_what_was_in_force_for_30_days(
    desk, dora, tmp_path
):
    files, lists = {}, []
    for _ in range(2):
        dora.run("renew")
        desk.run("registrar", "take", dora.list)
        files |= desk.office.repository.files()
        lists.append(desk.office.repository.regional().files())
    wanted, now_s = desk.office.repository.files(), int(time.time())
    stored_at_ms = dict.fromkeys(files, (now_s - 40 * DAY_S) * 1000)
    assert set(lists[0]) <= set(superseded(files, stored_at_ms, wanted, now_s))
    stored_at_ms |= dict.fromkeys(lists[1], (now_s - 10 * DAY_S) * 1000)
    assert set(lists[0]).isdisjoint(superseded(files, stored_at_ms, wanted, now_s))


def test_a_folder_whose_keys_the_directory_does_not_name_becomes_no_registrars(desk, tmp_path):
    state(desk, tmp_path)
    home = tmp_path / "dora"
    words = ("region", "init", "elsewhere", "--home", home, "--state", tmp_path / "state")
    assert "names no regional registrar elsewhere" in desk.run(*words, code=3).err
    assert not (home / "region.json").exists()
    desk.run("region", "init", "europe", "--home", home, "--state", tmp_path / "state")


def test_a_second_copy_of_the_registrars_folder_is_noticed(desk, dora, tmp_path):
    shutil.copytree(dora.home, tmp_path / "copy")
    dora.admit(FRANCE, tmp_path)
    desk.run("registrar", "take", dora.list)
    state(desk, tmp_path)
    other = Elsewhere(desk, tmp_path / "copy", dora._monkeypatch)
    other.admit(SPAIN, tmp_path)
    desk.run("region", "update", "--home", other.home, "--state", tmp_path / "state")
    assert "a second copy of the folder is in use" in other.run("renew", code=3).err


def test_another_key_under_the_same_id_is_told_as_a_change(desk, tmp_path):
    before, after = (desk.office.repository.next_list({}, 0) for _ in range(2))
    other = read_holder(new_holder(tmp_path / "eve", "eve", tmp_path / "passphrase")).keys
    held = next(key for key in after.delegations.keys.values() if key.keytype == "ed25519")
    held.keyval = next(key for key in other if key.keytype == "ed25519").keyval
    (said,) = registrars_changed(before, after)
    assert "europe may admit and change" in said
