"""The audit log on disk: whole after crashes, and what was done to it from outside is noticed."""

import pytest

from tocsin.adapters.desk.audit_log import records
from tocsin.adapters.desk.store import open_desk
from tocsin.adapters.home import ParticipantHome
from tocsin.core.audit_chain import Deed, Head
from tocsin.core.errors import UntrustedError

STORAGE_KEY = b"storage key of a test, 32 bytes."
NOW_S = 1_795_564_800


@pytest.fixture
def home(tmp_path):
    tmp_path.chmod(0o700)
    return ParticipantHome(tmp_path, lambda: NOW_S)


@pytest.fixture
def log(home):
    return home.path / "desk" / "audit.jsonl"


def do(home, *things):
    with open_desk(home, STORAGE_KEY) as desk:
        for thing in things:
            with desk.deed(Deed("ana", "proposed", thing)):
                pass


def verified(home):
    with open_desk(home, STORAGE_KEY) as desk:
        return desk.audit.verify()


def done(log):
    return [record["what"] for record, _ in records(log) if record is not None]


def test_every_deed_has_its_line_and_the_log_is_whole(home, log):
    do(home, "a", "b")
    do(home, "c")
    assert (["a", "b", "c"], 3) == (done(log), verified(home).number)


def test_an_empty_log_is_whole(home):
    assert Head() == verified(home)


def test_what_the_block_did_not_finish_has_no_line(home, log):
    deed = Deed("ana", "proposed", "a")
    with pytest.raises(ZeroDivisionError), open_desk(home, STORAGE_KEY) as desk, desk.deed(deed):
        raise ZeroDivisionError
    assert [] == done(log)


def noted(home, thing="late"):
    """A crash after the change was on disk, before its line was in the file."""
    with open_desk(home, STORAGE_KEY) as desk, desk.upkeep():
        desk.audit.note(Deed("ana", "proposed", thing), NOW_S)


def test_a_line_that_a_crash_left_out_is_written_at_the_next_opening(home, log):
    do(home, "a")
    noted(home)
    assert ["a"] == done(log)
    assert 2 == verified(home).number
    assert ["a", "late"] == done(log)


def test_half_a_line_that_a_crash_left_is_completed(home, log):
    do(home, "a")
    before = log.read_bytes()
    noted(home)
    verified(home)
    whole = log.read_bytes()
    noted(home, "later")
    with log.open("ab") as file:
        file.write(b'{"at_s":17955')  # as the line begins
    assert before + whole[len(before) :] == whole
    assert (3, ["a", "late", "later"]) == (verified(home).number, done(log))


def test_a_line_that_was_written_before_the_crash_is_not_written_twice(home, log):
    do(home, "a")
    noted(home)
    with open_desk(home, STORAGE_KEY) as desk:
        assert ["a", "late"] == done(log)
        with desk.upkeep():  # the database forgets that it wrote the line
            _first, second = log.read_bytes().splitlines(keepends=True)
            records_ = [record for record, _ in records(log)]
            desk.audit._database.execute(
                "UPDATE audit_head SET number = 1, hash = ?", (records_[0]["hash"],)
            )
            row = (2, records_[1]["hash"], second)
            desk.audit._database.execute("INSERT INTO audit_pending VALUES (?, ?, ?)", row)
    assert (2, ["a", "late"]) == (verified(home).number, done(log))


def cut(data):
    return b"".join(data.splitlines(keepends=True)[:-1])


def grown(data):
    return data + data.splitlines(keepends=True)[-1]


def emptied(_data):
    return b""


def swapped(data):
    first, second, third = data.splitlines(keepends=True)
    return second + first + third


TAMPERING = [
    (cut, "the last 1 lines are missing"),
    (emptied, "the last 3 lines are missing"),
    (grown, "line 4 does not follow"),
    (swapped, "line 1 does not follow"),
    (lambda data: data.replace(b'"what":"b"', b'"what":"x"'), "line 2 was changed"),
    (lambda data: data[:-10], "line 3"),
]


@pytest.mark.parametrize(("tamper", "words"), TAMPERING)
def test_what_was_done_to_the_log_from_outside_is_noticed_at_its_place(home, log, tamper, words):
    do(home, "a", "b", "c")
    log.write_bytes(tamper(log.read_bytes()))
    with pytest.raises(UntrustedError, match=words):
        verified(home)


@pytest.mark.parametrize("tamper", [cut, emptied, lambda data: data + b"{}\n"])
def test_no_deed_is_done_upon_a_log_that_was_cut_or_changed_at_its_end(home, log, tamper):
    do(home, "a", "b", "c")
    log.write_bytes(tamper(log.read_bytes()))
    with pytest.raises(UntrustedError, match="does not end where it was left"):
        do(home, "d")
    assert "d" not in done(log)


def test_no_deed_is_done_upon_a_last_line_that_bears_but_the_right_number(home, log, tmp_path_factory):
    do(home, "a", "b")
    other = ParticipantHome(tmp_path_factory.mktemp("other"), lambda: NOW_S)
    do(other, "a", "forged")
    log.write_bytes((other.path / "desk" / "audit.jsonl").read_bytes())
    with pytest.raises(UntrustedError, match="does not end where it was left"):
        do(home, "c")


@pytest.mark.parametrize("tamper", [cut, emptied, lambda data: data + b"{}\n"])
def test_a_line_that_a_crash_left_out_is_not_written_behind_what_was_changed(home, log, tamper):
    do(home, "a", "b")
    noted(home)
    tampered = tamper(log.read_bytes())
    log.write_bytes(tampered)
    with open_desk(home, STORAGE_KEY):
        assert tampered == log.read_bytes()


def test_an_older_copy_of_the_database_is_noticed(home, log):
    do(home, "a")
    old = {one: one.read_bytes() for one in (home.path / "desk").glob("desk.db*")}
    do(home, "b")
    for path in (home.path / "desk").glob("desk.db*"):
        path.unlink()
    for path, data in old.items():
        path.write_bytes(data)
    with pytest.raises(UntrustedError, match="1 lines more than the database knows of"):
        verified(home)


def test_a_log_written_anew_as_a_whole_is_another_one(home, log, tmp_path_factory):
    do(home, "a", "b")
    other = ParticipantHome(tmp_path_factory.mktemp("other"), lambda: NOW_S)
    do(other, "a", "forged")
    log.write_bytes((other.path / "desk" / "audit.jsonl").read_bytes())
    with pytest.raises(UntrustedError, match="written anew"):
        verified(home)


def test_after_damage_an_administrator_begins_a_new_file_and_the_old_one_stays(home, log):
    do(home, "a", "b")
    log.write_bytes(cut(log.read_bytes()))
    with open_desk(home, STORAGE_KEY) as desk:
        desk.begin_log_anew(Deed("ana", "began the log anew", "audit.jsonl", "disk"))
    do(home, "c")
    assert (4, ["audit.jsonl", "c"]) == (verified(home).number, done(log))
    assert 1 == len(list(log.parent.glob("audit.damaged-*.jsonl")))


def test_what_is_shown_ends_at_the_first_line_that_does_not_fit(home, log):
    do(home, "a", "b", "c")
    log.write_bytes(log.read_bytes().replace(b'"what":"b"', b'"what":"x"'))
    shown = list(records(log))
    assert ["a"] == [record["what"] for record, _ in shown if record]
    assert "line 2 was changed" in str(shown[-1][1])


def test_a_line_longer_than_any_log_has_is_refused(home, log):
    do(home, "a")
    with log.open("ab") as file:
        file.write(b"x" * 20_000)
    with pytest.raises(UntrustedError, match="no audit log writes"):
        verified(home)
