"""tests/core mirrors tocsin/core, file by file."""

from tests.support.source import ROOT, source_files

WITHOUT_BEHAVIOUR = {"__init__", "errors", "reader"}


def test_every_module_of_the_core_has_its_test() -> None:
    there = {path.stem.removeprefix("test_") for path in (ROOT / "tests" / "core").glob("test_*.py")}
    wanted = {path.stem for path in source_files("tocsin/core")} - WITHOUT_BEHAVIOUR
    assert set() == wanted - there
