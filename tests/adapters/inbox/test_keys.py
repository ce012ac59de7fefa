"""Manifests by generation: remembered, and never more of them than memory has room for."""

from dataclasses import replace

import pytest

from tests.support.reading import STORAGE_KEY
from tests.support.world import ORIGINATOR, Sender, small_world
from tocsin.adapters.inbox import keys as inbox_keys
from tocsin.adapters.inbox.keys import generation_of
from tocsin.adapters.inbox.store import open_inbox
from tocsin.core.generations import Why, manifest_of


def manifests(count):
    """As many generations, of two members each."""
    sender = Sender(ORIGINATOR, small_world().directory)
    first = manifest_of(sender.generation, bytes(16), 7, Why.FIRST)
    return [replace(first, generation=first.generation + number) for number in range(count)]


@pytest.fixture
def inbox(tmp_path):
    return open_inbox(tmp_path, STORAGE_KEY)


def keep(inbox, some):
    with inbox.transaction():
        for one in some:
            inbox.keys.keep_manifest(one)


def test_what_is_remembered_is_bounded_by_members_and_every_answer_stays_right(inbox, monkeypatch):
    monkeypatch.setattr(inbox_keys, "MAX_CACHED_MEMBERS", 7)
    some, most = manifests(10), 0
    keep(inbox, some)
    for one in [*some, *some]:
        assert one == inbox.keys.manifest(generation_of(one))
        most = max(most, len(inbox.keys._manifests))
    assert 3 == most


def test_a_later_revision_takes_the_place_of_what_is_remembered(inbox):
    (first,) = manifests(1)
    for revision in (1, 2, 3):
        revised = replace(first, revision=revision)
        keep(inbox, [revised])
        assert revised == inbox.keys.manifest(generation_of(first))
    assert 2 == inbox.keys._cached_members
