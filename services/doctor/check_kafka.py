"""Compares the broker's topics with what the directory asks for, and our rights with what we must do."""

from __future__ import annotations

from services.doctor.case import Case, Kind
from tocsin.adapters.access_declaration import declaration
from tocsin.adapters.kafka.inspection import inspect
from tocsin.adapters.kafka.topics import compare, states
from tocsin.adapters.wished_topics import wishes
from tocsin.core.diagnosis import TopicFacts, judge_topics
from tocsin.core.errors import BrokerRefusedError
from tocsin.core.findings import Finding, ill, skipped
from tocsin.core.kafka_rights import Use, authority_must, judge_rights, split_uses, topics_of
from tocsin.core.symptoms import Check, Symptom


async def check_topics(case: Case) -> list[Finding]:
    """The settings of the topics that concern this home; of the authority, of all."""
    wished = list(wishes(case.known_directory(), declaration()))
    if case.kind is Kind.PARTICIPANT:
        concern = topics_of(_uses(case)[0])
        wished = [wish for wish in wished if wish.name in concern]
    shown = await inspect(case.access, [wish.name for wish in wished])
    visible = [wish.name for wish in wished if wish.name in shown.topics]
    try:
        there = await states(case.access, visible)
    except BrokerRefusedError as error:
        return [
            skipped(
                Check.TOPICS, f"this login may not see topics' settings, which the authority sees: {error}"
            )
        ]
    facts = []
    for wish in wished:
        state = there.get(wish.name)
        change = compare(wish, state)
        if state is None or change is None:
            different: tuple[str, ...] = ()
        else:
            different = (change.describe(),)
        insync = 1 if state is None else int(state.settings.get("min.insync.replicas", "1"))
        copies = 0 if state is None else state.copies
        facts.append(TopicFacts(wish.name, state is not None, different, copies, insync))
    return judge_topics(facts, case.brokers)


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
    if case.kind is Kind.AUTHORITY:
        return authority_must(declaration()), []
    directory = case.known_directory()
    entry = directory.participants.get(case.me)
    return ([], []) if entry is None else split_uses(directory, declaration(), entry, case.now_s)
