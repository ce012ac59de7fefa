"""Law: when a sink may be given what came for it: quiet hours by a zone's clock, and digests.

It guarantees that a time it names lies outside the quiet hours and is never before now, so that what is
held is delivered after, and nothing is dropped for the hour at which it came. The zone comes in as an
argument; who waits until then is left to the shell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from tocsin.core.errors import SettingsError

MAX_DIGEST_S = 86_400
_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `begin` until `end` (not included) on the clock of `zone`; over midnight where end < begin."""

    begin: time
    end: time
    zone: tzinfo

    def ends_s(self, at_s: int) -> int:
        """When the quiet hours around `at_s` (Unix seconds) end; `at_s` itself where it is in none."""
        here = datetime.fromtimestamp(at_s, self.zone)
        clock = here.time().replace(second=0, microsecond=0)
        over_midnight = self.end < self.begin
        within = self.begin <= clock < self.end
        if over_midnight:
            within = clock >= self.begin or clock < self.end
        if not within:
            return at_s
        tomorrow = over_midnight and clock >= self.begin
        day = here.date() + timedelta(days=1 if tomorrow else 0)
        # An end that the clock shows twice, or skips, when it is set: the later reading of it, so that
        # nothing comes inside.
        end = datetime.combine(day, self.end, self.zone)
        return max(at_s, *(int(end.replace(fold=fold).timestamp()) for fold in (0, 1)))


@dataclass(frozen=True, slots=True)
class Pace:
    """`digest_s`: what comes is held to the next whole multiple of so many seconds (UTC); 0: at once."""

    quiet: Quiet | None = None
    digest_s: int = 0

    def due_s(self, now_s: int) -> int:
        """When what came at `now_s` may be delivered."""
        due_s = now_s
        if self.digest_s:
            due_s = -(-now_s // self.digest_s) * self.digest_s
        return due_s if self.quiet is None else self.quiet.ends_s(due_s)


def parse_quiet(text: str, zone: tzinfo = UTC) -> Quiet:
    """From `22:00-06:00`. Raises SettingsError."""
    match = _HOURS.fullmatch(text.strip())
    if match is None:
        raise SettingsError(f"quiet hours {text!r}: write them as 22:00-06:00")
    first, second, third, fourth = map(int, match.groups())
    if (first, second) == (third, fourth):
        raise SettingsError(f"quiet hours {text!r} have no length: nothing would be held, or all for ever")
    return Quiet(time(first, second), time(third, fourth), zone)
