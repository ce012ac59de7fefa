"""The parts of docs/operations.md that the code knows best."""

from __future__ import annotations

from tocsin.runtime.exits import MEANING


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [header, tuple("---" for _ in header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def exits() -> str:
    """Every exit code with its meaning."""
    rows = [(str(int(code)), code.name.lower(), text) for code, text in MEANING.items()]
    return table(("code", "name", "meaning"), rows)
