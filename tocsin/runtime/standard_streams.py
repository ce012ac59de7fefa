"""Standard output and error as every command needs them, whatever started it."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

from tocsin.core.errors import StorageError


def prepare() -> None:
    """What is piped is UTF-8, as JSON Lines are; a terminal of another encoding is shown what it lacks as
    `?`. A stream that is closed takes everything and keeps nothing.
    """
    if sys.stdout is None:
        sys.stdout = _nowhere()
    if sys.stderr is None:
        sys.stderr = _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue  # a stand-in
        if stream.isatty():
            stream.reconfigure(errors="replace")
        else:
            # Half a surrogate pair, which UTF-8 has no bytes for, is an escape in JSON as well.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def write_out(text: str) -> None:
    """Write `text` to standard output, so that a reader of the pipe has it now.

    Raises StorageError where it takes no more, such as a file on a full disk; BrokenPipeError where
    nobody reads it.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_stdout()
        raise StorageError(f"standard output takes no more: {error.strerror}") from error


def discard_stdout() -> None:
    """Let what is left for standard output go nowhere: the interpreter flushes it at its end, and would
    complain again.
    """
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def _nowhere() -> io.TextIOWrapper:
    return Path(os.devnull).open("w", encoding="utf-8")
