"""A spool folder: only complete files, each once, its report beside it, also after kill -9."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.producer import watching
from services.producer.importing_file import Source, importing
from services.producer.publishing import Ask
from tests.support.homes import LivingDirectory, write_home
from tests.support.tables import HEADER, seizure
from tests.support.world import ORIGINATOR
from tocsin.core.errors import HeldElsewhereError


@pytest.fixture
def ask(tmp_path):
    """A home that never saw a directory, and asks no broker."""
    home = tmp_path / "home"
    root = LivingDirectory(tmp_path / "repository").repository.pinned_root()
    return Ask(home, write_home(home, ORIGINATOR, root), None, None)


@pytest.fixture
def spool(tmp_path):
    folder = tmp_path / "spool"
    for name in (watching.DONE, watching.FAILED):
        (folder / name).mkdir(parents=True)
    return folder


def table(path: Path, *rows) -> Path:
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in (HEADER, *rows)))
    return path


def report(path: Path) -> dict:
    return json.loads(path.with_name(f"{path.name}.report.json").read_text())


def test_a_whole_file_goes_to_done_with_its_report(ask, spool):
    with importing(ask, None) as opened:
        target = watching.take(opened, table(spool / "a.csv", seizure(), seizure()), Source())
    assert (spool / "done/a.csv", 2, 0) == (target, report(target)["accepted"], report(target)["refused"])
    assert ["a.csv", "a.csv.report.json"] == sorted(path.name for path in (spool / "done").iterdir())


def test_a_file_with_refused_rows_goes_to_failed_with_those_rows(ask, spool):
    with importing(ask, None) as opened:
        target = watching.take(opened, table(spool / "a.csv", seizure(), seizure(country="Oz")), Source())
    found = report(target)
    assert (spool / "failed/a.csv", 1, 1) == (target, found["accepted"], found["refused"])
    assert "country" == found["reasons"][0]["column"]
    assert "Oz" in (spool / "failed/a.csv.refused.csv").read_text()
    assert [] == [path for path in spool.iterdir() if path.is_file()]


def test_a_file_that_is_no_table_goes_to_failed_and_blocks_nobody(ask, spool):
    (spool / "a.csv").write_bytes(b"\x89PNG\r\n")
    with importing(ask, None) as opened:
        target = watching.take(opened, spool / "a.csv", Source())
    assert "PNG picture" in report(target)["error"]


def test_a_second_file_of_a_name_replaces_nothing(ask, spool):
    with importing(ask, None) as opened:
        for country in ("PE", "CL"):
            watching.take(opened, table(spool / "a.csv", seizure(country=country)), Source())
    assert {"a.csv", "a-2.csv"} <= {path.name for path in (spool / "done").iterdir()}


def watch(ask, spool):
    words = ("import", "--watch", str(spool), "--settle-s", "0.2", "--no-wait")
    environment = os.environ | {
        "TOCSIN_HOME": str(ask.home),
        "TOCSIN_PASSPHRASE_FILE": str(ask.passphrase_file),
    }
    command = [sys.executable, "-m", "tocsin.main", *words]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def until(found):
    """Wait for something on the disk, which no event tells of."""
    ends = time.monotonic() + 60
    while not found():
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_a_watch_that_was_killed_finds_the_file_again_and_adds_nothing(ask, spool):
    with importing(ask, None) as opened:  # accepted, then killed before the file was moved
        opened.file(table(spool / "a.csv", seizure(), seizure()), Source(), None)
    process = watch(ask, spool)
    until((spool / "done/a.csv").exists)
    process.kill()
    process.communicate()
    assert (0, 2) == (report(spool / "done/a.csv")["accepted"], report(spool / "done/a.csv")["known"])
    again = watch(ask, spool)
    table(spool / "b.csv", seizure(country="CL"))
    until((spool / "done/b.csv").exists)
    again.send_signal(signal.SIGTERM)
    again.communicate(timeout=60)
    assert (0, 1) == (again.returncode, report(spool / "done/b.csv")["accepted"])


def test_one_process_watches_a_folder(ask, spool):
    with watching.hold(spool / watching.LOCK_NAME), pytest.raises(HeldElsewhereError):
        watching.watch_folder(ask, spool, Source(), None, 0.1)
