"""The audit log: a file of chained lines, whose head is kept in the desk's encrypted database too.

A change and its line are one transaction; then the line goes to the file under fsync. A crash between the
two is mended at the next opening. A file that does not end where the database says was cut or changed: no
further deed is done before somebody looked.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tocsin.adapters.database import Database
from tocsin.adapters.private_files import storage_errors, sync_folder
from tocsin.core.audit_chain import MAX_LINE_BYTES, Deed, Head, next_line, read_line
from tocsin.core.errors import StorageError, UntrustedError

FILE_NAME = "audit.jsonl"


class AuditLog:
    """The log of one home. `note` and `begin_anew` happen inside the caller's transaction."""

    def __init__(self, path: Path, database: Database) -> None:
        self.path = path
        self._database = database

    def note(self, deed: Deed, at_s: int) -> None:
        """This is done by the transaction that is under way; `write_out` puts it into the file."""
        line, head = next_line(self._last_noted(), deed, at_s)
        row = (head.number, head.hash, line)
        self._database.execute("INSERT INTO audit_pending VALUES (?, ?, ?)", row)

    def write_out(self) -> None:
        """Put what was noted into the file. Raises UntrustedError where the file is not as it was left."""
        head = self.head()
        for number, found, line in self._pending():
            with storage_errors(self.path):
                self._append(head, line)
            head = Head(number, found)
            with self._database.transaction():
                sql = "UPDATE audit_head SET number = ?, hash = ?"
                self._database.execute(sql, (number, found))
                self._database.execute("DELETE FROM audit_pending WHERE number = ?", (number,))

    def check_end(self) -> None:
        """Raises UntrustedError where the file does not end with the line that was written last."""
        head, end = self.head(), self._end()
        begun_anew = head == self.first() and end == b""
        if not begun_anew and not _is(end, head):
            raise UntrustedError(
                f"{self.path} does not end where it was left: lines were cut off or changed. Nothing is "
                "done before that is cleared up: tocsin audit verify says where"
            )

    def verify(self) -> Head:
        """Walk the whole file. The head that it and the database agree on.

        Raises UntrustedError saying what is wrong.
        """
        reached, known = self.first(), self.head()
        for line in read_lines(self.path):
            _record, reached = read_line(line, reached)
        if reached.number < known.number:
            missing = known.number - reached.number
            raise UntrustedError(
                f"the last {missing} lines are missing: the log ends at line {reached.number}, and line "
                f"{known.number} was written"
            )
        if reached.number > known.number:
            raise UntrustedError(
                f"the log has {reached.number - known.number} lines more than the database knows of: they "
                "were added from outside, or the database is an older copy"
            )
        if reached != known:
            raise UntrustedError(f"the log was written anew: its last line {reached.number} is another one")
        return known

    def begin_anew(self, aside: Path) -> None:
        """Put a damaged file aside and go on in a new one from the last head. Call before `note`."""
        if self.path.exists():
            with storage_errors(aside):
                self.path.rename(aside)
                sync_folder(self.path.parent)
        head = self.head()
        sql = "UPDATE audit_head SET first_number = ?, first_hash = ?"
        self._database.execute(sql, (head.number, head.hash))

    def head(self) -> Head:
        """The last line that is in the file, as the database knows it."""
        return self._heads()[1]

    def first(self) -> Head:
        """What the file's first line follows."""
        return self._heads()[0]

    def _heads(self) -> tuple[Head, Head]:
        for first, first_hash, number, found in self._database.execute(
            "SELECT first_number, first_hash, number, hash FROM audit_head"
        ):
            return Head(first, first_hash), Head(number, found)
        empty = Head()
        self._database.execute(
            "INSERT INTO audit_head VALUES (1, ?, ?, ?, ?)", (*_row(empty), *_row(empty))
        )
        return empty, empty

    def _last_noted(self) -> Head:
        pending = self._pending()
        return Head(*pending[-1][:2]) if pending else self.head()

    def _pending(self) -> list[tuple[int, str, bytes]]:
        rows = self._database.execute("SELECT number, hash, line FROM audit_pending ORDER BY number")
        return [(number, found, bytes(line)) for number, found, line in rows]

    def _append(self, head: Head, line: bytes) -> None:
        end = self._end()
        if end == line:
            return  # the crash came after the line, before the database knew
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            size = file.seek(0, os.SEEK_END)
            if not end.endswith(b"\n") and end and line.startswith(end):
                size -= len(end)  # half a line: the crash came within it
                end = self._end(size)
            if not _is(end, head) and not (end == b"" and head == self.first()):
                raise UntrustedError(f"{self.path} is not as it was left: tocsin audit verify says where")
            file.truncate(size)
            file.seek(size)
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.path.parent)

    def _end(self, size: int | None = None) -> bytes:
        """The last line of the file, or of its first `size` bytes; empty where there is none."""
        try:
            with self.path.open("rb") as file:
                end = file.seek(0, os.SEEK_END) if size is None else size
                start = max(0, end - MAX_LINE_BYTES - 1)
                file.seek(start)
                data = file.read(end - start)
        except FileNotFoundError:
            return b""
        return data[data.rstrip(b"\n").rfind(b"\n") + 1 :] if data else b""


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of a log, one by one; none where there is no file. Raises StorageError, UntrustedError."""
    try:
        with path.open("rb") as file:
            while line := file.readline(MAX_LINE_BYTES + 1):
                if len(line) > MAX_LINE_BYTES:
                    raise UntrustedError(f"{path} has a line that no audit log writes")
                yield line
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}") from error


def records(path: Path) -> Iterator[tuple[dict[str, Any] | None, str | None]]:
    """(record, None) of each line whose hash fits, (None, why) of the first that does not, which ends it.

    What the log follows is not known here: a file that begins anew is read from its first line.
    """
    head: Head | None = None
    for line in read_lines(path):
        try:
            record, head = read_line(line, head or _before(line))
        except UntrustedError as error:
            yield None, str(error)
            return
        yield record, None


def _before(line: bytes) -> Head:
    import json

    try:
        record = json.loads(line)
        return Head(int(record["n"]) - 1, str(record["previous"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return Head()


def _is(line: bytes, head: Head) -> bool:
    return line.endswith(b"\n") and head.hash.encode() in line and f'"n":{head.number},'.encode() in line


def _row(head: Head) -> tuple[int, str]:
    return head.number, head.hash
