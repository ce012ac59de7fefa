"""Malformed rows kept aside for their firm alone, only where it asks and names the file (0600)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tocsin.adapters.tables.rows import BadRow
from tocsin.adapters.whole_files import writing_whole

MAX_KEPT_ROWS = 100_000


@contextmanager
def writing_aside(path: Path | None) -> Iterator[Callable[[BadRow], None]]:
    """What keeps a row in `path`, as JSON Lines: {"line", "reason", "row"}; nothing for None.

    At most MAX_KEPT_ROWS rows. Raises StorageError; then `path` is as it was.
    """
    if path is None:
        yield lambda _: None
        return
    kept = 0
    with writing_whole(path) as file:

        def keep(row: BadRow) -> None:
            nonlocal kept
            kept += 1
            if kept <= MAX_KEPT_ROWS:
                record = {"line": row.line, "reason": row.reason, "row": row.text}
                file.write(
                    json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
                )

        yield keep
