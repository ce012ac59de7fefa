"""A short fuzz run, and every input that once failed: nothing changed is believed, nothing dies of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.__main__ import CORPUS
from tests.fuzz.targets import TARGETS
from tests.support.source import ROOT

MUTATIONS = 3_000


def fuzz(folder: Path, *words: str) -> tuple[int, dict[str, int], str]:
    """(exit code, sums, what it said) of a run."""
    command = [sys.executable, "-m", "tests.fuzz", "--out", folder, "--corpus", folder / "kept", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    (results,) = folder.glob("*.json")
    return done.returncode, json.loads(results.read_text())["together"], done.stderr


def test_nothing_that_was_changed_is_believed_and_nothing_dies_of_it(tmp_path: Path) -> None:
    code, sums, said = fuzz(tmp_path, "--mutations", str(MUTATIONS), "--workers", "1")
    assert (0, 0, 0) == (code, sums["accepted"], sums["crashes"]), said
    assert sums["inputs"] >= MUTATIONS


def test_a_run_with_the_same_seed_goes_on_behind_what_is_done(tmp_path: Path) -> None:
    words = ("--targets", "wrap,alert", "--workers", "1", "--mutations")
    fuzz(tmp_path, *words, "90")
    code, sums, said = fuzz(tmp_path, *words, "180")
    assert (0, 180) == (code, sums["inputs"]), said
    assert "180 inputs" in said


@pytest.mark.parametrize(
    ("check", "target", "mutations"),
    [
        ("signature", "record", 100),
        ("statement", "statement", 100),
        ("directory", "topic", 100),
        ("paper", "paper", 2_000),  # most changes are refused before a signature is looked at
    ],
)
def test_with_a_check_switched_off_the_run_fails_and_keeps_what_was_believed(
    tmp_path: Path, check: str, target: str, mutations: int
) -> None:
    words = ("--targets", target, "--weaken", check, "--mutations", str(mutations), "--workers", "1")
    code, sums, said = fuzz(tmp_path, *words)
    assert (1, True) == (code, sums["accepted"] > 0), said
    assert list((tmp_path / "kept" / target).iterdir())


@pytest.mark.parametrize("name", ["killed", "hung", "greedy"])
def test_who_dies_hangs_or_eats_too_much_of_an_input_leaves_it_behind(tmp_path: Path, name: str) -> None:
    words = ("--targets", name, "--mutations", "40", "--workers", "1", "--input-s", "3")
    code, sums, said = fuzz(tmp_path, *words)
    assert (1, 40, 1) == (code, sums["inputs"], sums["crashes"]), said
    assert f"{name} 17" == (tmp_path / "kept" / name / "17.bin").read_text()


def kept() -> list[Path]:
    """Inputs that once failed."""
    return sorted(CORPUS.glob("*/*.bin"))


def test_every_kept_input_belongs_to_a_target() -> None:
    assert {path.parent.name for path in kept()} <= set(TARGETS)
    assert kept()


def test_no_input_that_once_failed_is_believed_or_kills_again() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.replay", *kept()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (0, []) == (done.returncode, json.loads(done.stdout or "null")), done.stderr


def test_what_was_not_changed_is_taken_by_every_target_that_can_take_it() -> None:
    """A target whose own examples are refused would show nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.replay", "--examples"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert {} == json.loads(done.stdout), done.stderr
