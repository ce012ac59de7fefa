"""The one place where aiokafka's exceptions become Tocsin's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from aiokafka import errors as kafka

from tocsin.adapters.kafka.records import Placed
from tocsin.adapters.kafka.tls_errors import tls_advice
from tocsin.core.errors import BrokerForbidsError, BrokerRefusedError, BrokerUnavailableError


class DeliveryFailedError(BrokerUnavailableError):
    """Not everything was acknowledged; publish the rest again.

    `placed` maps the index of each acknowledged record among those given to where it is.
    """

    def __init__(self, message: str, placed: Mapping[int, Placed]) -> None:
        super().__init__(message)
        self.placed = dict(placed)


class TopicsRefusedError(BrokerRefusedError):
    """These topics are missing or forbidden; nothing was said of the others."""

    def __init__(self, message: str, topics: Iterable[str]) -> None:
        super().__init__(message)
        self.topics = frozenset(topics)


class TopicsForbiddenError(TopicsRefusedError, BrokerForbidsError):
    """The ACLs do not allow this login what was wanted of these topics."""


class DeliveryRefusedError(BrokerRefusedError):
    """The broker said no to at least one record; `placed` as in DeliveryFailedError.

    `topics`: which ones refuse, where that is known; without them the rest may be published again.
    """

    def __init__(
        self, message: str, placed: Mapping[int, Placed], topics: frozenset[str] = frozenset()
    ) -> None:
        super().__init__(message)
        self.placed, self.topics = dict(placed), topics


# What trying again with the same input cannot help, and what to do about it.
_REFUSALS: dict[type[Exception], str] = {
    kafka.ClusterAuthorizationFailedError: (
        "not allowed: an idempotent producer needs WRITE on at least one topic"
    ),
    kafka.SaslAuthenticationFailed: (
        "the user name or password is wrong, or the login was removed: ask the authority for a new secret"
    ),
    kafka.UnsupportedSaslMechanismError: "this broker does not offer that SASL mechanism",
    kafka.MessageSizeTooLargeError: "the record is larger than the topic allows",
    kafka.RecordListTooLargeError: "the batch is larger than the topic allows",
    kafka.InvalidMessageError: "the broker found the record invalid (a key may be missing)",
    kafka.InvalidTopicError: "the topic's name is not allowed",
    kafka.InvalidConfigurationError: "a topic setting is not valid",
    kafka.InvalidReplicationFactorError: "there are fewer brokers than copies asked for",
    kafka.InvalidPartitionsError: "that number of partitions is not possible",
    kafka.PolicyViolationError: "a policy of the broker forbids it",
    kafka.UnsupportedVersionError: "the broker is too old for this request",
}


def translated(
    error: BaseException, doing: str, bootstrap: str
) -> BrokerUnavailableError | BrokerRefusedError:
    """The error to raise for `error`, which came while `doing` something at `bootstrap`."""
    if isinstance(error, kafka.TopicAuthorizationFailedError):
        return forbidden_topics([str(one) for one in _named(error)])
    if isinstance(error, kafka.GroupAuthorizationFailedError):
        return BrokerForbidsError(f"{doing}: not allowed to use this group")
    if isinstance(error, OSError) and (advice := tls_advice(error)):
        return BrokerRefusedError(f"{doing}: Kafka at {bootstrap}: {advice}")
    for kind, advice in _REFUSALS.items():
        if isinstance(error, kind):
            return BrokerRefusedError(f"{doing}: {advice} ({type(error).__name__})")
    return unreachable(doing, bootstrap, type(error).__name__)


def unreachable(doing: str, bootstrap: str, cause: str) -> BrokerUnavailableError:
    """No usable answer from any of the addresses."""
    return BrokerUnavailableError(
        f"{doing}: Kafka at {bootstrap} cannot be reached ({cause}): "
        "is it running, are address, user and password right?"
    )


def missing_topics(names: Collection[str]) -> TopicsRefusedError:
    """Topics that do not exist, or that this user may not see."""
    advice = "missing, or hidden from this user: run `tocsin authority topics apply`"
    return TopicsRefusedError(f"{_are(names)} {advice}", names)


def forbidden_topics(names: Collection[str]) -> TopicsForbiddenError:
    """Topics that this user may not use."""
    where = _are(names) if names else "a topic is"
    return TopicsForbiddenError(
        f"{where} not allowed for this login by the broker's ACLs, which the authority makes from the "
        "directory (`tocsin authority acl apply`)",
        names,
    )


def _named(error: BaseException) -> Collection[str]:
    """The topics that aiokafka gives with a refusal: as a set, or alone."""
    given = [one for one in error.args if one]
    return [each for one in given for each in ([one] if isinstance(one, str) else one)]


def _are(names: Collection[str]) -> str:
    shown = ", ".join(sorted(names)[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"topic {shown} is" if len(names) == 1 else f"topics {shown} are"
