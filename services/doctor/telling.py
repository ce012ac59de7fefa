"""Shows findings: a line each on a terminal, with what to do beneath; JSON Lines in a pipe."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Collection

from services.doctor.case import Asked, case_of
from services.doctor.examining import examine, exit_of
from tocsin.core.findings import Finding, summary
from tocsin.core.symptoms import Check
from tocsin.runtime import console
from tocsin.runtime.exits import Exit

LEVEL_WIDTH, CHECK_WIDTH = 8, 11


def examine_told(asked: Asked, wanted: Collection[Check], *, as_json: bool) -> Exit:
    """Run the checks of `wanted`, tell each finding as it comes, and say how it ends."""
    return asyncio.run(_told(asked, wanted, as_json=console.wants_json(as_json)))


async def _told(asked: Asked, wanted: Collection[Check], *, as_json: bool) -> Exit:
    found: list[Finding] = []
    async for one in examine(case_of(asked), wanted, _begins):
        found.append(one)
        if as_json:
            console.json_line(one.row())
        else:
            console.data(line(one))
    console.say(summary(found))
    return exit_of(found)


def _begins(check: Check) -> None:
    # Where findings go to a file or another program, a person still sees what takes so long.
    if sys.stderr.isatty() and not sys.stdout.isatty():
        console.say(f"{check} …")


def line(one: Finding) -> str:
    """A finding for people."""
    where = f" ({one.where})" if one.where else ""
    text = f"{one.level:<{LEVEL_WIDTH}}{one.check:<{CHECK_WIDTH}}{one.what}{where}"
    advice = f"\n{'':{LEVEL_WIDTH + CHECK_WIDTH}}-> {one.do}" if one.do else ""
    return console.harmless(text + advice)
