"""A picture made anew: what can be seen stays, all else is left behind."""

import struct
from io import BytesIO

import pytest
from PIL import Image, ImageCms
from PIL.ExifTags import GPS, IFD
from PIL.PngImagePlugin import PngInfo

from tests.support.photographs import CALI, CANARY, opened, photograph, place_of
from tocsin.adapters.pictures import clean_picture, holds_location
from tocsin.core.errors import MalformedError

XMP_WITH_A_PLACE = b'<x:xmpmeta><rdf:Description exif:GPSLatitude="3,27.0N"/></x:xmpmeta>'
FORMS = ["JPEG", "PNG", "WEBP"]


def bomb() -> bytes:
    """10 KB that unpack to 81 million pixels."""
    out = BytesIO()
    Image.new("1", (9_000, 9_000)).save(out, "PNG")
    return out.getvalue()


def moving(form: str) -> bytes:
    """Two frames."""
    out = BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(out, form, save_all=True, append_images=frames[1:])
    return out.getvalue()


@pytest.mark.parametrize("form", FORMS)
def test_nothing_but_the_picture_is_left(form):
    clean = clean_picture(photograph(form) + CANARY)
    assert clean.held_location
    assert {} == dict(opened(clean.content).getexif())
    for word in (CANARY, b"Camera of the tests", b"Exif", b"http"):
        assert word not in clean.content
    assert not holds_location(clean.content)


@pytest.mark.parametrize("form", FORMS)
def test_a_place_that_is_to_be_kept_is_all_that_is_kept(form):
    clean = clean_picture(photograph(form, orientation=6), keep_location=True)
    assert CALI.keys() == place_of(clean.content).keys()
    assert [IFD.GPSInfo] == list(opened(clean.content).getexif())


@pytest.mark.parametrize(
    ("orientation", "corner"),
    [(1, "top left"), (2, "top right"), (3, "bottom right"), (6, "top right"), (8, "bottom left")],
)
@pytest.mark.parametrize("form", FORMS)
def test_a_picture_stands_upright_afterwards(form, orientation, corner):
    picture = opened(clean_picture(photograph(form, orientation=orientation)).content).convert("RGB")
    assert ((240, 320) if orientation in {6, 8} else (320, 240)) == picture.size
    x = 5 if "left" in corner else picture.width - 6
    y = 5 if "top" in corner else picture.height - 6
    red, green, blue = picture.getpixel((x, y))
    assert red > 200
    assert max(green, blue) < 60


def test_a_jpeg_keeps_its_quantisation_and_about_its_size():
    before = photograph(quality=70, size=(640, 480))
    after = clean_picture(before).content
    assert opened(before).quantization == opened(after).quantization
    assert pytest.approx(len(before), rel=0.1) == len(after)


def test_a_thumbnail_and_a_comment_go():
    # A directory with the orientation, then the thumbnail's with its width: TIFF 6.0, section 2.
    entries = [struct.pack("<HHHII", 1, tag, 3, 1, value) for tag, value in ((0x112, 1), (0x100, 160))]
    exif = b"Exif\0\0II*\0" + struct.pack("<I", 8) + entries[0] + struct.pack("<I", 26)
    out = BytesIO()
    Image.new("RGB", (64, 64)).save(
        out, "JPEG", exif=exif + entries[1] + struct.pack("<I", 0), comment=CANARY
    )
    clean = clean_picture(out.getvalue())
    assert {"thumbnail", "text"} <= set(clean.left_behind)
    assert CANARY not in clean.content


def test_further_pictures_in_a_phones_file_go():
    out = BytesIO()
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    frames[0].save(out, "MPO", save_all=True, append_images=frames[1:])
    clean = clean_picture(out.getvalue())
    assert "further pictures in the file" in clean.left_behind
    assert 1 == getattr(opened(clean.content), "n_frames", 1)
    assert (254, 0, 0) == opened(clean.content).getpixel((3, 3))


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_a_place_in_xmp_counts_as_a_place_and_goes(form):
    out = BytesIO()
    Image.new("RGB", (64, 64)).save(out, form, xmp=XMP_WITH_A_PLACE)
    clean = clean_picture(out.getvalue())
    assert clean.held_location
    assert b"GPS" not in clean.content


