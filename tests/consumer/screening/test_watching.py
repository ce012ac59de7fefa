"""Files that come and files of the past: each screened once, whole, and again only for what is new."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from services.consumer.participant import Participant
from services.consumer.screening.archive import archived_files, screen_archive
from services.consumer.screening.desk import open_desk
from services.consumer.screening.watching import Watch, watch_parcels
from tests.support.firm import alert_body, parcel
from tests.support.screens import target
from tocsin.adapters.locks import hold
from tocsin.adapters.screening.doubt import DOUBTED_S
from tocsin.adapters.screening.hits import NewHit
from tocsin.adapters.spool_folder import DONE, FAILED, LOCK_NAME, make_outcome_folders
from tocsin.core.directory import READING_GRACE_S
from tocsin.core.errors import HeldElsewhereError, SettingsError
from tocsin.runtime.exits import Exit

YEARS_S = 11 * 365 * 86_400
S10 = "RA473124829CH"
WANTED = parcel(item_id=S10)
OTHER = parcel(item_id="RA000000025DE")


@pytest.fixture
def spool(firm):
    folder = firm.folder / "spool"
    folder.mkdir()
    make_outcome_folders(folder)
    return folder


@pytest.fixture
def watch(firm, spool):
    with open_desk(firm.home, firm.passphrase_file) as desk:
        watch = Watch(desk, firm.asked(), spool / DONE)
        watch.take_up_alerts()
        yield watch


def hits(capsys) -> list[str]:
    return [json.loads(line)["parcel"] for line in capsys.readouterr().out.splitlines()]


def report(path):
    return json.loads(path.with_name(f"{path.name}.report.json").read_text())


def test_a_file_goes_to_done_with_its_counts(firm, spool, watch, capsys):
    firm.receive(alert_body(targets=[target(S10)]))
    watch.take_up_alerts()
    lies = watch.take(firm.write("spool/day.csv", WANTED, parcel()))
    assert spool / DONE / "day.csv" == lies
    assert (2, 0, 1, 1) == tuple(report(lies)[one] for one in ("read", "malformed", "exact", "new"))
    assert [S10] == hits(capsys)


def test_a_clock_that_is_years_ahead_ends_no_alert_and_dates_no_hit(firm, spool, watch, capsys):
    firm.receive(alert_body(targets=[target(S10)]))
    right_s = watch._desk.now_s()
    desk = replace(watch._desk, clock=lambda: right_s + YEARS_S, directory_ends_at_s=lambda: right_s + 1)
    watching = Watch(desk, firm.asked(), spool / DONE)
    watching.take_up_alerts()
    watching.take(firm.write("spool/day.csv", WANTED))
    assert [S10] == hits(capsys)
    assert [right_s + READING_GRACE_S] == [one.found_at_s for one in desk.screening.hits.after(0)]


def test_a_hit_is_forgotten_by_no_clock_that_the_directory_contradicts_but_from_the_second_day_on(
    firm, watch
):
    right_s = watch._desk.now_s()
    watch._desk.screening.hits.add(
        [NewHit("aa", (b"x" * 16, "a" * 32, 1), "active", None, "p", {})], right_s
    )
    far = replace(watch._desk, directory_ends_at_s=lambda: right_s + 1)
    kept = []
    for later_s in (YEARS_S, YEARS_S + DOUBTED_S - 1, YEARS_S + DOUBTED_S):
        desk = replace(far, clock=lambda later_s=later_s: right_s + later_s)
        desk.screening.forget_old(desk.now_s())
        kept.append(len(desk.screening.hits.after(0)))
    assert [1, 1, 0] == kept


def test_who_begins_to_screen_forgets_old_hits(firm):
    for expected in (1, 0):
        with open_desk(firm.home, firm.passphrase_file) as desk:
            if expected:
                desk.screening.hits.add(
                    [NewHit("aa", (b"x" * 16, "a" * 32, 1), "active", None, "p", {})], 1
                )
            assert expected == len(desk.screening.hits.after(0))


@pytest.mark.parametrize(("directory_s", "expected"), [(-YEARS_S, True), (0, False)])
def test_who_begins_to_screen_is_told_where_clock_and_directory_are_apart(
    firm, monkeypatch, capsys, directory_s, expected
):
    ends_at_s = int(time.time()) + directory_s
    monkeypatch.setattr(Participant, "directory_ends_at_s", lambda _self: ends_at_s)
    with open_desk(firm.home, firm.passphrase_file):
        said = capsys.readouterr().err
    assert expected is ("clock and the directory are too far apart" in said)


def test_what_is_no_table_goes_to_failed_and_blocks_nobody(firm, spool, watch):
    (spool / "photo.csv").write_bytes(b"\x89PNG\r\n")
    lies = watch.take(spool / "photo.csv")
    assert spool / FAILED / "photo.csv" == lies
    assert "PNG picture" in report(lies)["error"]


def test_a_new_alert_is_taken_up_while_watching_and_looked_for_in_what_is_done(firm, spool, watch, capsys):
    watch.take(firm.write("spool/day.csv", WANTED, OTHER))
    assert [] == hits(capsys)
    firm.receive(alert_body(targets=[target(S10)]))
    watch.take_up_alerts()
    assert [S10] == hits(capsys)
    watch.take(firm.write("spool/next.csv", parcel(item_id=S10, posted_at="")))
    assert [S10] == hits(capsys)


def test_a_file_of_the_past_is_asked_only_for_alerts_that_are_new_to_it(firm, capsys):
    firm.receive(alert_body("first", targets=[target(S10)]))
    archive = firm.write("archive/day.csv", WANTED, OTHER).parent
    assert Exit.WHOLE == screen_archive(firm.asked(), archive)
    assert [S10] == hits(capsys)
    screen_archive(firm.asked(), archive)
    assert "1 alerts" not in capsys.readouterr().err
    firm.receive(alert_body("second", targets=[target("RA000000025DE")]))
    screen_archive(firm.asked(), archive)
    told = capsys.readouterr()
    assert "looking for 1 numbers and 0 patterns of 1 alerts" in told.err
    assert "RA000000025DE" in told.out


def test_an_archive_that_was_interrupted_goes_on_where_it_was(firm, capsys, monkeypatch):
    from services.consumer.screening import archive as module

    firm.receive(alert_body(targets=[target(S10)]))
    folder = firm.write("archive/a.csv", WANTED).parent
    firm.write("archive/b.csv", OTHER)
    monkeypatch.setattr(module, "look_through", stopping_at("b.csv", module.look_through))
    with pytest.raises(KeyboardInterrupt):
        screen_archive(firm.asked(), folder)
    monkeypatch.undo()
    capsys.readouterr()
    screen_archive(firm.asked(), folder)
    assert "file 1 of 1" in capsys.readouterr().err


def stopping_at(name, look_through):
    def stop(desk, screen, file, *rest):
        if file.name == name:
            raise KeyboardInterrupt
        return look_through(desk, screen, file, *rest)

    return stop


def test_a_file_that_was_screened_alone_is_known_in_the_archive(firm, screen, capsys):
    firm.receive(alert_body(targets=[target(S10)]))
    path = firm.write("archive/day.csv", WANTED)
    screen(path)
    screen("--archive", path.parent)
    assert "archive: file" not in screen.err


def test_another_map_reads_the_archive_anew(firm, screen):
    firm.receive(alert_body(targets=[target(S10)]))
    path = firm.write("archive/day.csv", parcel(item_id="", hs=S10))
    screen("--archive", path.parent)
    map_ = firm.folder / "map.toml"
    map_.write_text("[columns]\nitem_id = 'hs'\n")
    assert [S10] == [one["parcel"] for one in screen("--archive", path.parent, "--map", map_)]


def test_a_file_of_the_archive_that_is_no_table_is_said_and_the_others_are_read(firm, screen):
    firm.receive(alert_body(targets=[target(S10)]))
    folder = firm.write("archive/z.csv", WANTED).parent
    (folder / "a.csv").write_bytes(b"%PDF-1.7")
    assert [S10] == [one["parcel"] for one in screen("--archive", folder, code=3)]
    assert "a PDF document" in screen.err


def test_hidden_files_links_and_our_reports_are_no_archive(firm):
    folder = firm.folder / "archive"
    (folder / "below" / ".hidden").mkdir(parents=True)
    for name in ("below/day.csv", ".a.csv", "day.csv.report.json", "b.part", "below/.hidden/c.csv"):
        (folder / name).write_text("x")
    (folder / "link.csv").symlink_to(folder / "below/day.csv")
    assert [folder / "below/day.csv"] == list(archived_files(folder))
    with pytest.raises(SettingsError, match="is no folder"):
        list(archived_files(folder / "none"))


def test_one_process_watches_a_folder(firm, spool):
    with hold(spool / LOCK_NAME), pytest.raises(HeldElsewhereError):
        watch_parcels(firm.asked(), spool, None, 0.1)


def until(found):
    """Wait for something on the disk, which no event tells of."""
    ends = time.monotonic() + 60
    while not found():
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_a_watch_that_was_killed_repeats_no_hit_and_stops_when_asked(firm, spool):
    firm.receive(alert_body(targets=[target(S10)]))
    environment = os.environ | {
        "TOCSIN_HOME": str(firm.home),
        "TOCSIN_PASSPHRASE_FILE": str(firm.passphrase_file),
    }
    words = ("screen", "--watch", str(spool), "--archive", str(spool / DONE), "--settle-s", "0.2", "--json")
    command = [sys.executable, "-m", "tocsin.main", *words]

    def start():
        return subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    first = start()
    firm.write("spool/.day.csv", WANTED).rename(spool / "day.csv")
    until((spool / DONE / "day.csv").exists)
    first.kill()
    out, _ = first.communicate()
    (spool / DONE / "day.csv").rename(spool / "day.csv")  # as if it was killed before the file was moved
    again = start()
    until((spool / DONE / "day.csv").exists)
    again.send_signal(signal.SIGTERM)
    more, _ = again.communicate(timeout=60)
    assert [S10] == [json.loads(line)["parcel"] for line in (out + more).splitlines()]
    assert 0 == again.returncode
