"""Brings the broker's ACLs and logins in line with the directory: what differs, in words, then changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.adapters.kafka.acls import apply_acls, read_acls
from tocsin.adapters.kafka.logins import read_logins, remove_logins
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.core.broker_access import (
    AccessPlan,
    Declaration,
    access_rules,
    compare,
    describe,
    login_of,
)
from tocsin.core.directory import Directory


@dataclass(frozen=True)
class Difference:
    """What differs at one moment. `ended` are logins of those who take part no more."""

    acls: AccessPlan
    ended: tuple[str, ...]
    without_login: tuple[str, ...]
    directory: Directory

    def changes(self, *, strays: bool) -> int:
        """How many ACLs and logins `apply` would change."""
        return len(self.acls.add) + len(self.acls.remove) + len(self.ended) + strays * len(self.acls.stray)

    def lines(self, *, strays: bool) -> Iterator[str]:
        """For people: + added, - removed, ? unexplained and left; by participant."""
        marked = [("+", rule) for rule in self.acls.add] + [("-", rule) for rule in self.acls.remove]
        marked += [("-" if strays else "?", rule) for rule in self.acls.stray]
        for mark, rule in sorted(marked, key=lambda one: (one[1].principal, one[0], one[1])):
            yield f"{mark} {describe(rule, self.directory)}"
        for login in self.ended:
            yield f"- {self._name(login)}: login, its part has ended"

    def advice(self, *, strays: bool) -> Iterator[str]:
        """What remains to do by hand."""
        if self.acls.stray and not strays:
            yield (
                f"{len(self.acls.stray)} ACLs (?) come from nowhere in the directory or the declaration: "
                "look at each, then run again with --remove-strays"
            )
        for login in self.without_login:
            yield f"{self._name(login)} has no login: tocsin authority login add {login} --out FILE"

    def _name(self, login: str) -> str:
        one = self.directory.participants.get(bytes.fromhex(login))
        return f"{one.name} ({one.country}) {login}" if one else login


async def difference(
    access: KafkaAccess, directory: Directory, declaration: Declaration, now_s: int
) -> Difference:
    """What differs at `now_s`. Raises BrokerUnavailableError, BrokerRefusedError."""
    wanted = access_rules(directory, declaration, now_s)
    acls = compare(wanted, await read_acls(access), directory, declaration)
    logins = await read_logins(access)
    everyone = directory.participants.values()
    over = {login_of(one) for one in everyone if one.ended is not None and now_s >= one.ended.at_s}
    taking_part = {login_of(one) for one in everyone if one.in_force(now_s)}
    return Difference(
        acls, tuple(sorted(over & logins)), tuple(sorted(taking_part - over - logins)), directory
    )


async def apply(access: KafkaAccess, found: Difference, *, strays: bool) -> None:
    """Carry it out; may be run again. Raises BrokerUnavailableError, BrokerRefusedError."""
    await apply_acls(access, found.acls, strays=strays)
    if found.ended:
        await remove_logins(access, found.ended)
