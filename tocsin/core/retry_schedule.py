"""Law: when a delivery that failed is tried again, and when it is given up.

It guarantees that nothing is given up within 72 hours of its first try, that the last try is made at
their end, that pauses grow and are spread so that many senders do not come back at once, and that a
receiver's Retry-After is kept within bounds. Time and spread are arguments; what becomes of what is given
up (the list of the dead) is left to the shell. Source: Standard Webhooks, "Delivery".
"""

from __future__ import annotations

PAUSES_S = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400)
LONGEST_PAUSE_S = 21_600
GIVE_UP_AFTER_S = 72 * 3_600
LONGEST_SINK_PAUSE_S = 300


def pause_s(failures: int, spread: float, longest_s: int = LONGEST_PAUSE_S) -> int:
    """The pause after so many failures in a row (from 1); `spread` 0 to 1 moves it by a quarter."""
    planned_s = PAUSES_S[failures - 1] if failures <= len(PAUSES_S) else LONGEST_PAUSE_S
    return max(1, round(min(planned_s, longest_s) * (0.75 + 0.5 * spread)))


def next_try_s(
    first_try_s: int, now_s: int, failures: int, spread: float, retry_after_s: int | None = None
) -> int | None:
    """When to try again what failed for the `failures`-th time at `now_s`; None: it is given up.

    `retry_after_s`: what the receiver asked for, heard up to six hours.
    """
    ends_s = first_try_s + GIVE_UP_AFTER_S
    if now_s >= ends_s:
        return None
    wait_s = pause_s(failures, spread)
    if retry_after_s is not None:
        wait_s = max(wait_s, min(retry_after_s, LONGEST_PAUSE_S))
    return min(now_s + wait_s, ends_s)
