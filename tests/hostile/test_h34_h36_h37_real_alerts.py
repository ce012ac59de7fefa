"""Hostile inputs 34, 36 and 37 with the real schemas: an incident to couriers, two bodies of one alert, an
alert that its author released, also past the audience by the firm's own inbox.
"""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

import schemas
from tests.support.incidents import INCIDENT, SEIZURE
from tests.support.parties import NOW_S
from tests.support.plain import jpeg, png, png_of
from tests.support.reports import smallest_alert
from tests.support.world import (
    COURIER,
    ORIGINATOR,
    MemoryReader,
    Sender,
    audience_target,
    codec_of,
    directory_of,
    give_keys,
    report_id,
    targets,
)
from tocsin.core import wire
from tocsin.core.alert_images import image_of
from tocsin.core.ids import audience_id, own_audience, schema_id
from tocsin.core.outcomes import AlarmKind, Outcome, Reason
from tocsin.core.report import check_alert, check_incident, domain_check
from tocsin.core.signatures import approve

ALERT = schemas.load("reports/alert.avsc")
TO_COURIER = own_audience(COURIER.id)
SAFETY = {"hazards": ["GHS06"], "protective_equipment": ["gloves"]}
WORLD = directory_of(
    targets()
    | {f"schemas/{schema_id(one).hex()}.avsc": one for one in (INCIDENT, ALERT)}
    | dict([audience_target("couriers", ALERT, sectors=["courier"], approvals=2, safety_approvals=1)])
)


def alert(**changes: Any) -> wire.Item:
    data = deepcopy(smallest_alert(issued=NOW_S, valid_until=NOW_S + 86_400, **changes))
    body = codec_of(ALERT).encode(check_alert(data, now_s=NOW_S).body)
    return wire.Item(schema_id(ALERT), report_id("alert"), data["version"], body, ())


def released(item: wire.Item, *persons: str, audience: str = "couriers") -> wire.Item:
    approvals = tuple(
        approve(ORIGINATOR.release(one), ORIGINATOR.key("release", one).id, audience_id(audience), item)
        for one in persons
    )
    return replace(item, approvals=approvals)


class Lane:
    """A sender to the courier by one audience, and the courier."""

    def __init__(self, audience: str = "couriers") -> None:
        self.sender = Sender(ORIGINATOR, WORLD, audience)
        self.reader = MemoryReader(COURIER, WORLD, domain_check)
        self.stream = "alerts" if audience == "couriers" else "inbox"
        give_keys(self.sender, self.reader)

    def fate(self, item: wire.Item) -> Any:
        sent = self.sender.send(item, stream=self.stream)
        return self.reader.read(sent.value, sent.place, NOW_S)


BOTH = ("author", "releaser")


def test_h34_an_incident_to_couriers_is_quarantined() -> None:
    body = codec_of(INCIDENT).encode(check_incident(deepcopy(SEIZURE), now_s=NOW_S).body)
    item = wire.Item(schema_id(INCIDENT), report_id("incident"), 1, body, ())
    fate = Lane().fate(released(item, *BOTH))
    assert (Outcome.QUARANTINED, Reason.SCHEMA_NOT_ALLOWED) == (fate.outcome, fate.reason)


def test_h36_another_text_under_a_known_version_of_an_alert_is_an_alarm_and_the_first_stays() -> None:
    lane = Lane()
    assert Outcome.ACCEPTED is lane.fate(released(alert(), *BOTH)).outcome
    fate = lane.fate(released(alert(title="Another one"), *BOTH))
    assert (Outcome.QUARANTINED, Reason.OTHER_BYTES) == (fate.outcome, fate.reason)
    assert [AlarmKind.OTHER_BYTES] == [one.kind for one in fate.alarms]


@pytest.mark.parametrize("persons", [(), ("author",), ("author", "author")])
def test_h37_an_alert_that_one_person_released_is_quarantined(persons: tuple[str, ...]) -> None:
    fate = Lane().fate(released(alert(), *persons))
    assert (Outcome.QUARANTINED, Reason.APPROVALS) == (fate.outcome, fate.reason)


def test_h37_a_safety_notice_that_one_person_released_is_accepted_where_the_audience_allows_it() -> None:
    notice = alert(safety_notice=True, safety=SAFETY)
    assert Outcome.ACCEPTED is Lane().fate(released(notice, "author")).outcome
    fate = Lane().fate(notice)
    assert (Outcome.QUARANTINED, Reason.APPROVALS) == (fate.outcome, fate.reason)


