"""Test builds of the real services that lack one check, so that the chaos run itself can be tested."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _without_fsync() -> None:
    """A commit is answered before it is on disk."""
    from tocsin.adapters import database

    careful = database._tune

    def careless(connection: Any, read_only: bool) -> None:
        careful(connection, read_only)
        if not read_only:
            connection.pragma("synchronous", "off")

    database._tune = careless


def _without_chain_check() -> None:
    """A record that does not continue its log is taken without a word."""
    from tocsin.core import log_heads

    log_heads.judge = lambda *_about: (None, 0)


def _without_duplicate_check() -> None:
    """A reader stores a report again for each region in which it comes."""
    from tocsin.adapters.inbox import store
    from tocsin.adapters.inbox.reports import InboxReports

    once = "    UNIQUE (report_id, originator, version)\n"
    store.MIGRATIONS = tuple(one.replace(f",\n{once}", "\n") for one in store.MIGRATIONS)
    InboxReports.digest = lambda *_place: None


CHECKS: dict[str, Callable[[], None]] = {
    "fsync": _without_fsync,
    "chain-check": _without_chain_check,
    "duplicate-check": _without_duplicate_check,
}
