"""What an officer should look at again in a checked report: the core's doubts, and own watch-lists."""

from __future__ import annotations

from tocsin.adapters.airports import airport_country
from tocsin.core.report import CheckedReport
from tocsin.core.report_doubts import Doubt, doubts
from tocsin.core.watch_lists import WatchLists


def all_doubts(report: CheckedReport, lists: WatchLists) -> tuple[Doubt, ...]:
    """Everything that is probably mistyped, then what stands on one of `lists`."""
    return (*doubts(report, airport_country), *lists.doubts(report))
