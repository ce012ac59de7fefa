"""Takes back what was sealed under a key since it was stolen, so that it leaves again under another.

Source: wire format, "Retired record keys": items deduplicate, so a reader that has one has it once.
"""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.adapters.outbox.store import Outbox
from tocsin.core.outcomes import LogHead
from tocsin.core.public_keys import Final
from tocsin.core.streams import INBOX

_LOGS = "SELECT topic, stream, scope FROM logs WHERE stream <> ?"
_LAST = """SELECT session, counter, leaf FROM records WHERE stream = ? AND scope = ? AND time_s < ?
    ORDER BY id DESC LIMIT 1"""
_LOST = """SELECT count(*) FROM destinations d JOIN items i ON i.id = d.item JOIN records r
    ON r.id = d.record WHERE r.time_s >= ? AND i.body IS NULL"""
_AGAIN = """UPDATE destinations SET record = NULL WHERE record IN (SELECT id FROM records
    WHERE time_s >= ?) AND item IN (SELECT id FROM items WHERE body IS NOT NULL)"""
_NEVER_SENT = "UPDATE records SET value = NULL WHERE time_s >= ? AND value IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Cut:
    """`final`: the heads before the theft. `again`: items that wait once more, for all their
    destinations; `lost`: those whose bodies are too old to be kept.
    """

    final: Final
    again: int
    lost: int


def cut_off(outbox: Outbox, since_s: int, signing_key: bytes) -> Cut:
    """Set our logs back to before `since_s`. Call inside a transaction; nothing may be sealed meanwhile.

    A log goes on from its final head: who reads it anew sees no gap, who read on sees one alarm.
    """
    database = outbox.database
    final: dict[tuple[str, str], tuple[int, int, bytes]] = {}
    for topic, stream, scope in database.execute(_LOGS, (INBOX,)):
        rows = database.execute(_LAST, (stream, scope, since_s))
        if rows:
            session, counter, leaf = rows[0]
            final[stream, scope] = (session, counter, leaf)
            outbox.logs.move(topic, stream, scope, LogHead(session, counter, leaf), signing_key)
        else:
            outbox.logs.forget(stream, scope)
    ((lost,),) = database.execute(_LOST, (since_s,))
    database.execute(_AGAIN, (since_s,))
    again = database.changes()
    database.execute(_NEVER_SENT, (since_s,))
    outbox.items.forget_cache()
    return Cut(final, again, int(lost))
