"""Exit codes of every `tocsin` command, and which error leads to which."""

from __future__ import annotations

from enum import IntEnum

from tocsin.core import errors


class Exit(IntEnum):
    """What the shell is told. `docs/operations.md` prints this table."""

    WHOLE = 0
    BUG = 1
    USAGE = 2
    REFUSED = 3
    BUSY = 4
    INCOMPLETE = 5
    UNREACHABLE = 6
    STALE = 7


MEANING: dict[Exit, str] = {
    Exit.WHOLE: "all that was asked for was done",
    Exit.BUG: "a fault of Tocsin's own; please report it",
    Exit.USAGE: "wrong options, settings, keys or passphrase; nothing was changed",
    Exit.REFUSED: "input was refused, or a rule forbids it; the message names each reason",
    Exit.BUSY: "not by you, or not now: another person must do it, or another process holds this folder",
    Exit.INCOMPLETE: "done as far as possible; something still waits, is parked or missing",
    Exit.UNREACHABLE: "the broker or the disk cannot be used; what was accepted is kept",
    Exit.STALE: "the directory has expired or was never fetched",
}


def exit_for(error: errors.TocsinError) -> Exit:
    """The exit code that tells of `error`; the most specific kind decides."""
    match error:
        case errors.HeldElsewhereError() | errors.NotThisPersonError():
            return Exit.BUSY
        case errors.DirectoryStaleError():
            return Exit.STALE
        case errors.RefusedByRuleError() | errors.TheirFault() | errors.BrokerForbidsError():
            return Exit.REFUSED
        case errors.LoginUnusableError():
            return Exit.USAGE
        case errors.OutsideFault():
            return Exit.UNREACHABLE
        case _:
            return Exit.USAGE
