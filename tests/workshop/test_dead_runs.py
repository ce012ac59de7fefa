"""What a run of tests leaves behind: gone when it ends, and at the next start where it was killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import run
from tests.support.stage import ROOT

RUN = "import os, subprocess, sys, time; from tests.support import run; run.begin()\n"
CHILD = RUN + "print(subprocess.Popen(['sleep', '600']).pid, flush=True)\n"
MOUNT = (
    RUN
    + "subprocess.run(['mount', '-t', 'tmpfs', run.name(), sys.argv[1]], check=True)\nprint(flush=True)\n"
)
FOLDER = RUN + "kept = run.folder(); print(kept.name, flush=True)\n"
CLEANED = (
    RUN
    + """
try:
    print(flush=True)
    time.sleep(600)
finally:
    time.sleep(0.3)
    print("cleaned up", flush=True)
"""
)


def started(code, *words):
    """A run of its own, and the first line that it said."""
    command = [sys.executable, "-c", code + "time.sleep(600)\n", *map(str, words)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().strip()


def killed(process):
    process.kill()
    process.wait()
    process.stdout.close()


def test_what_a_killed_run_started_is_ended_at_the_next_start():
    process, pid = started(CHILD)
    killed(process)
    assert any(f"process {pid} of" in line for line in run.clean_up())


def test_what_a_living_run_started_is_left_alone():
    process, pid = started(CHILD)
    assert not any(f"process {pid} of" in line for line in run.clean_up())
    killed(process)
    run.clean_up()


@pytest.mark.skipif(os.getuid() != 0, reason="only root may mount")
def test_what_a_killed_run_mounted_is_taken_away_at_the_next_start(tmp_path):
    process, _ = started(MOUNT, tmp_path)
    assert tmp_path.is_mount()
    killed(process)
    run.clean_up()
    assert not tmp_path.is_mount()


def test_the_folder_of_a_killed_run_is_taken_away_at_the_next_start():
    process, folder = started(FOLDER)
    killed(process)
    assert Path(folder).exists()
    run.clean_up()
    assert not Path(folder).exists()


def test_a_run_that_is_asked_twice_to_end_cleans_up_first():
    process, _ = started(CLEANED)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    assert "cleaned up" in process.communicate(timeout=60)[0]
