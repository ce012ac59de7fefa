"""The local accounts, in the desk's database. Passphrases are not here: each opens its own key file."""

from __future__ import annotations

from tocsin.adapters.database import Database, Row
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.people import MAX_PEOPLE, Person, Role

_COLUMNS = "handle, display_name, roles, opaque, added_at_s, disabled_at_s"


class DeskPeople:
    """Writes happen inside the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Person]:
        """Everybody, by handle, also who is disabled: an account is never taken away."""
        rows = self._database.execute(f"SELECT {_COLUMNS} FROM people ORDER BY handle")  # noqa: S608
        return [_person(row) for row in rows]

    def get(self, handle: str) -> Person:
        """The account of this handle. Raises RefusedByRuleError."""
        sql = f"SELECT {_COLUMNS} FROM people WHERE handle = ?"  # noqa: S608 - no value in it
        for row in self._database.execute(sql, (handle,)):
            return _person(row)
        raise RefusedByRuleError(f"there is nobody called {handle}: tocsin people list shows who is there")

    def add(self, person: Person) -> None:
        """Keep a new account. RefusedByRuleError if the handle is taken or there are too many."""
        everybody = self.all()
        if any(one.handle == person.handle for one in everybody):
            raise RefusedByRuleError(f"{person.handle} is taken: handles are never used twice")
        if len(everybody) >= MAX_PEOPLE:
            raise RefusedByRuleError(f"there are {len(everybody)} accounts, and no more are kept")
        roles = " ".join(sorted(person.roles))
        row = (person.handle, person.display_name, roles, person.opaque, person.added_at_s)
        self._database.execute("INSERT INTO people VALUES (?, ?, ?, ?, ?, NULL)", row)

    def disable(self, handle: str, now_s: int) -> None:
        """This account may do nothing any more."""
        sql = "UPDATE people SET disabled_at_s = ? WHERE handle = ? AND disabled_at_s IS NULL"
        self._database.execute(sql, (now_s, handle))


def _person(row: Row) -> Person:
    handle, display_name, roles, opaque, added_at_s, disabled_at_s = row
    chosen = frozenset(Role(word) for word in roles.split())
    return Person(handle, display_name, chosen, opaque, added_at_s, disabled_at_s)
