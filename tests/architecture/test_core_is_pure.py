"""What import contracts cannot see: the core never awaits, never asks a clock."""

import ast

import pytest

from tests.support.source import ROOT, source_files, tree

CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter"}
CORE = list(source_files("tocsin/core"))


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
def test_the_core_never_awaits(path) -> None:
    waiting = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    assert [] == [node.lineno for node in ast.walk(tree(path)) if isinstance(node, waiting)]


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
def test_the_core_never_asks_a_clock(path) -> None:
    calls = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "date", "time"}
    ]
    assert [] == calls


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
def test_randomness_lives_in_one_module(path) -> None:
    imported = {
        alias.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert path.stem == "primitives" or not imported & {"secrets", "random", "uuid4", "urandom"}


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
def test_every_module_of_the_core_opens_with_its_law(path) -> None:
    text = ast.get_docstring(tree(path)) or ""
    assert path.stem == "__init__" or len(text.split()) >= 12, f"{path.relative_to(ROOT)} says no law"
