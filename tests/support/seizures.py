"""Where the real seizures are, if they are anywhere."""

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[2] / "../shared/data/unodc-ids-2011-2014.csv.gz"


def seizures_path() -> Path:
    """The file of UNODC's Individual Drug Seizures; skips the test where it is missing."""
    path = Path(os.environ.get("TOCSIN_SEIZURES") or BESIDE)
    if not path.is_file():
        pytest.skip("TOCSIN_SEIZURES names no file of UNODC seizures")
    return path
