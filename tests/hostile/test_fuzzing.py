"""A fuzz loop in a subprocess with a memory limit: whatever is changed is refused, and nothing dies."""

import json
import subprocess
import sys

import pytest

from tests.support.source import ROOT

ROUNDS = 3_000


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_that_was_changed_is_accepted_and_nothing_dies_of_it(seed: int) -> None:
    command = [sys.executable, "-m", "tests.support.fuzzing", str(seed), str(ROUNDS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    assert [] == json.loads(done.stdout)
