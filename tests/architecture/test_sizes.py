"""Small files and small functions: a stranger finds the right place in one look."""

from tests.support.source import ROOT, functions, lines_without_docstring, source_files

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
MAX_MAIN_LINES = 15


def test_no_file_is_longer_than_300_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in source_files()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > MAX_FILE_LINES
    }
    assert {} == long


def test_no_function_is_longer_than_40_lines_without_its_docstring() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.name}": count
        for path in source_files()
        for node in functions(path)
        if (count := lines_without_docstring(node)) > MAX_FUNCTION_LINES
    }
    assert {} == long


def test_nine_in_ten_functions_have_at_most_25_lines() -> None:
    counts = [lines_without_docstring(node) for path in source_files() for node in functions(path)]
    short = [count for count in counts if count <= 25]
    assert len(short) >= 0.9 * len(counts)


def test_a_main_only_starts_its_service() -> None:
    mains = list((ROOT / "services").rglob("__main__.py"))
    assert mains
    assert [] == [str(path) for path in mains if len(path.read_text().splitlines()) > MAX_MAIN_LINES]
