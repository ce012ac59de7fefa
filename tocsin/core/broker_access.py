"""Law: what each login may do at the broker, from the directory and one declaration, and nothing else.

It guarantees that a firm is given its own inbox, its sponsor's to write to and the streams that the
declaration opens to firms; that who is suspended or without an agreement reads the directory alone, and
who has ended nothing. Who may read a topic may see its settings: retention that is set too short is found
by those who would lose by it. No group, no cluster and no transaction is given to anybody: readers assign
themselves. That a broker obeys is left to it: content does not rest on this, only who sees who writes
when. Source: wire format, "Topics".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.core import json_fields
from tocsin.core.directory import Directory
from tocsin.core.errors import MalformedError
from tocsin.core.participants import Participant
from tocsin.core.streams import (
    CHECKPOINTS_TOPIC,
    DIRECTORY_TOPIC,
    MANIFESTS_TOPIC,
    inbox_topic,
    stream_topic,
)

GOVERNMENTS, FIRMS = "governments", "firms"
SPONSOR = "sponsor"
GOVERNMENT_INBOXES, ALL_INBOXES = "tocsin.inbox.gov.", "tocsin.inbox."
READ, WRITE, SEE_SETTINGS = "read", "write", "describe settings of"
TOPIC, LITERAL, PREFIXED = "topic", "literal", "prefixed"
ALLOW, ANY_HOST = "allow", "*"
MAX_LOGINS = 64
_LOGIN = re.compile(r"[a-z][a-z0-9-]{0,63}")
_TABLES = frozenset({"topics", "readers", "firms", "logins"})
_TOPIC_KINDS = frozenset({"all", "directory", "small"})


@dataclass(frozen=True, slots=True, order=True)
class AccessRule:
    """One ACL, as Kafka keeps it. `principal` is `User:<login>`."""

    principal: str
    operation: str
    name: str
    pattern: str = LITERAL
    resource: str = TOPIC
    permission: str = ALLOW
    host: str = ANY_HOST

    @property
    def login(self) -> str:
        """The user's name; other kinds of principal whole."""
        return self.principal.removeprefix("User:")

    @property
    def is_plain(self) -> bool:
        """Whether it is of the one shape that we write: allowed, from anywhere."""
        return (self.permission, self.host) == (ALLOW, ANY_HOST)


@dataclass(frozen=True, slots=True)
class Login:
    """A login that is no participant's: the topics that it reads and writes."""

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the operator declares: topic settings by kind, readers by stream, other logins by name."""

    topics: Mapping[str, Mapping[str, str]]
    readers: Mapping[str, frozenset[str]]
    firms_write_to: str
    logins: Mapping[str, Login]

    def settings(self, *kinds: str) -> dict[str, str]:
        """The settings of all topics, and of these kinds over them."""
        return {name: value for kind in ("all", *kinds) for name, value in self.topics[kind].items()}


@dataclass(frozen=True, slots=True)
class AccessPlan:
    """What differs. `stray` is what the declaration does not explain and did not make."""

    add: tuple[AccessRule, ...]
    remove: tuple[AccessRule, ...]
    stray: tuple[AccessRule, ...]


def read_declaration(record: Mapping[str, Any]) -> Declaration:
    """The declaration of a TOML file, already parsed. Raises MalformedError."""
    if unknown := sorted(set(record) - _TABLES):
        raise MalformedError(f"there is no table {unknown[0]}: {', '.join(sorted(_TABLES))}")
    logins = json_fields.optional_object(record, "logins") or {}
    if len(logins) > MAX_LOGINS:
        raise MalformedError(f"logins are over {MAX_LOGINS}")
    write_to = json_fields.text(json_fields.optional_object(record, "firms") or {}, "write_to")
    if write_to not in {SPONSOR, GOVERNMENTS}:
        raise MalformedError(f"firms.write_to is {SPONSOR!r} or {GOVERNMENTS!r}")
    readers = json_fields.optional_object(record, "readers") or {}
    return Declaration(
        topics=_topics(json_fields.optional_object(record, "topics") or {}),
        readers={stream: frozenset(json_fields.texts(readers, stream)) for stream in readers},
        firms_write_to=write_to,
        logins={name: _login(name, json_fields.optional_object(logins, name) or {}) for name in logins},
    )


def _topics(record: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    if set(record) != _TOPIC_KINDS:
        raise MalformedError(f"topics are {', '.join(sorted(_TOPIC_KINDS))}, each once")
    kinds = {kind: json_fields.optional_object(record, kind) or {} for kind in record}
    return {kind: {name: json_fields.text(one, name) for name in one} for kind, one in kinds.items()}


def _login(name: str, record: Mapping[str, Any]) -> Login:
    if not _LOGIN.fullmatch(name) or _is_participant(name):
        raise MalformedError(
            f"login {name!r} is not a-z, digits and dashes, or could be a participant's id"
        )
    return Login(json_fields.texts(record, READ), json_fields.texts(record, WRITE))


def _is_participant(login: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{32}", login) is not None


def login_of(participant: Participant) -> str:
    """The login of a participant: its id, 32 hex digits."""
    return participant.id.hex()


def access_rules(directory: Directory, declaration: Declaration, now_s: int) -> frozenset[AccessRule]:
    """Every ACL that there shall be at `now_s`."""
    everyone = directory.participants.values()
    rules = [rule for one in everyone for rule in rules_of(one, directory, declaration, now_s)]
    for name, login in declaration.logins.items():
        rules += [rule for topic in login.read for rule in _reading(name, topic)]
        rules += [_rule(name, WRITE, topic) for topic in login.write]
    return frozenset(rules)


def rules_of(
    one: Participant, directory: Directory, declaration: Declaration, now_s: int
) -> Iterator[AccessRule]:
    """The ACLs that one participant's login shall have at `now_s`; a rule may come twice."""
    if one.ended is not None and now_s >= one.ended.at_s:
        return
    login, own = login_of(one), inbox_topic(one.id, one.is_firm)
    yield from _reading(login, DIRECTORY_TOPIC)  # says why it takes no part
    if not one.in_force(now_s):
        return
    classes = {FIRMS} if one.is_firm else {GOVERNMENTS, *one.roles}
    opened = [stream for stream in directory.layout.streams if classes & _readers(declaration, stream)]
    for topic in (MANIFESTS_TOPIC, CHECKPOINTS_TOPIC, own, *map(stream_topic, opened)):
        yield from _reading(login, topic)
    yield _rule(login, WRITE, own)
    yield _inboxes(one, directory, declaration)
    if streams := [each for each in directory.layout.streams if directory.may_publish(one.id, each, now_s)]:
        for topic in (MANIFESTS_TOPIC, CHECKPOINTS_TOPIC, *map(stream_topic, streams)):
            yield _rule(login, WRITE, topic)


