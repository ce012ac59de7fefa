"""At the end of a round: does each reader that came meanwhile show what it is owed, and no more?"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from tests.chaos.checker import Verdict, judge_member
from tests.chaos.client import Client
from tests.chaos.history import History, Receipt, Shown
from tests.chaos.members import Guest
from tests.chaos.watcher import read_page
from tests.chaos.world import World

POLL_S = 0.2
GRACE_S = 2.0
"""So long a suspended reader is given to show what it must not."""


def judge_guests(
    world: World, receipts: Sequence[Receipt], first_shown_s: Mapping[str, float], wait_s: float
) -> tuple[list[str], list[str]]:
    """(faults, a line for each guest). `receipts`: of all rounds."""
    faults, lines = [], []
    for guest in world.members.guests:
        verdict, shown = _judge(world, guest, receipts, first_shown_s, wait_s)
        alarms = world.stage.tocsin(guest.name, "alarms", "--json", expect=None).lines()
        refused = world.stage.tocsin(guest.name, "quarantine", "list", "--json").lines()
        strange = [*verdict.faults, *(f"alarm: {one}" for one in alarms[:3])]
        strange += [f"quarantined: {one}" for one in refused[:3]]
        faults += [f"{guest.name}: {one}" for one in strange]
        lines.append(_line(guest, verdict, shown))
    return faults, lines


def _judge(
    world: World,
    guest: Guest,
    receipts: Sequence[Receipt],
    first_shown_s: Mapping[str, float],
    wait_s: float,
) -> tuple[Verdict, int]:
    """Wait until it shows all that it is owed, and a little more if it is suspended."""
    membership = world.members.membership(guest)
    client, shown = Client(guest.service.port, guest.token), list[Shown]()
    end_s = time.monotonic() + wait_s
    while True:
        page = read_page(client, shown[-1].cursor if shown else 0)
        shown += page
        verdict = judge_member(History(receipts, shown=shown), membership, first_shown_s)
        if not page and (not verdict.lost or time.monotonic() > end_s):
            break
        world.hold(POLL_S)
    if guest.suspended is not None:
        world.hold(GRACE_S)
        shown += read_page(client, shown[-1].cursor if shown else 0)
        verdict = judge_member(History(receipts, shown=shown), membership, first_shown_s)
    client.close()
    return verdict, len(shown)


def _line(guest: Guest, verdict: Verdict, shown: int) -> str:
    line = (
        f"{guest.name} was admitted: owed {verdict.acknowledged}, lost {len(verdict.lost)}, shown {shown}"
    )
    if guest.suspended is None:
        return line
    return f"{line}; suspended: {verdict.forbidden} came after, of which shown {len(verdict.leaked)}"
