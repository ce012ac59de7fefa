"""Refused rows as JSON Lines, for the user alone: the file holds the user's own input, so mode 0600."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from services.producer.importing.run_import import RefusedRow


@contextmanager
def refused_file(path: Path) -> Iterator[Callable[[RefusedRow], None]]:
    """Opens `path` (an older file of that name is replaced) and yields what writes one row to it.

    Each line: {"line", "problems": [{"column", "reason"}], "row"}. Raises OSError.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)

        def write(refused: RefusedRow) -> None:
            problems = [{"column": column, "reason": reason} for column, reason in refused.problems]
            line = {"line": refused.line, "problems": problems, "row": refused.row}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

        yield write
