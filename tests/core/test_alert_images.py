"""The pictures of an alert: at most two, small, plain, each what its hash says; the same for both sides."""

from base64 import b64encode
from typing import Any

import pytest

import schemas
from tests.support.plain import jpeg, png, png_of
from tests.support.reports import problems_of, smallest_alert
from tests.support.world import codec_of
from tocsin.core.alert_fields import alert_check
from tocsin.core.alert_images import (
    MAX_IMAGE_BYTES,
    files_of,
    image_of,
    in_words,
    with_bytes,
    without_content,
)
from tocsin.core.errors import MalformedError
from tocsin.core.json_fields import in_json
from tocsin.core.schema_versions import Versions

SIDES = pytest.mark.parametrize("check", [alert_check(strict=True), alert_check(strict=False)])
PNG_ENTRY = image_of(png(), "White carton with brown tape")
JPEG_ENTRY = image_of(jpeg())
ALERT = schemas.load("reports/alert.avsc")


def alert(*images: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return smallest_alert(images=list(images), **changes)


@SIDES
def test_two_pictures_pass_and_travel_as_they_are(check: Any) -> None:
    body = check(alert(PNG_ENTRY, JPEG_ENTRY))
    assert [PNG_ENTRY, JPEG_ENTRY] == body["images"]
    codec = codec_of(ALERT)
    assert body == codec.decode(codec.encode(body))


@SIDES
def test_in_json_their_bytes_are_base64_and_come_back_the_same(check: Any) -> None:
    body = check(alert(PNG_ENTRY))
    told = in_json(body)
    assert b64encode(png()).decode() == told["images"][0]["content"]
    assert body == check(told) == with_bytes(told)


@SIDES
@pytest.mark.parametrize(
    ("images", "place"),
    [
        ([PNG_ENTRY] * 3, "images"),
        ([PNG_ENTRY | {"content": b""}], "images[0].content"),
        ([PNG_ENTRY | {"content": bytes(MAX_IMAGE_BYTES + 1)}], "images[0].content"),
        ([PNG_ENTRY | {"content": "A" * (2 * MAX_IMAGE_BYTES)}], "images[0].content"),
        ([PNG_ENTRY | {"content": "no base64!"}], "images[0].content"),
        ([PNG_ENTRY | {"content": 7}], "images[0].content"),
        ([PNG_ENTRY | {"content": png() + b"PK\x03\x04"}], "images[0].content"),
        ([PNG_ENTRY | {"content": png_of(("tEXt", b"Comment\0x"))}], "images[0].content"),
        ([PNG_ENTRY | {"content": jpeg()}], "images[0].media_type"),
        ([PNG_ENTRY | {"content": png(4)}], "images[0].sha256"),
        ([PNG_ENTRY | {"media_type": "image/svg+xml"}], "images[0].media_type"),
        ([PNG_ENTRY | {"media_type": None}], "images[0].media_type"),
        ([PNG_ENTRY | {"sha256": "0" * 63}], "images[0].sha256"),
        ([PNG_ENTRY | {"sha256": None}], "images[0].sha256"),
        ([{}], "images[0].content"),
        ([PNG_ENTRY | {"caption": "call +352 691 123 456"}], "images[0].caption"),
        ([PNG_ENTRY | {"caption": "x" * 121}], "images[0].caption"),
    ],
)
def test_any_other_picture_is_refused_with_its_place(check: Any, images: Any, place: str) -> None:
    assert place in problems_of(check, alert(*images))


@SIDES
def test_an_alert_that_has_ended_and_a_safety_notice_have_no_pictures(check: Any) -> None:
    ended = alert(PNG_ENTRY, status="cleared", version=2)
    assert ["images"] == list(problems_of(check, ended))
    safety = {"safety_notice": True, "safety": {"hazards": ["GHS06"]}}
    assert ["images"] == list(problems_of(check, alert(PNG_ENTRY, **safety)))


def test_what_is_no_plain_picture_becomes_no_entry() -> None:
    with pytest.raises(MalformedError, match="neither a PNG nor a JPEG"):
        image_of(b"GIF89a")


def test_an_alert_without_pictures_is_written_in_the_older_version_and_one_with_them_in_1_2() -> None:
    versions = Versions(schemas.versions("alert"))
    plain, shown = (alert_check(strict=True)(one) for one in (alert(), alert(PNG_ENTRY)))
    assert (0, 1, 2) == versions.holding(plain)
    assert (2,) == versions.holding(shown)
    assert "images" in versions.missing(1, shown)


def test_people_read_a_sentence_in_place_of_bytes() -> None:
    (said,) = in_words([PNG_ENTRY])
    assert said.startswith(f"PNG, 3 × 2 pixels, {len(png())} bytes, SHA-256 {PNG_ENTRY['sha256'][:16]}…")
    assert said.endswith(": White carton with brown tape")
    assert {"images": [said]} == without_content({"images": [in_json(PNG_ENTRY)]})
    assert {"title": "x"} == without_content({"title": "x"})


def test_files_are_named_by_number_and_kind() -> None:
    assert [("-image-1.jpg", jpeg()), ("-image-2.png", png())] == files_of([JPEG_ENTRY, in_json(PNG_ENTRY)])
