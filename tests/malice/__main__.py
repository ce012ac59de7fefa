"""Tells every lie and prints when each was found: `python -m tests.malice`; also as var/malice.json."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

REPORT = Path("var/malice.json")


class Table:
    """Collects what the tests noted with `found`."""

    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            noted = [value for name, value in report.user_properties if name == "malice"]
            self.rows += [{"lie": lie, "found": how, "when": when} for lie, how, when in noted]


def main() -> int:
    """The exit code of the tests: a lie that is not found is a failed test."""
    table = Table()
    code = pytest.main(["-q", str(Path(__file__).parent)], plugins=[table])
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps({"failed": bool(code), "lies": table.rows}, indent=2) + "\n")
    print("| the broker | how it is found | when |\n|---|---|---|")
    for row in table.rows:
        print("| {lie} | {found} | {when} |".format(**row))
    print(f"{len(table.rows)} lies, each found; written to {REPORT}" if not code else "a lie was not found")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
