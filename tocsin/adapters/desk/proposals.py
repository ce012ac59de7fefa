"""Proposals of alerts, in the desk's database: bounded in number, size and age."""

from __future__ import annotations

import json

from tocsin.adapters.database import Database
from tocsin.adapters.dated_names import dated_name
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.proposals import LIFETIME_S, Proposal, State, from_record, to_record

MAX_WAITING = 500
MAX_RECORD_BYTES = 1_048_576
MIN_PREFIX_CHARACTERS = 6
KEEP_FINISHED_S = 400 * 86_400


class DeskProposals:
    """Writes happen inside the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def new_name(self, now_s: int) -> str:
        """A name that no proposal has. Raises RefusedByRuleError where too many wait unexpired."""
        sql = "SELECT count(*) FROM proposals WHERE state = ? AND changed_at_s > ?"
        ((waiting,),) = self._database.execute(sql, (State.WAITING.value, now_s - LIFETIME_S))
        if waiting >= MAX_WAITING:
            raise RefusedByRuleError(
                f"{waiting} proposals wait, no more are kept: release or refuse some (tocsin alert list)"
            )
        return dated_name("ALERT", now_s)

    def keep(self, one: Proposal) -> None:
        """Put a proposal on disk, in place of what it was. Raises RefusedByRuleError for a huge one."""
        record = json.dumps(to_record(one), ensure_ascii=False)
        if len(record.encode("utf-8", "surrogatepass")) > MAX_RECORD_BYTES:
            raise RefusedByRuleError(f"the proposal is over {MAX_RECORD_BYTES} bytes: shorten it")
        row = (one.name, one.alert_id, one.version, one.state.value, one.changed_at_s, record)
        self._database.execute("INSERT OR REPLACE INTO proposals VALUES (?, ?, ?, ?, ?, ?)", row)

    def get(self, name: str) -> Proposal:
        """The proposal of that name. Raises RefusedByRuleError."""
        for (record,) in self._database.execute("SELECT record FROM proposals WHERE name = ?", (name,)):
            return from_record(json.loads(record))
        raise RefusedByRuleError(f"there is no proposal {name}: tocsin alert list shows them")

    def all(self) -> list[Proposal]:
        """All proposals, the newest first."""
        rows = self._database.execute("SELECT record FROM proposals ORDER BY changed_at_s DESC, name")
        return [from_record(json.loads(record)) for (record,) in rows]

    def in_state(self, state: State) -> list[Proposal]:
        """Those in `state`, the oldest first."""
        sql = "SELECT record FROM proposals WHERE state = ? ORDER BY changed_at_s, name"
        return [
            from_record(json.loads(record)) for (record,) in self._database.execute(sql, (state.value,))
        ]

    def versions(self, alert_id: str) -> list[Proposal]:
        """What was proposed of one alert, the newest version first."""
        sql = "SELECT record FROM proposals WHERE alert_id = ? ORDER BY version DESC, changed_at_s DESC"
        return [from_record(json.loads(record)) for (record,) in self._database.execute(sql, (alert_id,))]

    def alert_named(self, text: str) -> str:
        """The alert_id that is, or begins with, `text`: six digits at least; `text` where there is none.

        Raises RefusedByRuleError for several.
        """
        asked = text.strip().lower()
        sql = "SELECT DISTINCT alert_id FROM proposals WHERE substr(alert_id, 1, ?) = ?"
        found = [id_ for (id_,) in self._database.execute(sql, (len(asked), asked))]
        if len(asked) < MIN_PREFIX_CHARACTERS or not found:
            return asked
        if len(found) > 1:
            raise RefusedByRuleError(f"{len(found)} alerts begin with {text}: give more of the id")
        return str(found[0])

    def forget_old(self, now_s: int) -> None:
        """Forget what was finished, or expired, long ago; not by a clock that the directory contradicts."""
        sql = "DELETE FROM proposals WHERE state != ? AND changed_at_s < ?"
        self._database.execute(sql, (State.RELEASING.value, now_s - KEEP_FINISHED_S))
