"""Which topics the directory asks for, with the settings of the wire format."""

import pytest

from tests.support.parties import DAY_S, Party
from tests.support.world import COURIER, ORIGINATOR, layout_target, targets
from tocsin.adapters.access_declaration import declaration
from tocsin.adapters.wished_topics import wishes
from tocsin.core.directory import read_directory
from tocsin.core.streams import (
    CHECKPOINTS_TOPIC,
    DIRECTORY_TOPIC,
    MANIFESTS_TOPIC,
    inbox_topic,
    stream_topic,
)

DAY_MS = DAY_S * 1_000


@pytest.fixture
def wished():
    directory = read_directory(1, 0, targets(ORIGINATOR, COURIER))
    return {wish.name: wish for wish in wishes(directory, declaration())}


def test_there_is_a_topic_for_each_stream_each_inbox_and_the_three_of_all(wished) -> None:
    shared = {DIRECTORY_TOPIC, MANIFESTS_TOPIC, CHECKPOINTS_TOPIC}
    streams = set(map(stream_topic, ("ion", "pics", "alerts")))
    inboxes = {inbox_topic(ORIGINATOR.id, firm=False), inbox_topic(COURIER.id, firm=True)}
    assert shared | streams | inboxes == set(wished)


def test_the_broker_dates_every_record_and_compresses_none(wished) -> None:
    found = {
        (one.settings["message.timestamp.type"], one.settings["compression.type"])
        for one in wished.values()
    }
    assert {("LogAppendTime", "uncompressed")} == found


def test_the_directory_alone_is_compacted_and_takes_6_mib(wished) -> None:
    directory = wished.pop(DIRECTORY_TOPIC).settings
    assert ("compact", "6291456") == (directory["cleanup.policy"], directory["max.message.bytes"])
    assert "retention.ms" not in directory
    others = {
        (one.settings["cleanup.policy"], one.settings["max.message.bytes"]) for one in wished.values()
    }
    assert {("delete", "1048576")} == others


@pytest.mark.parametrize(
    ("topic", "days"),
    [
        (stream_topic("ion"), 365),
        (stream_topic("alerts"), 60),
        (MANIFESTS_TOPIC, 372),
        (CHECKPOINTS_TOPIC, 90),
        (inbox_topic(ORIGINATOR.id, firm=False), 372),
    ],
)
def test_keys_are_kept_a_week_longer_than_the_longest_stream(wished, topic, days) -> None:
    assert str(days * DAY_MS) == wished[topic].settings["retention.ms"]


def test_a_streams_width_counts_in_every_region(wished) -> None:
    partitions = {name: wished[stream_topic(name)].partitions for name in ("ion", "pics", "alerts")}
    assert {"ion": 6, "pics": 6, "alerts": 3} == partitions


def test_what_concerns_one_or_all_has_one_partition(wished) -> None:
    streams = set(map(stream_topic, ("ion", "pics", "alerts")))
    assert {1} == {one.partitions for name, one in wished.items() if name not in streams}


def test_many_small_logs_do_not_preallocate_large_indexes(wished) -> None:
    settings = wished[inbox_topic(COURIER.id, firm=True)].settings
    assert ("65536", "16777216") == (settings["segment.index.bytes"], settings["segment.bytes"])


def test_a_participant_more_is_a_topic_more(wished) -> None:
    more = read_directory(1, 0, targets(ORIGINATOR, COURIER, Party("Third")) | {"streams": layout_target()})
    assert len(wished) + 1 == len(list(wishes(more, declaration())))
