"""Nothing of a report comes into an alert unless a person typed it there: from any incident, with any text
planted in any field.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.PngImagePlugin import PngInfo

from services.producer.alerts import previewing
from services.producer.alerts.linting import findings_of
from services.producer.alerts.picturing import images_wanted
from services.producer.alerts.releasing import Consent, approve
from services.producer.alerts.signing import item_of
from services.producer.alerts.writing_alerts import Wish, propose
from tests.support.unit import TEXT
from tocsin.core.narrative_overlap import own_texts

WORDS = st.text(
    alphabet=st.characters(codec="utf-8", categories=("Lu", "Ll", "Nd")), min_size=5, max_size=30
)
PLANT = st.builds("CANARY{}".format, WORDS)
VALUE = st.recursive(PLANT, lambda inner: st.lists(inner, max_size=3), max_leaves=4)
FIELDS = ("narrative", "parties", "place", "transport", "outcome", "links", "remarks", "national_reference")
REPORTS = st.dictionaries(
    st.sampled_from(FIELDS), VALUE | st.dictionaries(WORDS, VALUE, max_size=4), min_size=1, max_size=6
)


def texts_in(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    inner = value.values() if isinstance(value, dict) else value
    return set().union(*map(texts_in, inner)) if inner else set()


@given(report=REPORTS)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_from_any_report_nothing_of_it_is_in_the_alert(unit, report):
    planted = texts_in(report)
    source = own_texts(report)
    with unit.room() as room:
        one = propose(room, unit.who("dora"), TEXT, Wish(("couriers",), source=source))
        shown = [previewing.shown(previewing.as_sent(one, "courier"), form) for form in previewing.FORMATS]
        sent = [item_of(one, unit.directory, "couriers").body.decode("utf-8", "replace"), *shown]
    assert [] == [text for text in planted for place in sent if text in place]


def holding(plant: str) -> Iterator[bytes]:
    """Pictures that hold `plant` wherever a file can hold something beside its pixels."""
    words = plant.encode()
    exif = Image.Exif()
    exif[Base.ImageDescription], exif[Base.Artist] = plant, plant
    exif.get_ifd(IFD.GPSInfo).update({GPS.GPSAreaInformation: words})
    text = PngInfo()
    text.add_itxt("Comment", plant)
    picture = Image.new("RGB", (24, 16), "red")
    for form, options in (
        ("JPEG", {"exif": exif.tobytes(), "comment": words, "xmp": words}),
        ("PNG", {"exif": exif.tobytes(), "pnginfo": text}),
        ("WEBP", {"exif": exif.tobytes(), "xmp": words}),
    ):
        out = BytesIO()
        picture.save(out, form, **options)
        assert words in out.getvalue()
        yield out.getvalue() + words


@given(plant=PLANT)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_a_picture_holds_beside_its_pixels_is_in_the_alert(unit, plant):
    for content in holding(plant):
        path = unit.folder / "picture"
        path.write_bytes(content)
        images = images_wanted([str(path)], none=False)
        with unit.room() as room:
            one = propose(room, unit.who("dora"), TEXT, Wish(("couriers",), images=images))
        sent = item_of(one, unit.directory, "couriers").body
        shown = "".join(
            previewing.shown(previewing.as_sent(one, "courier"), form) for form in ("text", "html")
        )
        assert plant.encode() not in sent
        assert plant not in shown


@given(plant=PLANT)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_somebody_typed_over_from_the_report_is_found_by_the_lint(unit, plant):
    report = {"parties": [{"name": plant}], "narrative": {"government": f"seen with {plant} at night"}}
    text = TEXT | {"advice": f"Ask whether {plant} is there."}
    with unit.room() as room:
        one = propose(room, unit.who("dora"), text, Wish(("couriers",), source=own_texts(report)))
        assert "narrative" in {found.code for found in findings_of(room, one)}


def test_what_an_alert_says_is_in_no_file_of_the_home_in_clear(unit):
    text = TEXT | {"title": "CANARYTITLE", "advice": "CANARYADVICE"}
    with unit.room() as room:
        wish = Wish(("couriers",), source=("CANARYSOURCE",))
        one = propose(room, unit.who("ana"), text, wish)
        approve(room, unit.who("ben"), one.name, Consent("checked"))
    unit.hand_over()
    files = [path for path in unit.home.rglob("*") if path.is_file()]
    assert [] == [str(path) for path in files if b"CANARY" in path.read_bytes()]


def test_a_page_shows_markup_in_an_alert_as_text(unit):
    text = TEXT | {"title": "<script>alert(1)</script>", "advice": "<img src=x>\u202e"}
    with unit.room() as room:
        one = propose(room, unit.who("ana"), text, Wish(("couriers",)))
    page = previewing.shown(previewing.as_sent(one, "courier"), "html")
    assert "<script" not in page
    assert "<img" not in page
    assert "\u202e" not in page
