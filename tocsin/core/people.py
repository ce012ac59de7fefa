"""Law: who acts for a participant, in which roles, and what each role may do.

It guarantees that a handle is safe as a file name, that roles are of the closed list, and that whoever was
disabled may do nothing. Who somebody really is, is left to the administrator who adds them; that they are
there in person, to the passphrase that only they know. Source: architecture, "People".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from tocsin.core.errors import NotThisPersonError, RefusedByRuleError

MAX_PEOPLE = 200
MAX_DISPLAY_NAME_CHARACTERS = 100
_HANDLE = re.compile(r"[a-z][a-z0-9.-]{0,30}[a-z0-9]")


class Role(StrEnum):
    """What somebody is in the participant's own organisation."""

    OFFICER = "officer"
    RELEASE_OFFICER = "release-officer"
    READER = "reader"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Deed(StrEnum):
    """What the roles differ in."""

    PROPOSE = "propose"
    PREVIEW = "preview"
    RELEASE = "release"
    MANAGE_PEOPLE = "manage people"
    AUDIT = "audit"


_MAY = {
    Deed.PROPOSE: frozenset({Role.OFFICER, Role.RELEASE_OFFICER}),
    Deed.PREVIEW: frozenset({Role.OFFICER, Role.RELEASE_OFFICER, Role.READER}),
    Deed.RELEASE: frozenset({Role.RELEASE_OFFICER}),
    Deed.MANAGE_PEOPLE: frozenset({Role.ADMINISTRATOR}),
    Deed.AUDIT: frozenset({Role.AUDITOR, Role.ADMINISTRATOR}),
}


@dataclass(frozen=True, slots=True)
class Person:
    """A local account. `handle` is what people type; `opaque` is all that the directory ever shows."""

    handle: str
    display_name: str = field(repr=False)
    roles: frozenset[Role]
    opaque: str
    added_at_s: int
    disabled_at_s: int | None = None

    @property
    def may_release(self) -> bool:
        """Whether this person is a release officer now."""
        return self.disabled_at_s is None and Role.RELEASE_OFFICER in self.roles


def check_handle(handle: str) -> str:
    """`handle`, if it is one. Raises RefusedByRuleError."""
    if _HANDLE.fullmatch(handle) is None:
        raise RefusedByRuleError(
            "a handle is 2 to 32 characters of a-z, 0-9, . and -, beginning with a letter: ana, b.silva"
        )
    return handle


def check_display_name(name: str) -> str:
    """`name`, if it is one printable line of at most 100 characters. Raises RefusedByRuleError."""
    if not 0 < len(name) <= MAX_DISPLAY_NAME_CHARACTERS or not name.isprintable() or name != name.strip():
        raise RefusedByRuleError(
            f"a name is one line of 1 to {MAX_DISPLAY_NAME_CHARACTERS} printable characters"
        )
    return name


def read_roles(words: Iterable[str]) -> frozenset[Role]:
    """The roles of these words. Raises RefusedByRuleError naming the first that is none, or for none."""
    known = {role.value: role for role in Role}
    chosen = list(words)
    if unknown := [word for word in chosen if word not in known]:
        raise RefusedByRuleError(f"there is no role {unknown[0]}; known are {', '.join(known)}")
    if not chosen:
        raise RefusedByRuleError(f"name a role at least: {', '.join(known)}")
    return frozenset(known[word] for word in chosen)


def check_may(person: Person, deed: Deed) -> None:
    """Raises NotThisPersonError unless `person` may do `deed`."""
    if person.disabled_at_s is not None:
        raise NotThisPersonError(f"{person.handle} is disabled and may do nothing here")
    if person.roles.isdisjoint(_MAY[deed]):
        needed = " or ".join(sorted(_MAY[deed]))
        raise NotThisPersonError(f"{person.handle} may not {deed}: that needs the role {needed}")