def test_h37_a_safety_notice_that_tells_more_than_safety_is_quarantined_whoever_released_it() -> None:
    body = codec_of(ALERT).decode(alert(safety_notice=True, safety=SAFETY).body) | {"origins": ["IN"]}
    forged = replace(alert(), body=codec_of(ALERT).encode(body))
    fate = Lane().fate(released(forged, "author"))
    assert (Outcome.QUARANTINED, Reason.DOMAIN) == (fate.outcome, fate.reason)


@pytest.mark.parametrize(
    ("persons", "wanted"), [((), Outcome.QUARANTINED), (("author",), Outcome.QUARANTINED)]
)
def test_h37_the_firms_own_inbox_is_no_way_past_two_people(
    persons: tuple[str, ...], wanted: Outcome
) -> None:
    fate = Lane(TO_COURIER).fate(released(alert(), *persons, audience=TO_COURIER))
    assert (wanted, Reason.APPROVALS) == (fate.outcome, fate.reason)


def test_h37_an_approval_for_the_audience_is_none_for_the_firms_own_inbox() -> None:
    fate = Lane(TO_COURIER).fate(released(alert(), *BOTH, audience="couriers"))
    assert (Outcome.QUARANTINED, Reason.APPROVALS) == (fate.outcome, fate.reason)


TARGETS = [{"type": "awb", "value": "02081140743"}]


def test_targets_are_accepted_in_the_firms_own_inbox_and_quarantined_in_a_sectors_alert() -> None:
    own = Lane(TO_COURIER).fate(released(alert(targets=TARGETS), *BOTH, audience=TO_COURIER))
    assert Outcome.ACCEPTED is own.outcome
    fate = Lane().fate(released(alert(targets=TARGETS), *BOTH))
    assert (Outcome.QUARANTINED, Reason.DOMAIN) == (fate.outcome, fate.reason)


@pytest.mark.parametrize("audience", ["couriers", TO_COURIER])
def test_an_alert_for_another_sector_is_quarantined(audience: str) -> None:
    fate = Lane(audience).fate(released(alert(sectors=["bank"]), *BOTH, audience=audience))
    assert (Outcome.QUARANTINED, Reason.DOMAIN) == (fate.outcome, fate.reason)


@pytest.mark.parametrize(
    ("prefix", "wanted"), [("awb:020", Outcome.ACCEPTED), ("awb:023", Outcome.QUARANTINED)]
)
def test_a_target_in_a_firms_inbox_is_quarantined_where_its_number_is_another_firms(
    prefix: str, wanted: Outcome
) -> None:
    lane = Lane(TO_COURIER)
    courier = replace(WORLD.participants[COURIER.id], prefixes=(prefix,))
    lane.reader.directory = replace(WORLD, participants={**WORLD.participants, COURIER.id: courier})
    fate = lane.fate(released(alert(targets=TARGETS), *BOTH, audience=TO_COURIER))
    assert wanted is fate.outcome


def test_an_alert_that_counts_its_versions_otherwise_than_its_item_is_quarantined() -> None:
    item = replace(alert(), version=2)
    fate = Lane().fate(released(item, *BOTH))
    assert (Outcome.QUARANTINED, Reason.DOMAIN) == (fate.outcome, fate.reason)


@pytest.mark.parametrize(
    "image",
    [
        {"content": png() + b"PK\x03\x04 an archive"},
        {"content": png_of(("tEXt", b"Author\0Jane Doe"))},
        {"content": png(3, 2) + jpeg()},
        {"content": png(4, 2)},
        {"sha256": "0" * 64},
        {"media_type": "image/jpeg"},
    ],
)
def test_a_reader_refuses_an_alert_with_a_picture_that_is_more_or_other_than_it_says(image: Any) -> None:
    honest = alert(images=[image_of(png())])
    assert Outcome.ACCEPTED is Lane().fate(released(honest, *BOTH)).outcome
    codec = codec_of(ALERT)
    body = codec.decode(honest.body)
    body["images"][0] |= image
    fate = Lane().fate(released(replace(honest, body=codec.encode(body)), *BOTH))
    assert (Outcome.QUARANTINED, Reason.DOMAIN) == (fate.outcome, fate.reason)


def test_a_reader_refuses_a_third_picture_and_a_bomb() -> None:
    codec = codec_of(ALERT)
    body = codec.decode(alert(images=[image_of(png())]).body)
    bomb = png_of(("IHDR", b"\0\0\xff\xff\0\0\xff\xff\x08\2\0\0\0"), ("IDAT", b"x"), ("IEND", b""))
    for images in (body["images"] * 3, [body["images"][0] | {"content": bomb}]):
        forged = replace(alert(), body=codec.encode(body | {"images": images}))
        fate = Lane().fate(released(forged, *BOTH))
        assert (Outcome.QUARANTINED, Reason.DOMAIN) == (fate.outcome, fate.reason)
