"""What a broker lost after it had acknowledged it: the items go again, as if they had just been accepted.

Their records are not sent again: those who may read have changed since. Nothing is asked here of a broker;
the producer says which places are gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tocsin.adapters.database import Database
from tocsin.adapters.outbox.items import OutboxItems
from tocsin.core.streams import INBOX

LOST = "the broker lost it, and its content is no longer kept here: hand it in again as an update"

_AT = "topic = ? AND partition = ? AND place IS NOT NULL"
_COUNT = f"SELECT count(*) FROM records WHERE {_AT}"  # noqa: S608 - constants
_NTH = f"SELECT place, leaf FROM records WHERE {_AT} ORDER BY place LIMIT 1 OFFSET ?"  # noqa: S608 - constants
_NEWEST = f"SELECT place, leaf FROM records WHERE {_AT} ORDER BY place DESC LIMIT 1"  # noqa: S608 - constants
_SINCE = f"SELECT min(time_s) FROM records WHERE {_AT} AND place >= ?"  # noqa: S608 - constants
_THERE = """place IS NOT NULL AND
    ((topic = ? AND partition = ? AND place >= ?) OR (stream = ? AND time_s >= ?))"""
_GONE = f"record IN (SELECT id FROM records WHERE {_THERE})"  # noqa: S608 - constants
_AGAIN = f"""UPDATE destinations SET record = NULL WHERE {_GONE} AND
    (SELECT body FROM items WHERE id = item) IS NOT NULL"""  # noqa: S608 - constants
_REFUSE = f"UPDATE destinations SET refused = ?, record = NULL WHERE {_GONE}"  # noqa: S608 - constants
_FORGET_PLACES = f"UPDATE records SET place = NULL WHERE {_THERE}"  # noqa: S608 - constants
_UNSENT = "topic = ? AND partition = ? AND value IS NOT NULL"
_BEHIND = f"""UPDATE destinations SET record = NULL
    WHERE record IN (SELECT id FROM records WHERE {_UNSENT})"""  # noqa: S608 - constants
_NEVER_SENT = f"UPDATE records SET value = NULL WHERE {_UNSENT}"  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A record of ours that a broker acknowledged, and where."""

    offset: int
    leaf: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Lost:
    """Items on their way again, and those whose content is not kept any more, by destination."""

    again: int = 0
    gone: int = 0


class OutboxLost:
    """Writes happen inside the caller's transaction."""

    def __init__(self, database: Database, items: OutboxItems) -> None:
        self._database, self._items = database, items

    def count(self, topic: str, partition: int) -> int:
        """How many records were acknowledged in a partition."""
        return int(self._database.execute(_COUNT, (topic, partition))[0][0])

    def nth(self, topic: str, partition: int, number: int) -> Acknowledged:
        """The acknowledged record with this number (from 0) in the order of a partition."""
        ((offset, leaf),) = self._database.execute(_NTH, (topic, partition, number))
        return Acknowledged(offset, leaf)

    def newest(self, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Acknowledged]:
        """The record that was acknowledged at the greatest offset of each partition, where one was."""
        rows = {place: self._database.execute(_NEWEST, place) for place in places}
        return {place: Acknowledged(*found[0]) for place, found in rows.items() if found}

    def send_again(self, topic: str, partition: int, from_offset: int) -> Lost:
        """What was acknowledged from an offset on is not there any more; its items wait again.

        So do those that went to somebody's inbox since then: nobody but its owner can look there, and who
        has them drops the second copy. What was sealed for this partition and not acknowledged waits behind
        them again, so that the order stays; its counters are not given a second time.
        """
        ((since_s,),) = self._database.execute(_SINCE, (topic, partition, from_offset))
        if since_s is None:
            return Lost()
        which = (topic, partition, from_offset, INBOX, since_s)
        self._database.execute(_AGAIN, which)
        again = self._database.changes()
        self._database.execute(_REFUSE, (LOST, *which))
        gone = self._database.changes()
        self._database.execute(_FORGET_PLACES, which)
        for sql in (_BEHIND, _NEVER_SENT):
            self._database.execute(sql, (topic, partition))
        self._items.forget_cache()
        return Lost(again, gone)
