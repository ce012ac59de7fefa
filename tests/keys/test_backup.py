"""A home is backed up while it works, and restored by custodians together, under a new passphrase."""

import json
import shutil

import pytest

from services.keys.backing_up import BACKUP_FILE, back_up
from services.keys.making import KeyTerms, make_keys
from services.keys.restoring import restore
from tests.support.office import write_passphrase
from tocsin.adapters.custodians import Rule
from tocsin.adapters.drafts import open_drafts
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.outbox.store import open_outbox
from tocsin.adapters.passphrase import Passphrase
from tocsin.adapters.screening.hits import NewHit
from tocsin.adapters.screening.store import open_screening
from tocsin.core.enrolment import Welcome
from tocsin.core.errors import KeyUnusableError, RefusedByRuleError, SettingsError, UntrustedError
from tocsin.core.generations import Why, begin
from tocsin.core.key_schedule import GenerationId
from tocsin.core.national_references import Issuer, Series
from tocsin.core.screening_hits import AnswerCode

ME, AUDIENCE, NOW_S = b"m" * 16, b"a" * 16, 1_790_000_000
NEW_WORDS = "other words that nobody guesses"


@pytest.fixture
def words(tmp_path):
    return write_passphrase(tmp_path)


@pytest.fixture
def new_words(tmp_path):
    file = tmp_path / "new-passphrase"
    file.touch(mode=0o600)
    file.write_text(NEW_WORDS)
    return file


@pytest.fixture
def home(tmp_path, words):
    """Admitted, with an outbox that has a generation in use."""
    path = tmp_path / "home"
    make_keys(path, KeyTerms("Focal point", "CO", None, 730), words)
    ParticipantHome.open(path).accept(Welcome(ME, b"root"), "Focal point")
    folder = KeyFolder.open(path / "keys", Passphrase(words.read_text()))
    (path / "outbox").mkdir(mode=0o700)
    outbox = open_outbox(path / "outbox", folder.storage_key(), ME)
    with outbox.transaction():
        outbox.keys.keep(begin(GenerationId(ME, AUDIENCE, 7), b"s" * 32, (ME,), NOW_S))
    outbox.close()
    return path


@pytest.fixture
def made(home, words, tmp_path):
    """(the backup, a file for each custodian's share): 2 of 3 are needed."""
    shares = back_up(home, tmp_path / "backup", Rule(3, 2), words, lambda: NOW_S)
    return tmp_path / "backup", write_shares(tmp_path, shares)


def write_shares(folder, shares):
    files = [folder / f"share-{number}.txt" for number in range(len(shares))]
    for file, share in zip(files, shares, strict=True):
        file.write_text(f"# a share\n{share}\n")
    return files


def opened(path):
    return KeyFolder.open(path / "keys", Passphrase(NEW_WORDS))


@pytest.mark.parametrize("who", [(0, 1), (2, 0), (0, 1, 2)])
def test_enough_custodians_restore_the_same_keys_under_a_new_passphrase(
    home, words, made, new_words, tmp_path, who
):
    backup, shares = made
    done = restore(backup, [shares[one] for one in who], tmp_path / "again", new_words)
    assert (ME, NOW_S) == (done.participant, done.made_at_s)
    old, new = KeyFolder.open(home / "keys", Passphrase(words.read_text())), opened(tmp_path / "again")
    assert old.ed25519("record.pem").public == new.ed25519("record.pem").public
    assert old.xwing("kem.pem").public == new.xwing("kem.pem").public
    assert old.storage_key() == new.storage_key()
    assert ME == ParticipantHome.open(tmp_path / "again").participant_id()


def test_a_restored_outbox_ends_its_generations_and_says_why(made, new_words, tmp_path):
    backup, shares = made
    restore(backup, shares[:2], tmp_path / "again", new_words)
    outbox = open_outbox(tmp_path / "again" / "outbox", opened(tmp_path / "again").storage_key(), ME)
    assert (None, Why.RESTORED) == (outbox.keys.current(AUDIENCE), outbox.keys.why_ended(AUDIENCE))
    outbox.close()


def test_a_restored_outbox_skips_references_that_it_may_have_given_since(made, new_words, tmp_path):
    backup, shares = made
    restore(backup, shares[:2], tmp_path / "again", new_words, lambda: NOW_S)
    outbox = open_outbox(tmp_path / "again" / "outbox", opened(tmp_path / "again").storage_key(), ME)
    with outbox.transaction():
        given = outbox.references.give(Issuer("CO", "CUS"), Series(2026, False), "incident")
    assert "CO-CUS-2026-01001" == given
    outbox.close()


def test_drafts_come_back_too(home, words, new_words, tmp_path):
    old = KeyFolder.open(home / "keys", Passphrase(words.read_text()))
    with open_drafts(ParticipantHome.open(home), old.storage_key()) as drafts:
        drafts.keep("DRAFT-1", {"kind": "seizure"}, NOW_S)
    shares = write_shares(tmp_path, back_up(home, tmp_path / "backup", Rule(3, 2), words, lambda: NOW_S))
    restore(tmp_path / "backup", shares[:2], tmp_path / "again", new_words)
    again = ParticipantHome.open(tmp_path / "again")
    with open_drafts(again, opened(tmp_path / "again").storage_key()) as drafts:
        assert {"kind": "seizure"} == drafts.get("DRAFT-1").answers


