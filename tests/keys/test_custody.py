"""What people are told with a backup, and where shares may lie: never beside it, never over another."""

import pytest

from services.keys import custody
from services.keys.custody import back_up_told, restore_told
from services.keys.making import KeyTerms, make_keys
from tests.support.office import write_passphrase
from tocsin.adapters.home import ParticipantHome
from tocsin.core.enrolment import Welcome
from tocsin.core.errors import RefusedByRuleError

PEOPLE = (3, 2)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """An admitted participant; nobody changes it."""
    folder = tmp_path_factory.mktemp("custody")
    make_keys(folder / "home", KeyTerms("Focal point", "CO", None, 730), write_passphrase(folder))
    ParticipantHome.open(folder / "home").accept(Welcome(b"m" * 16, b"root"), "Focal point")
    return folder / "home"


@pytest.fixture
def back_up(home, tmp_path):
    """Back up into `backup`, with the shares somewhere."""

    def back_up(shares, out="backup"):
        back_up_told(home, home.with_name("passphrase"), tmp_path / out, shares, PEOPLE)

    return back_up


@pytest.mark.parametrize(
    ("out", "shares"),
    [
        ("backup", "backup"),
        ("backup", "backup/shares"),
        ("backup", "backup/../backup/shares"),
        ("backup", "."),
        ("far/backup", "."),
        ("backup", "link/shares"),
    ],
)
def test_no_share_lies_beside_the_backup_that_it_opens(back_up, tmp_path, out, shares):
    (tmp_path / "link").symlink_to(tmp_path / "backup")
    with pytest.raises(RefusedByRuleError, match="a share beside the backup"):
        back_up(tmp_path / shares, out)
    assert ["link"] == [one.name for one in tmp_path.iterdir()]


def test_a_share_is_never_written_over_another(back_up, tmp_path):
    (tmp_path / "shares").mkdir()
    (tmp_path / "shares" / "share-9.txt").write_text("of another backup")
    with pytest.raises(RefusedByRuleError, match=r"share-9\.txt exists"):
        back_up(tmp_path / "shares")
    assert ["shares"] == [one.name for one in tmp_path.iterdir()]
    assert "of another backup" == (tmp_path / "shares" / "share-9.txt").read_text()


def test_shares_count_from_one_and_say_how_many_restore_what(back_up, home, tmp_path, capsys):
    back_up(tmp_path / "shares")
    files = sorted((tmp_path / "shares").iterdir())
    assert ["share-1.txt", "share-2.txt", "share-3.txt"] == [one.name for one in files]
    assert "# share 1 of 3; 2 together restore the backup backup" == files[0].read_text().splitlines()[0]
    assert {0o600} == {one.stat().st_mode & 0o777 for one in files}
    assert "keep none of them here" in capsys.readouterr().err
    restore_told(tmp_path / "backup", files[1:], tmp_path / "again", home.with_name("passphrase"))
    assert "file it again" in capsys.readouterr().err


def test_without_a_folder_each_share_is_shown_once(back_up, monkeypatch, capsys):
    shares = ["some words", "other words", "more words"]
    monkeypatch.setattr(custody, "back_up", lambda *_: shares)
    back_up(None)
    shown = capsys.readouterr().out.splitlines()
    assert shares == [one for one in shown if one and not one.startswith("#")]
