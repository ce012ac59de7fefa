"""Law: a span of time in words for people, rounded down to its largest unit; it is never read back."""

from __future__ import annotations

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def span(seconds: int) -> str:
    """`3 days`, `5 hours`, `1 minute`, `less than a minute`."""
    for size_s, name in _UNITS:
        if seconds >= size_s:
            count = seconds // size_s
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "less than a minute"