def test_hits_and_their_answers_come_back_too(home, words, new_words, tmp_path):
    old = KeyFolder.open(home / "keys", Passphrase(words.read_text()))
    hit = NewHit("aa", (ME, "a" * 32, 1), "active", None, "RA473124829CH", {"title": "Look"})
    with open_screening(ParticipantHome.open(home), old.storage_key()) as memory:
        memory.hits.add([hit], NOW_S)
        memory.answers.add(memory.hits.after(0)[0], AnswerCode.STOPPED, "", NOW_S, with_parcel=False)
    shares = write_shares(tmp_path, back_up(home, tmp_path / "backup", Rule(3, 2), words, lambda: NOW_S))
    restore(tmp_path / "backup", shares[:2], tmp_path / "again", new_words)
    again = ParticipantHome.open(tmp_path / "again")
    with open_screening(again, opened(tmp_path / "again").storage_key()) as memory:
        assert ["aa"] == [one.hit for one in memory.answers.to_send()]


def test_one_share_restores_nothing(made, new_words, tmp_path):
    backup, shares = made
    with pytest.raises(UntrustedError, match="too few"):
        restore(backup, shares[:1], tmp_path / "again", new_words)
    assert not (tmp_path / "again").exists()


def test_shares_of_another_backup_restore_nothing(home, words, made, new_words, tmp_path):
    others = write_shares(tmp_path, back_up(home, tmp_path / "second", Rule(2, 2), words))
    with pytest.raises(UntrustedError, match="another backup"):
        restore(made[0], others, tmp_path / "again", new_words)


def test_a_word_that_was_mistyped_is_told_without_repeating_it(made, new_words, tmp_path):
    backup, shares = made
    shares[0].write_text(shares[0].read_text() + " quetzalcanary")
    with pytest.raises(UntrustedError) as told:
        restore(backup, shares[:2], tmp_path / "again", new_words)
    assert "quetzalcanary" not in str(told.value)


@pytest.mark.parametrize("name", ["outbox/outbox.db", "keys/kem.pem", "participant.json"])
def test_a_backup_that_was_changed_is_refused(made, new_words, tmp_path, name):
    backup, shares = made
    data = bytearray((backup / name).read_bytes())
    data[len(data) // 2] ^= 1
    (backup / name).write_bytes(data)
    with pytest.raises(UntrustedError, match="was changed since the backup"):
        restore(backup, shares[:2], tmp_path / "again", new_words)


def test_a_listing_that_was_changed_is_refused(made, new_words, tmp_path):
    backup, shares = made
    listing = json.loads((backup / BACKUP_FILE).read_bytes())
    (backup / BACKUP_FILE).write_text(json.dumps(listing | {"made_at_s": 1}))
    with pytest.raises(UntrustedError, match="was changed"):
        restore(backup, shares[:2], tmp_path / "again", new_words)


@pytest.mark.parametrize(
    ("name", "reason"), [("outbox/outbox.db-wal", "left beside a database"), ("x", "was added")]
)
def test_a_file_that_was_added_is_refused(made, new_words, tmp_path, name, reason):
    backup, shares = made
    (backup / name).write_bytes(b"x")
    with pytest.raises(UntrustedError, match=reason):
        restore(backup, shares[:2], tmp_path / "again", new_words)


def test_a_file_that_is_missing_is_named(made, new_words, tmp_path):
    backup, shares = made
    (backup / "keys" / "kem.pem").unlink()
    with pytest.raises(UntrustedError, match=r"kem\.pem is missing"):
        restore(backup, shares[:2], tmp_path / "again", new_words)


def test_a_home_that_is_not_empty_is_never_touched(home, made, new_words):
    before = sorted(one.name for one in home.rglob("*"))
    with pytest.raises(RefusedByRuleError, match="empty home only"):
        restore(made[0], made[1], home, new_words)
    assert before == sorted(one.name for one in home.rglob("*"))


def test_a_new_passphrase_that_is_too_short_leaves_nothing(made, new_words, tmp_path):
    new_words.write_text("short")
    with pytest.raises(KeyUnusableError, match="12 characters"):
        restore(made[0], made[1], tmp_path / "again", new_words)
    assert not (tmp_path / "again").exists()


def test_a_backup_is_never_written_over_anything(home, words, made):
    with pytest.raises(RefusedByRuleError, match="never written over"):
        back_up(home, made[0], Rule(2, 2), words)


@pytest.mark.parametrize(("custodians", "needed"), [(1, 1), (2, 1), (2, 3), (17, 2)])
def test_a_rule_that_cannot_be_met_or_that_one_alone_meets_is_refused(
    home, words, tmp_path, custodians, needed
):
    with pytest.raises(SettingsError, match="at least 2 are needed"):
        back_up(home, tmp_path / "backup", Rule(custodians, needed), words)


def test_what_is_no_backup_is_named(made, new_words, tmp_path):
    with pytest.raises(SettingsError, match="holds no backup"):
        restore(tmp_path, made[1], tmp_path / "again", new_words)


def test_a_backup_holds_no_secret_in_the_open(home, words, made):
    folder = KeyFolder.open(home / "keys", Passphrase(words.read_text()))
    for secret in (folder.recovery(), folder.storage_key(), b"s" * 32):
        assert not any(secret in one.read_bytes() for one in made[0].rglob("*") if one.is_file())


def test_a_backup_that_fails_leaves_nothing(home, words, tmp_path):
    shutil.copyfile(words, home / "outbox" / "outbox.db")
    with pytest.raises(KeyUnusableError):
        back_up(home, tmp_path / "backup", Rule(2, 2), words)
    assert [] == [one.name for one in tmp_path.iterdir() if "backup" in one.name]
