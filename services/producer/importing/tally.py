"""How often each reason was given in a file, and where first: what is told at its end."""

from __future__ import annotations

from collections import Counter

from tocsin.adapters.tables.rows import Grid
from tocsin.core.field_checks import Problems

MAX_KEPT_REASONS = 1_000


class Tally(Counter[tuple[str, str]]):
    """Counts (column, reason), at most 1,000 different ones; `first` has the place of the first of each."""

    def __init__(self) -> None:
        super().__init__()
        self.first: dict[tuple[str, str], str] = {}

    def note(self, problems: Problems | tuple[tuple[str, str], ...], grid: Grid, line: int) -> None:
        """Count what was said of one row."""
        for problem in problems:
            if problem in self or len(self) < MAX_KEPT_REASONS:
                self[problem] += 1
                self.first.setdefault(problem, grid.cell(line, problem[0]))
