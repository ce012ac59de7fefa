"""Compares the broker's topics with what the directory asks for, and our rights with what we must do."""

from __future__ import annotations

from services.doctor.case import Case, Kind
from tocsin.adapters.access_declaration import declaration
from tocsin.adapters.kafka.inspection import TopicShown, inspect
from tocsin.adapters.kafka.topic_requests import TopicState
from tocsin.adapters.kafka.topics import TopicWish, compare, states
from tocsin.adapters.wished_topics import wishes
from tocsin.core.diagnosis import SAFE_INSYNC, TopicFacts, judge_topics
from tocsin.core.errors import BrokerForbidsError
from tocsin.core.findings import Finding, ill, skipped
from tocsin.core.kafka_rights import (
    AUTHORITY_LOGIN,
    STANDBY_LOGIN,
    Right,
    Use,
    judge_rights,
    login_uses,
    split_uses,
    topics_of,
)
from tocsin.core.symptoms import Check, Symptom

_LOGINS = {Kind.AUTHORITY: AUTHORITY_LOGIN, Kind.STANDBY: STANDBY_LOGIN}
_SETTINGS_HIDDEN = (
    "the ACLs hide the topics' settings from this login: the authority runs `tocsin authority acl apply`"
)


async def check_topics(case: Case) -> list[Finding]:
    """The topics that concern this home, with the settings of those that it reads; of an authority, all."""
    access, wished = case.admin_access or case.access, list(wishes(case.known_directory(), declaration()))
    read = {wish.name for wish in wished}
    if case.admin_access is None and (case.kind is not Kind.AUTHORITY or access.uses_sasl):
        needed, _refused = _uses(case)
        wished = [wish for wish in wished if wish.name in topics_of(needed)]
        read = {use.topic for use in needed if use.right is Right.READ}
    shown = (await inspect(access, [wish.name for wish in wished])).topics
    closed = []
    try:
        there = await states(access, [name for name in shown if name in read])
    except BrokerForbidsError:
        there, closed = {}, [skipped(Check.TOPICS, _SETTINGS_HIDDEN)]
    facts = [_facts(wish, shown.get(wish.name), there.get(wish.name)) for wish in wished]
    return [*judge_topics(facts, case.brokers), *closed]


def _facts(wish: TopicWish, shown: TopicShown | None, state: TopicState | None) -> TopicFacts:
    """What is known of one topic; what could not be seen is not held against it."""
    if shown is None:
        return TopicFacts(wish.name, there=False)
    change = None if state is None else compare(wish, state)
    different = () if change is None else (change.describe(),)
    insync = SAFE_INSYNC if state is None else int(state.settings.get("min.insync.replicas", "1"))
    return TopicFacts(wish.name, True, different, shown.copies, insync)


async def check_rights(case: Case) -> list[Finding]:
    """What the broker lets this login do, by its own word."""
    needed, refused = _uses(case)
    cluster = await inspect(case.access, topics_of([*needed, *refused]))
    granted = {name: shown.rights for name, shown in cluster.topics.items()}
    if not case.access.uses_sasl:
        found = judge_rights(granted, needed, ())
        return [ill(Symptom.NO_LOGINS, case.access.bootstrap), *found]
    return judge_rights(granted, needed, refused)


def _uses(case: Case) -> tuple[list[Use], list[Use]]:
    """What this home's login must, and must not, be able to do."""
    directory = case.known_directory()
    if case.kind in _LOGINS:
        return login_uses(_LOGINS[case.kind], directory, declaration())
    entry = directory.participants.get(case.me)
    return ([], []) if entry is None else split_uses(directory, declaration(), entry, case.now_s)
