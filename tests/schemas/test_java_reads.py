"""Apache Avro in Java reads every report of ours, in every version, and writes the same bytes."""

import subprocess
import sys
from itertools import product
from typing import Any

import pytest

from scripts.check_schemas import CONTRACT
from tests.core.test_report_traces import FULL
from tests.support.incidents import SEIZURE
from tests.support.reports import NOW_S, smallest_report
from tests.support.source import ROOT
from tocsin.core.avro import Codec
from tocsin.core.report import check_incident
from tocsin.runtime.exits import Exit

VERSIONS = sorted((CONTRACT / "released" / "reports" / "incident_report").glob("*.avsc"))
REPORTS: list[dict[str, Any]] = [
    smallest_report(),
    SEIZURE,
    smallest_report(**FULL | {"asked_unknown": ["quantity"]}),
]
BODIES = [check_incident(one, now_s=NOW_S).body for one in REPORTS]
CODECS = {path: Codec(path.read_bytes()) for path in VERSIONS}


@pytest.fixture(scope="module")
def rewritten():
    """(version written, version read, number of the report) -> the bytes that Java writes."""
    cases = [
        (writer, reader, n) for writer, reader in product(VERSIONS, VERSIONS) for n in range(len(BODIES))
    ]
    lines = [f"{writer} {reader} {CODECS[writer].encode(BODIES[n]).hex()}\n" for writer, reader, n in cases]
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.java_rewriting"],
        cwd=ROOT, input="".join(lines), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == Exit.UNREACHABLE:
        pytest.skip(done.stderr.strip())
    assert 0 == done.returncode, done.stderr
    return dict(zip(cases, map(bytes.fromhex, done.stdout.split()), strict=True))


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.stem)
def test_java_writes_what_it_read_byte_for_byte(rewritten, version) -> None:
    for number, body in enumerate(BODIES):
        assert CODECS[version].encode(body) == rewritten[version, version, number]


def test_an_old_reader_reads_a_new_report_without_what_it_has_no_field_for(rewritten) -> None:
    old, new = VERSIONS[0], VERSIONS[-1]
    for number, body in enumerate(BODIES):
        assert CODECS[old].encode(body) == rewritten[new, old, number]


def test_a_new_reader_reads_an_old_report_and_finds_nothing_in_the_new_fields(rewritten) -> None:
    old, new = VERSIONS[0], VERSIONS[-1]
    for number, body in enumerate(BODIES):
        known = CODECS[old].decode(CODECS[old].encode(body))
        again = CODECS[new].decode(rewritten[old, new, number])
        assert known == {name: CODECS[old].decode(CODECS[old].encode(again))[name] for name in known}
        assert all(again[name] in (None, []) for name in again.keys() - known.keys())
