"""Hostile input 37: alerts without the approvals of two persons."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services.producer.releasable import unreleased
from tests.support.world import (
    COURIER,
    NOW_S,
    ORIGINATOR,
    MemoryReader,
    directory_of,
    give_keys,
    notice,
    small_world,
    targets,
)
from tocsin.core import wire
from tocsin.core.ids import audience_id
from tocsin.core.outcomes import Outcome, Reason
from tocsin.core.signatures import approve

WORLD = small_world()
COURIERS = audience_id("couriers")


def _approvals(item: wire.Item, *persons: str, audience: bytes = COURIERS) -> tuple[wire.Approval, ...]:
    return tuple(
        approve(ORIGINATOR.release(one), ORIGINATOR.key("release", one).id, audience, item)
        for one in persons
    )


def _none(item: wire.Item) -> wire.Item:
    return item


def _one(item: wire.Item) -> wire.Item:
    return replace(item, approvals=_approvals(item, "author"))


def _one_person_twice(item: wire.Item) -> wire.Item:
    return replace(item, approvals=_approvals(item, "author", "author"))


def _other_version(item: wire.Item) -> wire.Item:
    return replace(item, approvals=_approvals(replace(item, version=2), "author", "releaser"))


def _other_audience(item: wire.Item) -> wire.Item:
    return replace(item, approvals=_approvals(item, "author", "releaser", audience=audience_id("postal")))


@pytest.mark.parametrize("forge", [_none, _one, _one_person_twice, _other_version, _other_audience])
def test_h37_an_alert_without_two_persons_approvals_is_quarantined(
    forge: Callable[[wire.Item], wire.Item],
) -> None:
    sender, reader = WORLD.pair("couriers")
    sent = sender.send(forge(notice()), stream="alerts")
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.QUARANTINED, Reason.APPROVALS) == (fate.outcome, fate.reason)


@pytest.mark.parametrize("forge", [_none, _one, _one_person_twice, _other_version, _other_audience])
def test_h37_the_publisher_refuses_it_too(forge: Callable[[wire.Item], wire.Item]) -> None:
    audience = WORLD.directory.audience_named("couriers")
    said = unreleased(forge(notice()), ORIGINATOR.id, NOW_S, audience, WORLD.directory)
    assert "audience couriers asks for 2 valid approvals" == said


@pytest.mark.parametrize("changes", [{"person": "the same"}, {"final": []}], ids=["one person", "retired"])
def test_h37_the_publisher_refuses_keys_of_one_person_and_retired_ones_too(changes: dict[str, Any]) -> None:
    directory = directory_of(targets() | dict([ORIGINATOR.target(release=changes)]))
    item = replace(notice(), approvals=_approvals(notice(), "author", "releaser"))
    audience = directory.audience_named("couriers")
    assert unreleased(item, ORIGINATOR.id, NOW_S, audience, directory) is not None
    assert unreleased(item, ORIGINATOR.id, NOW_S, audience, WORLD.directory) is None


def test_h37_two_keys_of_one_person_are_one_person() -> None:
    entries = targets() | dict([ORIGINATOR.target(release={"person": "the same"})])
    _expect(entries, Outcome.QUARANTINED)


def test_h37_approvals_by_a_retired_key_are_none() -> None:
    entries = targets() | dict([ORIGINATOR.target(release={"final": []})])
    _expect(entries, Outcome.QUARANTINED)


def test_h37_an_alert_with_two_persons_approvals_is_accepted() -> None:
    _expect(targets(), Outcome.ACCEPTED)


def _expect(entries: dict[str, bytes], wanted: Outcome) -> None:
    sender = WORLD.sender("couriers")
    reader = MemoryReader(COURIER, directory_of(entries))
    give_keys(sender, reader)
    item = notice()
    both = replace(item, approvals=_approvals(item, "author", "releaser"))
    sent = sender.send(both, stream="alerts")
    assert wanted is reader.read(sent.value, sent.place, NOW_S).outcome
