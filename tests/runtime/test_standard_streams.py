"""What starts a command may give it any standard output; what it writes there stays whole or is a fault."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CODES = ("codes", "list", "kinds", "--lang", "ar")


def run(*words, **options):
    command = [sys.executable, "-m", "tocsin.main", *words]
    environment = os.environ | options.pop("environment", {})
    return subprocess.run(command, env=environment, check=False, **options)


def test_json_lines_in_a_pipe_are_utf_8_whatever_the_machine_speaks() -> None:
    found = run(*CODES, environment={"PYTHONIOENCODING": "ascii"}, capture_output=True)
    lines = [json.loads(line) for line in found.stdout.decode().splitlines()]
    assert (0, b"", "ضبطية") == (found.returncode, found.stderr, lines[0]["label"])


def test_a_standard_output_that_is_closed_is_no_bug() -> None:
    shell = f"{sys.executable} -m tocsin.main {' '.join(CODES)} >&-"
    found = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, check=False)
    assert (0, b"") == (found.returncode, found.stderr)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_standard_output_on_a_full_disk_is_a_fault_that_is_said() -> None:
    with Path("/dev/full").open("wb") as full:
        found = run(*CODES, stdout=full, stderr=subprocess.PIPE)
    said = b"error: standard output takes no more: No space left on device\n"
    assert (6, said) == (found.returncode, found.stderr)
