"""ACLs as the broker keeps them: all of them are read, some are added, some removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from aiokafka.protocol.admin import CreateAclsRequest_v1, DeleteAclsRequest_v1, DescribeAclsRequest_v1

from tocsin.adapters.kafka.access_requests import Asked
from tocsin.adapters.kafka.admin import administration, answer, require
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.core.broker_access import AccessPlan, AccessRule

MAX_ACLS_PER_CALL = 500
_ANY = 1
_RESOURCES = {2: "topic", 3: "group", 4: "cluster", 5: "transaction", 6: "token", 7: "user"}
_OPERATIONS = dict(
    enumerate(
        (
            "all",
            "read",
            "write",
            "create",
            "delete",
            "alter",
            "describe",
            "act for the cluster on",
            "describe settings of",
            "alter settings of",
            "write idempotently to",
            "create tokens of",
            "describe tokens of",
            "commit for both phases on",
        ),
        start=2,
    )
)
_PERMISSIONS = {2: "deny", 3: "allow"}
_PATTERNS = {3: "literal", 4: "prefixed"}


async def read_acls(access: KafkaAccess | str) -> frozenset[AccessRule]:
    """Every ACL of the broker. Raises BrokerUnavailableError, BrokerRefusedError."""
    everything = Asked(DescribeAclsRequest_v1, _ANY, None, _ANY, None, None, _ANY, _ANY)
    async with administration(access) as (admin, bootstrap):
        found = await answer(admin._send_request(everything), bootstrap, "reading ACLs")  # noqa: SLF001
    require(found.error_code, found.error_message, "reading ACLs")
    return frozenset(
        AccessRule(
            principal,
            _named(_OPERATIONS, operation),
            name,
            _named(_PATTERNS, pattern),
            _named(_RESOURCES, resource),
            _named(_PERMISSIONS, permission),
            host,
        )
        for resource, name, pattern, acls in found.resources
        for principal, host, operation, permission in acls
    )


async def apply_acls(access: KafkaAccess | str, plan: AccessPlan, *, strays: bool) -> None:
    """Add what the plan adds, then remove what it removes, and its strays where `strays`.

    May be run again. Raises BrokerUnavailableError, BrokerRefusedError with the broker's reason.
    """
    gone = [*plan.remove, *(plan.stray if strays else ())]
    async with administration(access) as (admin, bootstrap):
        for some in _chunks(plan.add):
            asked = Asked(CreateAclsRequest_v1, some)
            created = await answer(admin._send_request(asked), bootstrap, "adding ACLs")  # noqa: SLF001
            for code, message in created.creation_responses:
                require(code, message, "adding ACLs")
        for some in _chunks(gone):
            asked = Asked(DeleteAclsRequest_v1, some)
            removed = await answer(admin._send_request(asked), bootstrap, "removing ACLs")  # noqa: SLF001
            for code, message, _acls in removed.filter_responses:
                require(code, message, "removing ACLs")


def _chunks(rules: Sequence[AccessRule]) -> Iterator[list[tuple[Any, ...]]]:
    for at in range(0, len(rules), MAX_ACLS_PER_CALL):
        yield [_fields(rule) for rule in rules[at : at + MAX_ACLS_PER_CALL]]


def _fields(rule: AccessRule) -> tuple[Any, ...]:
    """In the order of the protocol; a filter of exactly one ACL looks the same."""
    return (
        _code(_RESOURCES, rule.resource),
        rule.name,
        _code(_PATTERNS, rule.pattern),
        rule.principal,
        rule.host,
        _code(_OPERATIONS, rule.operation),
        _code(_PERMISSIONS, rule.permission),
    )


def _named(names: dict[int, str], code: int) -> str:
    # What a later Kafka adds is shown, and can be removed, by its number.
    return names.get(code, str(code))


def _code(names: dict[int, str], name: str) -> int:
    return next((code for code, known in names.items() if known == name), 0) or int(name)
