"""Nothing that is committed names a package registry's host, or a path of somebody's machine."""

import re
import subprocess

from tests.support.source import ROOT

FORBIDDEN = re.compile(
    rb"pypi\.org|pythonhosted|repo1?\.maven|maven\.org|registry\.npmjs|crates\.io|/work/|/home/\w|/root/"
)
THIS_TEST = "tests/architecture/test_nothing_foreign.py"


def test_no_committed_file_names_a_registry_or_a_machine() -> None:
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.split(b"\0")
    found = {
        name.decode(): match.group()
        for name in filter(None, names)
        if name.decode() != THIS_TEST
        and (ROOT / name.decode()).is_file()
        and (match := FORBIDDEN.search((ROOT / name.decode()).read_bytes()))
    }
    assert {} == found


def test_no_lock_file_records_hosts() -> None:
    assert [] == [name for name in ("uv.lock", "package-lock.json") if (ROOT / name).exists()]
