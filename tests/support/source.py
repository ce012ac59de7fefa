"""Reads the project's own source for the architecture's tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("tocsin", "services", "schemas", "deploy")


def source_files(*folders: str) -> Iterator[Path]:
    for folder in folders or PACKAGES:
        yield from sorted((ROOT / folder).rglob("*.py"))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_without_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    assert first
    return (node.end_lineno or 0) - body[0].lineno + 1
