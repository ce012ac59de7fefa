"""Times as people and programs read and write them: always UTC, and always said so."""

from __future__ import annotations

from datetime import UTC, datetime


def clock_time(time_s: int) -> str:
    """Unix seconds for people: `2026-11-25 09:12 UTC`."""
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%d %H:%M UTC")


def iso_time(time_s: int) -> str:
    """Unix seconds for programs: `2026-11-25T09:12:00Z`."""
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_time(text: str) -> int:
    """Unix seconds of a time in ISO 8601; UTC where it names no zone. Raises ValueError."""
    time = datetime.fromisoformat(text)
    return int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp())