def _readers(declaration: Declaration, stream: str) -> frozenset[str]:
    return declaration.readers.get(stream, frozenset())


def _inboxes(one: Participant, directory: Directory, declaration: Declaration) -> AccessRule:
    """Whom it may write to, and so count: a government to all, a firm to its sponsor."""
    if not one.is_firm:
        return _rule(login_of(one), WRITE, ALL_INBOXES, PREFIXED)
    if declaration.firms_write_to == GOVERNMENTS:
        return _rule(login_of(one), WRITE, GOVERNMENT_INBOXES, PREFIXED)
    sponsor = directory.participants.get(one.sponsor or b"")
    # A sponsor that is a firm itself, or gone, is nobody's authority.
    if sponsor is None or sponsor.is_firm:
        return _rule(login_of(one), WRITE, inbox_topic(one.id, firm=True))
    return _rule(login_of(one), WRITE, inbox_topic(sponsor.id, firm=False))


def _reading(login: str, topic: str) -> Iterator[AccessRule]:
    yield _rule(login, READ, topic)
    yield _rule(login, SEE_SETTINGS, topic)


def _rule(login: str, operation: str, topic: str, pattern: str = LITERAL) -> AccessRule:
    return AccessRule(f"User:{login}", operation, topic, pattern)


def compare(
    wanted: frozenset[AccessRule],
    found: frozenset[AccessRule],
    directory: Directory,
    declaration: Declaration,
) -> AccessPlan:
    """What to add, what to remove, and what is not ours to remove unasked.

    Ours is what a plain rule gives to a participant of the directory or to a declared login.
    """
    ours = {login_of(one) for one in directory.participants.values()} | set(declaration.logins)
    surplus = found - wanted
    remove = {rule for rule in surplus if rule.is_plain and rule.login in ours}
    return AccessPlan(tuple(sorted(wanted - found)), tuple(sorted(remove)), tuple(sorted(surplus - remove)))


def describe(rule: AccessRule, directory: Directory) -> str:
    """Who and what, in words: `Rapid Parcels (CO) 6f…e1: read topic tocsin.alerts.v1`."""
    who = rule.login if rule.principal.startswith("User:") else rule.principal
    one = directory.participants.get(bytes.fromhex(who)) if _is_participant(who) else None
    named = f"{one.name} ({one.country}) {who}" if one is not None else who
    every = "every " if rule.pattern == PREFIXED else ""
    what = f"{rule.operation} {every}{rule.resource} {rule.name}{'…' if every else ''}"
    denied = "" if rule.permission == ALLOW else f"{rule.permission} "
    where = "" if rule.host == ANY_HOST else f" from {rule.host}"
    return f"{named}: {denied}{what}{where}"
