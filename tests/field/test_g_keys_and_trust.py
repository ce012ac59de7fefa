"""Trouble that people met with keys and trust, each by its source; what it must lead to here.

Row 41: mbillow/localthings#291, pyca/cryptography#13125, yaad-index/darbaan#48: a key with a byte order
mark or CRLF refused, junk behind a key accepted, a service that restarts for ever over a key of others.
Row 42: dennisvang/tufup#36, theupdateframework/specification#137: an expired timestamp stops the client,
and a wrong clock looks the same.
Row 44: Scille/parsec-cloud#8257: a server restored to an older state, clients that ask it for ever.
"""

import os

import pytest

from tests.support.authority import COLOMBIA, NETHERLANDS, new_repository
from tests.support.parties import DAY_S, NOW_S, Party
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.core.clock_skew import Clock, judge_clock
from tocsin.core.directory import Freshness
from tocsin.core.errors import DirectoryStaleError, UntrustedError

BRAZIL = Party("Brazil", country="BR")
HOUR_S = 3_600


def pieces(pem: bytes) -> list[str]:
    """The lines of a key that must be said nowhere."""
    return pem.decode("latin-1").split()[3:-3]


@pytest.mark.parametrize(
    "form",
    [
        lambda pem: b"\xef\xbb\xbf" + pem,
        lambda pem: pem.replace(b"\n", b"\r\n"),
        lambda pem: pem.rstrip(b"\n"),
    ],
    ids=["BOM", "CRLF", "no last newline"],
)
def test_row41_what_editors_do_to_a_key_does_not_stop_an_officer(home, form) -> None:
    key = home.path / "keys" / "record.pem"
    key.write_bytes(form(key.read_bytes()))
    assert 5 == home.publish()[0]


def test_row41_junk_behind_a_key_is_refused_with_fault_and_path_and_nothing_of_the_key(home) -> None:
    key = home.path / "keys" / "record.pem"
    pem = key.read_bytes()
    key.write_bytes(pem + b"trailing canary\n")
    code, said = home.publish()
    assert (2, True, True) == (code, str(key) in said, "before, between or after" in said)
    assert [] == [one for one in ["canary", *pieces(pem)] if one in said]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_row41_the_key_of_another_user_is_named_with_path_and_owner_and_the_service_ends_for_good(
    home,
) -> None:
    key = home.path / "keys" / "record.pem"
    os.chown(key, 65_534, 65_534)
    code, _, said = home.run("producer", "serve")
    assert (2, True, True) == (code, str(key) in said, "65534" in said)


@pytest.fixture
def repository(tmp_path):
    return new_repository(tmp_path / "repository", COLOMBIA, NETHERLANDS)


@pytest.fixture
def client(repository, tmp_path):
    client = DirectoryClient(tmp_path / "client", repository.pinned_root())
    client.refresh(repository.files(), NOW_S)
    return client


def test_row42_who_did_not_look_for_two_days_reads_on_and_trusts_nobody_new(client, repository) -> None:
    later_s = NOW_S + 2 * DAY_S
    repository.put_targets(dict([BRAZIL.target()]), NOW_S + HOUR_S)
    with pytest.raises(DirectoryStaleError):
        client.refresh(repository.files(), later_s)
    assert Freshness.STALE is client.directory.freshness(later_s)
    assert {COLOMBIA.id, NETHERLANDS.id} == set(client.directory.participants)


def test_row42_a_directory_signed_anew_is_taken_after_two_days(client, repository) -> None:
    repository.refresh_timestamp(NOW_S + 2 * DAY_S)
    assert Freshness.FRESH is client.refresh(repository.files(), NOW_S + 2 * DAY_S).freshness(
        NOW_S + 2 * DAY_S
    )


@pytest.mark.parametrize(
    ("by_s", "others_age_s", "cause"),
    [
        (0, 48 * HOUR_S, Clock.FITS),
        (26 * HOUR_S, 0, Clock.AHEAD),
        (-26 * HOUR_S, 0, Clock.BEHIND),
    ],
)
def test_row42_a_clock_26_hours_off_is_told_from_one_that_is_right(by_s, others_age_s, cause) -> None:
    others = (NOW_S - others_age_s, NOW_S - others_age_s - 60)
    assert cause is judge_clock(NOW_S + by_s, NOW_S, others).clock


def test_row42_an_authority_that_stands_still_is_told_from_a_wrong_clock() -> None:
    found = judge_clock(NOW_S, NOW_S - 48 * HOUR_S, (NOW_S, NOW_S - 60))
    assert (Clock.AUTHORITY_LATE, False) == (found.clock, found.is_wrong)
    assert "tell the authority" in found.words()


def test_row44_yesterdays_repository_is_refused_and_the_sentence_says_what_was_there(
    client, repository
) -> None:
    yesterday = repository.files()
    repository.put_targets(dict([BRAZIL.target()]), NOW_S)
    today = client.refresh(repository.files(), NOW_S)
    with pytest.raises(UntrustedError, match="version 1"):
        client.refresh(yesterday, NOW_S + HOUR_S)
    assert today is client.directory


def test_row44_yesterdays_repository_that_signs_on_is_refused_for_as_long_as_it_is_behind(
    client, repository, tmp_path
) -> None:
    restored = new_repository(tmp_path / "restored", COLOMBIA, NETHERLANDS)
    for _ in range(3):
        repository.put_targets(dict([BRAZIL.target()]), NOW_S)
    client.refresh(repository.files(), NOW_S)
    restored.refresh_timestamp(NOW_S + HOUR_S)
    with pytest.raises(UntrustedError):
        client.refresh(restored.files(), NOW_S + HOUR_S)
    again = DirectoryClient(client._folder, client._pinned_root)
    assert 4 == again.load().version
