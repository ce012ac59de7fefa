"""A picture for firms: made anew, small, and nothing in it but what can be seen."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from tests.support.photographs import CANARY, opened, photograph
from tocsin.adapters.pictures import picture_for_firms
from tocsin.core.errors import MalformedError
from tocsin.core.plain_pictures import MAX_SIDE_PIXELS, plain_picture

MAX_BYTES = 65_536


def saved(picture, form, **options):
    out = BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def archive():
    out = BytesIO()
    with ZipFile(out, "w") as files:
        files.writestr("names.txt", CANARY)
    return out.getvalue()


def with_thumbnail():
    """A photograph whose EXIF holds a smaller one, as cameras put it there."""
    exif = Image.Exif()
    exif[0x010E] = CANARY.decode()
    exif.get_ifd(0x8769)[0x9286] = CANARY
    exif.get_ifd(0x8825).update({1: "N", 2: (3.0, 27.0, 0.0)})
    small = b"\xff\xd8" + CANARY + b"\xff\xd9"
    return saved(Image.effect_noise((64, 48), 9).convert("RGB"), "JPEG", exif=exif.tobytes() + small)


def texts():
    info = PngInfo()
    info.add_text("Author", CANARY.decode())
    info.add_itxt("XML:com.adobe.xmp", CANARY.decode(), zip=True)
    return saved(Image.new("RGB", (9, 9), "red"), "PNG", pnginfo=info)


def profiled():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + CANARY
    return saved(Image.new("RGB", (9, 9), "red"), "JPEG", icc_profile=profile, comment=CANARY)


@pytest.mark.parametrize(
    "content",
    [
        photograph() + CANARY,
        photograph("PNG", (40, 30)) + CANARY,
        photograph("WEBP"),
        photograph() + archive(),
        photograph("PNG", (40, 30)) + archive(),
        with_thumbnail(),
        texts(),
        profiled(),
        saved(Image.new("P", (9, 9)), "GIF", comment=CANARY),
        saved(Image.new("I;16", (9, 9)), "PNG"),
        saved(Image.new("CMYK", (9, 9)), "JPEG"),
    ],
)
def test_whatever_a_picture_holds_beside_its_pixels_stays_behind(content):
    made = picture_for_firms(content, MAX_BYTES).content
    assert plain_picture(made)
    for word in (CANARY, b"Camera of the tests", b"Exif", b"PK\x03\x04", b"ICC"):
        assert word not in made
    assert not opened(made).getexif()


def test_what_lies_under_transparency_is_not_there_any_more():
    hidden = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    made = opened(picture_for_firms(saved(hidden, "PNG"), MAX_BYTES).content)
    assert [(400, (255, 255, 255))] == made.convert("RGB").getcolors()


def test_the_tables_of_a_camera_are_not_kept():
    one, other = (picture_for_firms(photograph(quality=quality), MAX_BYTES) for quality in (50, 95))
    assert opened(one.content).quantization == opened(other.content).quantization


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_large_photograph_is_made_to_fit_and_keeps_its_shape(form):
    clean = picture_for_firms(photograph(form, (2_500, 1_250), orientation=6), MAX_BYTES)
    width, height = opened(clean.content).size
    assert len(clean.content) <= MAX_BYTES
    assert max(width, height) <= MAX_SIDE_PIXELS
    assert pytest.approx(2, rel=0.02) == height / width
    assert (width, height) == clean.scaled_to


def test_a_small_drawing_stays_a_png_pixel_by_pixel():
    drawing = Image.new("RGB", (30, 20), "blue")
    clean = picture_for_firms(saved(drawing, "PNG"), MAX_BYTES)
    assert (None, "PNG", drawing.tobytes()) == (
        clean.scaled_to,
        opened(clean.content).format,
        opened(clean.content).tobytes(),
    )


def test_a_picture_that_can_be_made_no_smaller_ends():
    assert picture_for_firms(photograph(size=(3, 2_000)), 10).content


def test_a_bomb_is_refused():
    with pytest.raises(MalformedError, match="over 64000000 pixels"):
        picture_for_firms(saved(Image.new("1", (9_000, 9_000)), "PNG"), MAX_BYTES)