def test_a_place_in_iptc_counts_as_a_place_and_goes():
    block = b"\x1c\x02\x5a\x00\x04Cali"
    field = b"8BIM\x04\x04\x00\x00" + len(block).to_bytes(4, "big") + block + b"\x00" * (len(block) % 2)
    segment = b"Photoshop 3.0\x00" + field
    plain = photograph(gps=None)
    content = plain[:2] + b"\xff\xed" + (len(segment) + 2).to_bytes(2, "big") + segment + plain[2:]
    clean = clean_picture(content)
    assert clean.held_location
    assert "IPTC" in clean.left_behind
    assert b"Cali" not in clean.content


def test_text_in_a_png_goes():
    about, out = PngInfo(), BytesIO()
    about.add_text("Comment", CANARY.decode(), zip=True)
    about.add_itxt("XML:com.adobe.xmp", XMP_WITH_A_PLACE.decode())
    Image.new("RGB", (8, 8)).save(out, "PNG", pnginfo=about)
    clean = clean_picture(out.getvalue())
    assert clean.held_location
    assert {"text", "XMP"} <= set(clean.left_behind)
    assert not any(one in clean.content for one in (b"tEXt", b"zTXt", b"iTXt"))


def test_a_time_without_a_place_is_no_location():
    clean = clean_picture(photograph(gps={GPS.GPSDateStamp: "2026:11:28"}))
    assert not clean.held_location
    assert {} == place_of(clean_picture(photograph(gps={7: (1.0, 2.0, 3.0)}), keep_location=True).content)


def test_colours_are_srgb_without_a_profile_afterwards():
    out, profile = BytesIO(), ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (8, 8), (10, 200, 30)).save(out, "PNG", icc_profile=profile)
    after = opened(clean_picture(out.getvalue()).content)
    assert "icc_profile" not in after.info
    assert all(abs(a - b) <= 1 for a, b in zip((10, 200, 30), after.getpixel((3, 3)), strict=True))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_a_png_of_any_mode_stays_what_it_shows(mode):
    out = BytesIO()
    picture = (
        Image.new("L", (16, 16), 200) if mode == "I;16" else Image.new("RGBA", (16, 16), (9, 9, 9, 99))
    )
    picture.convert(mode).save(out, "PNG")
    before, after = opened(out.getvalue()), opened(clean_picture(out.getvalue()).content)
    assert (before.mode, before.tobytes()) == (after.mode, after.tobytes())


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_a_jpeg_of_another_mode_is_made_anew_too(mode):
    out = BytesIO()
    Image.new(mode, (16, 16), 40 if mode == "L" else (200, 0, 0, 0)).save(out, "JPEG")
    assert ("L" if mode == "L" else "RGB") == opened(clean_picture(out.getvalue()).content).mode


def test_a_gif_keeps_its_transparency_and_loses_its_comment():
    out, picture = BytesIO(), Image.new("P", (16, 16), 1)
    picture.putpalette([0, 0, 0, 255, 0, 0])
    picture.save(out, "GIF", transparency=1, comment=CANARY)
    clean = clean_picture(out.getvalue() + b"<html>")
    assert {"text", "data behind the picture"} == set(clean.left_behind)
    assert CANARY not in clean.content
    assert b"<html>" not in clean.content
    assert 0 == opened(clean.content).convert("RGBA").getpixel((3, 3))[3]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (photograph()[:4_000], "damaged or was cut off"),
        (photograph("PNG")[:4_000], "damaged or was cut off"),
        (b"GIF89a<html><script>alert(1)</script>", "damaged or was cut off"),
        (b"\xff\xd8\xff\xe0", "damaged or was cut off"),
        (bomb(), "over 64000000 pixels"),
        (moving("GIF"), "moves"),
        (moving("PNG"), "moves"),
        (moving("WEBP"), "moves"),
    ],
)
def test_what_is_no_still_picture_of_a_size_is_refused(content, told):
    with pytest.raises(MalformedError, match=told):
        clean_picture(content)


def test_no_cut_or_flip_of_a_photograph_is_a_bug():
    """Whatever a file holds, it becomes a picture or a refusal."""
    whole = photograph(size=(64, 48))
    spoiled = [whole[:end] for end in range(0, len(whole), 7)]
    spoiled += [whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :] for at in range(0, len(whole), 5)]
    for content in spoiled:
        try:
            clean = clean_picture(content)
        except MalformedError:
            continue
        assert not holds_location(clean.content)
