"""Where records belong."""

import hashlib
from typing import Any

import pytest

from tocsin.core import canonical_json, streams
from tocsin.core.errors import MalformedError
from tocsin.core.streams import Layout, Place, Stream

ION = Stream("ion", 4, 365, frozenset({"focal-point"}))
LAYOUT = Layout(("east-africa", "caribbean", "global"), {"ion": ION})
SOMEBODY = bytes(range(16))


def test_a_stream_has_its_width_in_every_region() -> None:
    assert 12 == LAYOUT.partitions("ion")


def test_the_partition_is_the_regions_first_plus_the_originators_lane() -> None:
    lane = int.from_bytes(hashlib.sha256(SOMEBODY).digest()[:4], "big") % 4
    assert 4 + lane == LAYOUT.partition("ion", "caribbean", SOMEBODY)


@pytest.mark.parametrize(("stream", "region"), [("pics", "global"), ("ion", "atlantis")])
def test_an_unknown_stream_or_region_has_no_partition(stream: str, region: str) -> None:
    with pytest.raises(MalformedError):
        LAYOUT.partition(stream, region, SOMEBODY)


def test_a_region_owns_as_many_partitions_as_the_stream_is_wide() -> None:
    assert range(8, 12) == LAYOUT.region_partitions("ion", "global")


@pytest.mark.parametrize(("firm", "side"), [(False, "gov"), (True, "firm")])
def test_an_inbox_is_named_by_side_and_id(firm: bool, side: str) -> None:
    assert f"tocsin.inbox.{side}.{SOMEBODY.hex()}.v1" == streams.inbox_topic(SOMEBODY, firm)


@pytest.mark.parametrize(
    ("topic", "stream"),
    [
        ("tocsin.ion.v1", "ion"),
        (streams.inbox_topic(SOMEBODY, True), "inbox"),
        ("tocsin.ion.v2", None),
        ("tocsin.inbox.gov.00.v1", None),
        ("other", None),
    ],
)
def test_a_topic_tells_its_stream(topic: str, stream: str | None) -> None:
    assert stream == Place(topic, 0, 0).stream


def test_an_inbox_tells_whose_it_is() -> None:
    assert SOMEBODY == Place(streams.inbox_topic(SOMEBODY, False), 0, 0).inbox_of


def test_a_stream_is_nobodys_inbox() -> None:
    assert Place("tocsin.ion.v1", 0, 0).inbox_of is None


def test_a_stream_lies_on_its_topic() -> None:
    assert "tocsin.ion.v1" == streams.stream_topic("ion")


def test_a_layout_that_was_written_reads_back() -> None:
    assert LAYOUT == streams.read_layout(streams.write_layout(LAYOUT))


def _target(**changes: Any) -> bytes:
    stream = {"width": 1, "retention_days": 1, "publish_roles": []} | changes.pop("stream", {})
    record = {"regions": ["global"], "streams": {changes.pop("name", "ion"): stream}}
    return canonical_json.dump(record | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"regions": []},
        {"regions": ["global", "global"]},
        {"streams": {"ion": 1}},
        {"streams": []},
        {"name": "inbox"},
        {"name": "manifests"},
        {"name": "I O"},
        {"stream": {"width": 0}},
        {"stream": {"width": 1_025}},
        {"stream": {"retention_days": None}},
        {"stream": {"publish_roles": 1}},
    ],
)
def test_a_bad_layout_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        streams.read_layout(_target(**changes))


def test_a_layout_may_have_no_streams_yet() -> None:
    assert {} == streams.read_layout(b'{"regions":["global"]}').streams
