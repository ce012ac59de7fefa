"""Law: what a standby is told about its own standing.

It guarantees that a standby that would be of no use, or is in use, is never called well. What it may do
is left to `standby`. Source: docs/operations.md, "Doctor", "A standby for the timestamp".
"""

from __future__ import annotations

from tocsin.core.findings import Finding, ill, well
from tocsin.core.standby import Choice, Turn
from tocsin.core.symptoms import Check, Symptom


def judge_standby(choice: Choice, where: str, *, stands_in: bool) -> Finding:
    """What `choice` means for whoever keeps the standby; `stands_in`: it signed the timestamp of now."""
    if choice.turn is Turn.REFUSE:
        return ill(Symptom.STANDBY_REFUSES, where, choice.reason)
    if choice.turn is Turn.SIGN or stands_in:
        return ill(Symptom.STANDS_IN, where, choice.reason)
    return well(Check.KEYS, f"the root names this standby, and it waits: {choice.reason}", where)
