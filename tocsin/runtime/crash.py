"""What a bug prints: where it happened, never a value.

The message of an unexpected exception can quote a report or a passphrase, so only its type and the
places are shown. `TOCSIN_TRACEBACK=full` shows the messages, for a developer with invented data.
"""

from __future__ import annotations

import os
import traceback
from pathlib import Path

FULL = "full"


def describe(error: BaseException) -> str:
    """The text for stderr: type and places of `error` and of what caused it."""
    if os.environ.get("TOCSIN_TRACEBACK") == FULL:
        return "".join(traceback.format_exception(error))
    lines = ["tocsin: a bug, please report it (values are left out: they could quote a report)"]
    for one in _chain(error):
        lines.append(f"{type(one).__module__}.{type(one).__qualname__}")
        lines += [
            f"  {frame.filename}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(one.__traceback__)
        ]
    return "\n".join(lines) + "\n"


def place(error: BaseException) -> str:
    """File and line where `error` was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    waiting: list[BaseException] = [error]
    while waiting:
        one = waiting.pop()
        if one in chain:
            continue
        chain.append(one)
        waiting += [cause for cause in (one.__context__, one.__cause__) if cause is not None]
        waiting += list(one.exceptions) if isinstance(one, BaseExceptionGroup) else []
    return chain
