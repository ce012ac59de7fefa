"""Topics as they are wished: what differs is printed first, then changed, never shrunk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tocsin.adapters.kafka.admin import administration
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.kafka.topic_requests import (
    TopicState,
    alter_settings,
    await_leaders,
    create,
    describe,
    more_partitions,
)
from tocsin.core.errors import RefusedByRuleError

T = TypeVar("T")

MAX_TOPICS_PER_CALL = 500  # one call for 3,000: error 44


@dataclass(frozen=True)
class TopicWish:
    """A topic as it shall be. Settings that are not named are left as they are."""

    name: str
    partitions: int
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TopicChange:
    """What must be done to one topic so that it is as wished."""

    wish: TopicWish
    found_partitions: int | None
    """None: the topic is not there."""
    found_settings: Mapping[str, str]
    """The present values of those wished settings that differ."""
    kept_settings: Mapping[str, str]
    """What was set on the topic before and stays."""

    @property
    def creates(self) -> bool:
        """Whether the topic is made."""
        return self.found_partitions is None

    @property
    def conflict(self) -> bool:
        """Whether the wish cannot be fulfilled: Kafka never takes partitions away."""
        return self.found_partitions is not None and self.found_partitions > self.wish.partitions

    def describe(self) -> str:
        """One line for people: + new, ~ changed, ! impossible."""
        wish = self.wish
        if self.found_partitions is None:
            settings = " ".join(f"{name}={wish.settings[name]}" for name in sorted(wish.settings))
            return f"+ {wish.name} partitions={wish.partitions} {settings}".rstrip()
        if self.conflict:
            return (
                f"! {wish.name} has {self.found_partitions} partitions, "
                f"{wish.partitions} wished: partitions cannot be taken away"
            )
        changes = [
            f"{name}: {value} -> {wish.settings[name]}"
            for name, value in sorted(self.found_settings.items())
        ]
        if self.found_partitions != wish.partitions:
            changes.insert(0, f"partitions: {self.found_partitions} -> {wish.partitions}")
        return f"~ {wish.name} {', '.join(changes)}"


async def plan(access: KafkaAccess | str, wishes: Iterable[TopicWish]) -> list[TopicChange]:
    """What must change, in the order of `wishes`; empty if all is as wished.

    Raises BrokerUnavailableError within some 10 s, BrokerRefusedError.
    """
    wished = list(wishes)
    found = await states(access, [wish.name for wish in wished])
    changes = (compare(wish, found.get(wish.name)) for wish in wished)
    return [change for change in changes if change is not None]


async def states(access: KafkaAccess | str, names: Sequence[str]) -> dict[str, TopicState]:
    """Those of `names` that exist, as they are. Raises as `plan` does."""
    found: dict[str, TopicState] = {}
    async with administration(access) as (admin, bootstrap):
        for some in _chunks(names):
            found |= await describe(admin, bootstrap, some)
    return found


async def apply(
    access: KafkaAccess | str, changes: Sequence[TopicChange], replication: int | None = None
) -> None:
    """Carry out a plan; new topics can be used when it returns.

    `replication`: copies of new topics, default min(3, brokers).
    Raises RefusedByRuleError naming every conflict before anything is changed,
    BrokerRefusedError with the broker's reason, BrokerUnavailableError. May be run again.
    """
    if conflicts := [change.describe() for change in changes if change.conflict]:
        raise RefusedByRuleError("\n".join(conflicts))
    async with administration(access) as (admin, bootstrap):
        for some in _chunks([change.wish for change in changes if change.creates]):
            wanted = [(wish.name, wish.partitions, wish.settings) for wish in some]
            await create(admin, bootstrap, wanted, replication)
            await await_leaders(admin, bootstrap, [wish.name for wish in some])
        for widened in _chunks([change for change in changes if _widens(change)]):
            wider = {change.wish.name: change.wish.partitions for change in widened}
            await more_partitions(admin, bootstrap, wider)
        for reset in _chunks([change for change in changes if change.found_settings]):
            settings = {
                change.wish.name: {**change.kept_settings, **change.wish.settings} for change in reset
            }
            await alter_settings(admin, bootstrap, settings)


def compare(wish: TopicWish, found: TopicState | None) -> TopicChange | None:
    """What must change where a topic is `found` (None: is not there); None where it is as wished."""
    if found is None:
        return TopicChange(wish, None, {}, {})
    different = {
        name: found.settings.get(name, "unset")
        for name, value in wish.settings.items()
        if found.settings.get(name) != value
    }
    if not different and found.partitions == wish.partitions:
        return None
    return TopicChange(wish, found.partitions, different, found.own_settings)


def _widens(change: TopicChange) -> bool:
    return not change.creates and change.found_partitions != change.wish.partitions


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for at in range(0, len(items), MAX_TOPICS_PER_CALL):
        yield items[at : at + MAX_TOPICS_PER_CALL]
