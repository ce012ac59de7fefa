"""Pictures in an alert: a person adds them, they are made anew, and are released with the text."""

import pytest

from services.producer.alerts import previewing
from services.producer.alerts.following import update
from services.producer.alerts.picturing import images_wanted
from services.producer.alerts.releasing import Consent, UnacknowledgedError, approve
from services.producer.alerts.signing import item_of, still_missing
from services.producer.alerts.writing_alerts import Wish, edit, propose
from tests.producer.alerts.test_service import deeds
from tests.support.photographs import CANARY, photograph
from tests.support.plain import png
from tests.support.unit import ALERT, TEXT
from tests.support.world import codec_of
from tocsin.core import codes
from tocsin.core.alert_images import image_of
from tocsin.core.errors import InvalidReportError, RefusedByRuleError, SettingsError
from tocsin.core.ids import schema_id
from tocsin.core.json_fields import in_json

SEEN = Consent("looked at it", ("picture:images[0]:0",))


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "box.jpg"
    path.write_bytes(photograph() + CANARY)
    return str(path)


def proposed(unit, *given, **changes):
    with unit.room() as room:
        wish = Wish(("couriers",), images=images_wanted(given, none=False))
        return propose(room, unit.who("ana"), TEXT | changes, wish)


def test_a_picture_is_made_anew_and_what_was_left_out_is_said(unit, photo, capsys):
    one = proposed(unit, f"{photo}=White carton")
    err = capsys.readouterr().err
    assert "box.jpg: made anew; location removed" in err
    assert "picture 1: JPEG, 320 × 240 pixels" in err
    (image,) = one.body["images"]
    assert "White carton" == image["caption"]
    assert CANARY not in image["content"]


def test_it_waits_and_is_released_with_the_text_and_under_its_signatures(unit, photo):
    one = proposed(unit, photo)
    with unit.room() as room:
        kept = room.desk.proposals.get(one.name)
        assert one.body == kept.body
        with pytest.raises(UnacknowledgedError) as caught:
            approve(room, unit.who("ben"), one.name, Consent("looked at it"))
        assert ["picture:images[0]:0"] == [found.key for found in caught.value.findings]
        after, missing = approve(room, unit.who("ben"), one.name, SEEN)
    assert [] == missing
    item = item_of(after, unit.directory, "couriers")
    assert schema_id(ALERT) == item.schema
    assert one.body["images"] == codec_of(ALERT).decode(item.body)["images"]


def test_another_picture_under_the_same_signatures_is_not_released(unit, photo, tmp_path):
    one = proposed(unit, photo)
    with unit.room() as room:
        after, _ = approve(room, unit.who("ben"), one.name, SEEN)
        other = tmp_path / "other.png"
        other.write_bytes(photograph("PNG", (20, 20)))
        after.body["images"] = list(images_wanted([str(other)], none=False))
        assert ["audience couriers asks for 2 valid approvals"] == still_missing(room, after)


def test_every_form_of_the_preview_shows_it(unit, photo):
    alert = previewing.as_sent(proposed(unit, f"{photo}=A <b>box</b>"), "courier")
    (image,) = in_json(alert)["images"]
    assert "JPEG, 320 × 240 pixels" in previewing.shown(alert, "text")
    assert image["content"] in previewing.shown(alert, "json")
    page = previewing.shown(alert, "html")
    assert f'<img src="data:image/jpeg;base64,{image["content"]}" alt="A &lt;b&gt;box&lt;/b&gt;">' in page
    assert "img-src data:" in page


def test_an_edit_keeps_the_pictures_unless_it_says_otherwise(unit, photo):
    one = proposed(unit, photo)
    with unit.room() as room:
        after = edit(room, unit.who("ana"), one.name, TEXT | {"title": "Another"})
        assert one.body["images"] == after.body["images"]
        after = edit(room, unit.who("ana"), one.name, TEXT, images_wanted([], none=True))
    assert [] == after.body["images"]


def test_an_update_keeps_the_pictures_of_what_was_released(unit, photo):
    one = proposed(unit, photo)
    with unit.room() as room:
        approve(room, unit.who("ben"), one.name, SEEN)
    unit.hand_over()
    with unit.room() as room:
        after, _ = update(room, unit.who("ana"), one.alert_id, TEXT | {"title": "Another"})
    assert one.body["images"] == after.body["images"]


def test_a_file_brings_no_pictures_of_its_own(unit):
    image = in_json(image_of(png()))
    with pytest.raises(InvalidReportError, match="are added with --image FILE"):
        proposed(unit, images=[image])


@pytest.mark.parametrize(
    ("content", "error", "sentence"),
    [
        (None, SettingsError, "is no file that can be read"),
        (b"", RefusedByRuleError, "is empty"),
        (b"%PDF-1.7", RefusedByRuleError, "a picture is wanted"),
        (b"just words", RefusedByRuleError, "a picture is wanted"),
        (b"<svg onload=alert(1)>", RefusedByRuleError, "is a page or script"),
        (photograph()[:3_000], RefusedByRuleError, "is damaged or was cut off"),
        (photograph("PNG", (20, 20)), RefusedByRuleError, "its name says a JPEG picture"),
    ],
)
def test_what_is_no_picture_is_refused_by_its_name_and_nothing_is_kept(
    unit, tmp_path, content, error, sentence
):
    path = tmp_path / ("box.pdf" if content == b"%PDF-1.7" else "box.jpg")
    if content is not None:
        path.write_bytes(content)
    if content == b"just words":
        path = path.rename(tmp_path / "box.txt")
    with pytest.raises(error, match=sentence):
        proposed(unit, str(path))
    with unit.room() as room:
        assert [] == room.desk.proposals.all()


def test_there_are_at_most_two(photo):
    with pytest.raises(RefusedByRuleError, match="at most 2 pictures, 3 given"):
        images_wanted([photo] * 3, none=False)
    with pytest.raises(RefusedByRuleError, match="say two things"):
        images_wanted([photo], none=True)


def test_a_file_whose_name_holds_an_equals_sign_is_the_file(tmp_path):
    path = tmp_path / "box=white.jpg"
    path.write_bytes(photograph())
    (image,) = images_wanted([str(path)], none=False)
    assert image["caption"] is None


def test_the_log_names_pictures_by_their_hash(unit, photo):
    one = proposed(unit, photo)
    assert f"picture:{one.body['images'][0]['sha256'][:16]}" in deeds(unit)[-1]["details"]


@pytest.mark.parametrize("form", ["text", "html"])
def test_what_the_firm_is_asked_to_do_stands_before_all_details(unit, photo, form):
    alert = previewing.as_sent(proposed(unit, photo), "courier")
    shown = previewing.shown(alert, form)
    asked = codes.labels("report_values", "alert_actions")[alert["action"]]["en"]
    assert shown.index(asked) < shown.index("alert id")
