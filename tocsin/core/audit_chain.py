"""Law: the lines of an audit log, each bound to the one before it.

It guarantees that a line which is changed, removed, added or moved breaks the chain at its place, and that
a line has no field for what a report or alert says. Lines cut off at the end leave a chain that holds:
they are missed only against a head that was kept elsewhere, which is left to the caller.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tocsin.core import canonical_json
from tocsin.core.errors import MalformedError, RefusedByRuleError, UntrustedError
from tocsin.core.field_checks import names_somebody
from tocsin.core.primitives import sha256

LABEL = b"tocsin/1/audit\0"
BY_THE_HOME = "home"
"""Who acts where nobody said who: the holder of the home's passphrase."""
BY_RULE = "tocsin"
"""Who acts where no person does: the program, by its rules."""
MAX_REASON_CHARACTERS = 300
MAX_LINE_BYTES = 16_384
MAX_DETAILS = 64
_FIELDS = {"n", "at_s", "who", "did", "what", "reason", "details", "previous", "hash"}


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did what to which thing (an id, never its content), and why; `details` are words and ids."""

    who: str
    did: str
    what: str
    reason: str = field(default="", repr=False)
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """The last line: its number from 1, and its hash in hex."""

    number: int = 0
    hash: str = "0" * 64


def check_reason(reason: str) -> str:
    """`reason`, one line for people who audit. Raises RefusedByRuleError for an empty or long one, and for
    what looks like a number or address of somebody: the log is read by others than reports are.
    """
    if not 0 < len(reason.strip()) <= MAX_REASON_CHARACTERS or not reason.isprintable():
        raise RefusedByRuleError(f"a reason is one line of 1 to {MAX_REASON_CHARACTERS} characters")
    if names_somebody(reason):
        raise RefusedByRuleError(
            "a reason holds no telephone, parcel or account number and no address: others read this log"
        )
    return reason.strip()


def next_line(head: Head, deed: Deed, at_s: int) -> tuple[bytes, Head]:
    """The line after `head` (with its newline), and the new head."""
    record = {
        "n": head.number + 1,
        "at_s": at_s,
        "who": deed.who,
        "did": deed.did,
        "what": deed.what,
        "reason": deed.reason,
        "details": list(deed.details[:MAX_DETAILS]),
        "previous": head.hash,
    }
    found = Head(head.number + 1, _hash(record))
    return canonical_json.dump(record | {"hash": found.hash}) + b"\n", found


def read_line(line: bytes, head: Head) -> tuple[dict[str, Any], Head]:
    """The record of the line that follows `head`, and the head after it.

    Raises UntrustedError saying at which line the chain breaks.
    """
    number = head.number + 1
    try:
        record = canonical_json.load(line)
    except MalformedError:
        record = None
    if not isinstance(record, dict) or record.keys() != _FIELDS:
        raise UntrustedError(f"line {number} is no line of an audit log: it was changed")
    stated = record["hash"]
    kept = {name: value for name, value in record.items() if name != "hash"}
    if canonical_json.dump(record) != line.rstrip(b"\n"):
        raise UntrustedError(f"line {number} is not written as it was: it was changed")
    if record["n"] != number or record["previous"] != head.hash:
        raise UntrustedError(
            f"line {number} does not follow the line before it: lines were removed or moved"
        )
    if _hash(kept) != stated:
        raise UntrustedError(f"line {number} was changed: its hash does not fit")
    return record, Head(number, str(stated))


def walk(lines: Iterable[bytes], head: Head | None = None) -> Head:
    """The head at the end of `lines`, the chain being whole from `head` (None: the beginning).

    Raises UntrustedError.
    """
    reached = head or Head()
    for line in lines:
        _record, reached = read_line(line, reached)
    return reached


def _hash(record: dict[str, Any]) -> str:
    return sha256(LABEL + canonical_json.dump(record)).hex()
