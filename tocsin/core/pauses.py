"""Law: whether a pause has passed by a wall clock that may be set forward and back.

A time that lies ahead of the clock was noted before the clock was set back: nothing waits until the clock
has come there again. What is done too often by it is harmless. Reading the clock is left to the caller.
"""

from __future__ import annotations


def has_passed(since_s: int, pause_s: int, now_s: int) -> bool:
    """Whether `pause_s` seconds went by since `since_s`, or the clock was set back behind it."""
    return not since_s <= now_s < since_s + pause_s
