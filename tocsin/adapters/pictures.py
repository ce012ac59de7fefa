"""Makes a picture anew from what can be seen in it; the only file that knows Pillow.

Everything but the picture stays behind: place, time, camera, thumbnail, text, second pictures and whatever
follows the end of the file. Orientation is turned into the picture, colours into sRGB. A JPEG keeps its
own quantisation, so that hardly anything is lost. A picture is judged by its size before it is unpacked.
"""

from __future__ import annotations

import re
import struct
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms, ImageOps
from PIL.ExifTags import IFD
from PIL.JpegImagePlugin import get_sampling

from tocsin.core.errors import MalformedError
from tocsin.core.plain_pictures import MAX_SIDE_PIXELS

MAX_PIXELS = 64_000_000
MAX_PROFILE_BYTES = 4_194_304
JPEG_QUALITY = 92
FIRMS_JPEG_QUALITY = 85
SCALING_STEPS = 7
WEBP_QUALITY = 90
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# Fields of EXIF's GPS directory that say nothing of a place: its version, the time, the date.
_NO_PLACE = frozenset({0, 7, 29})
# Of XMP, whatever names a place; of IPTC (2:xx), city, sublocation, state, country and location codes.
_PLACE_IN_XMP = re.compile(rb"GPSL(?:at|ong)itude|photoshop:(?:City|State|Country)|Iptc4xmp\w*:\w*Location")
_PLACE_IN_IPTC = re.compile(rb"\x1c\x02[\x5a\x5c\x5f\x64\x65\x1a\x1b]")
_SCALING = dict.fromkeys(("L", "LA", "RGB", "RGBA"), Image.Resampling.LANCZOS)
_ENDS = {"JPEG": b"\xff\xd9", "MPO": b"\xff\xd9", "PNG": b"IEND\xaeB`\x82", "GIF": b";"}
_FAULTS = (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, struct.error, OverflowError)

Image.MAX_IMAGE_PIXELS = MAX_PIXELS


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """A picture as it may be sent. `held_location`: whether the file that it was made of named a place;
    `left_behind`: what else stayed behind, in words; `scaled_to`: its size in pixels where that changed.
    """

    content: bytes = field(repr=False)
    held_location: bool
    left_behind: tuple[str, ...]
    scaled_to: tuple[int, int] | None = None


def clean_picture(
    content: bytes, *, keep_location: bool = False, max_bytes: int | None = None
) -> CleanPicture:
    """`content` (JPEG, PNG, WebP or GIF) made anew. `keep_location` keeps the GPS fields of its EXIF and
    nothing else; a GIF has none. `max_bytes`: scaled down, if need be, until it has no more.

    Raises MalformedError for what is damaged, moves, or has over 64,000,000 pixels.
    """
    with _opened(content) as picture:
        located, left_behind = _location(picture), tuple(_left_behind(picture, content))
        picture.seek(0)
        gps = _gps(picture) if keep_location else {}
        made, scaled_to = _fitted(picture, gps, max_bytes)
        return CleanPicture(made, located, left_behind, scaled_to)


def picture_for_firms(content: bytes, max_bytes: int) -> CleanPicture:
    """`content` as an alert may carry it, on white: a PNG where a PNG or GIF fits as one, else a baseline
    JPEG with tables of our own, which tell nothing of the camera; scaled down until it has `max_bytes`.

    What comes out passes `core.plain_pictures`. Raises MalformedError as `clean_picture` does.
    """
    with _opened(content) as picture:
        located, left_behind = _location(picture), tuple(_left_behind(picture, content))
        picture.seek(0)
        shown = _on_white(_upright(picture))
        shown.thumbnail((MAX_SIDE_PIXELS, MAX_SIDE_PIXELS))
        shown.info = {}
        made = _as_png(shown) if picture.format in {"PNG", "GIF"} else None
        if made is None or len(made) > max_bytes:
            shown, made = _as_jpeg(shown, max_bytes)
        scaled_to = None if shown.size == ImageOps.exif_transpose(picture).size else shown.size
        return CleanPicture(made, located, left_behind, scaled_to)


def holds_location(content: bytes) -> bool:
    """Whether a picture's own fields name a place. Raises MalformedError as `clean_picture` does."""
    with _opened(content) as picture:
        return _location(picture)


@contextmanager
def _opened(content: bytes) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.simplefilter("ignore", UserWarning)  # damaged EXIF goes with the rest
            with Image.open(BytesIO(content), formats=_FORMATS) as picture:
                if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
                    raise MalformedError("the picture moves: attach one frame of it")
                picture.load()
                yield picture
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise MalformedError(f"the picture has over {MAX_PIXELS} pixels: make it smaller") from None
    except _FAULTS as error:
        raise MalformedError(
            f"the picture is damaged or was cut off ({type(error).__name__}): export it anew"
        ) from None


def _location(picture: Image.Image) -> bool:
    xmp, iptc = _xmp(picture), _iptc(picture)
    return bool(_gps(picture)) or bool(_PLACE_IN_XMP.search(xmp)) or bool(_PLACE_IN_IPTC.search(iptc))


def _gps(picture: Image.Image) -> Mapping[int, Any]:
    """The GPS fields, where they name a place."""
    fields = picture.getexif().get_ifd(IFD.GPSInfo)
    return fields if fields.keys() - _NO_PLACE else {}


def _xmp(picture: Image.Image) -> bytes:
    found = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
    return found.encode() if isinstance(found, str) else bytes(found)


def _iptc(picture: Image.Image) -> bytes:
    blocks = picture.info.get("photoshop") or {}
    return b"".join(bytes(one) for one in blocks.values() if isinstance(one, bytes))


def _left_behind(picture: Image.Image, content: bytes) -> Iterator[str]:
    info, exif = picture.info, picture.getexif()
    if exif:
        yield "camera, time and other fields (EXIF)"
    if exif.get_ifd(IFD.IFD1):
        yield "thumbnail"
    if _xmp(picture):
        yield "XMP"
    if info.get("photoshop"):
        yield "IPTC"
    if info.get("comment") or getattr(picture, "text", None):
        yield "text"
    if picture.format == "MPO":
        yield "further pictures in the file"
    if info.get("icc_profile"):
        yield "colour profile (the colours are sRGB now)"
    if not _ends_with_the_picture(picture, content):
        yield "data behind the picture"


def _ends_with_the_picture(picture: Image.Image, content: bytes) -> bool:
    if picture.format == "WEBP":
        return len(content) <= int.from_bytes(content[4:8], "little") + 8
    return content.endswith(_ENDS[str(picture.format)])


def _fitted(
    picture: Image.Image, gps: Mapping[int, Any], max_bytes: int | None
) -> tuple[bytes, tuple[int, int] | None]:
    upright = _upright(picture)
    written, scaled_to = _written(picture, upright, gps), None
    while max_bytes is not None and len(written) > max_bytes and min(upright.size) > 1:
        scale = min(0.95, (max_bytes / len(written)) ** 0.5)
        scaled_to = (max(1, int(upright.width * scale)), max(1, int(upright.height * scale)))
        upright = upright.resize(scaled_to, _SCALING.get(upright.mode, Image.Resampling.NEAREST))
        written = _written(picture, upright, gps)
    return written, scaled_to


def _upright(picture: Image.Image) -> Image.Image:
    """The picture's pixels alone, as they are to be seen."""
    upright = _in_srgb(ImageOps.exif_transpose(picture), picture.info.get("icc_profile"))
    transparency = picture.info.get("transparency")
    keeps = transparency is not None and upright.mode == picture.mode
    upright.info = {"transparency": transparency} if keeps else {}
    return upright


def _written(picture: Image.Image, upright: Image.Image, gps: Mapping[int, Any]) -> bytes:
    """`upright` in the format of `picture`, and of its fields only `gps`."""
    form = "JPEG" if picture.format == "MPO" else str(picture.format)
    options: dict[str, Any] = {}
    if gps:
        kept = Image.Exif()
        kept.get_ifd(IFD.GPSInfo).update(gps)
        options["exif"] = kept.tobytes()
    if form == "JPEG":
        upright = upright if upright.mode in {"L", "RGB"} else upright.convert("RGB")
        options |= _jpeg_options(picture, upright)
    elif form == "WEBP":
        options |= {"quality": WEBP_QUALITY, "method": 4}
    out = BytesIO()
    upright.save(out, form, **options)
    return out.getvalue()


def _jpeg_options(picture: Any, upright: Image.Image) -> dict[str, Any]:
    tables, sampling = getattr(picture, "quantization", {}), get_sampling(picture)
    options: dict[str, Any] = {"optimize": True, "progressive": bool(picture.info.get("progressive"))}
    if picture.mode != upright.mode or not tables or (upright.mode == "RGB" and sampling not in {0, 1, 2}):
        return options | {"quality": JPEG_QUALITY}
    return options | {"qtables": tables} | ({"subsampling": sampling} if upright.mode == "RGB" else {})


def _as_png(shown: Image.Image) -> bytes:
    out = BytesIO()
    shown.save(out, "PNG", optimize=True)
    return out.getvalue()


def _on_white(shown: Image.Image) -> Image.Image:
    """Grey or colour, eight bits a sample; what lies under transparency was not to be seen."""
    if not shown.has_transparency_data:
        return shown.convert("L" if shown.mode in {"1", "L"} else "RGB")
    above = shown.convert("RGBA")
    white = Image.new("RGBA", above.size, "white")
    return Image.alpha_composite(white, above).convert("RGB")


def _as_jpeg(shown: Image.Image, max_bytes: int) -> tuple[Image.Image, bytes]:
    """`shown`, or the largest of it that fits by halving: a label should stay legible."""
    best, least, most = _jpeg_at(shown, 1), 0.0, 1.0
    if len(best[1]) <= max_bytes:
        return best
    for _ in range(SCALING_STEPS):
        scale = (least + most) / 2
        made = _jpeg_at(shown, scale)
        if len(made[1]) <= max_bytes:
            best, least = made, scale
        else:
            best, most = (made if least == 0 else best), scale
    return best


def _jpeg_at(shown: Image.Image, scale: float) -> tuple[Image.Image, bytes]:
    if scale < 1:
        size = (max(1, int(shown.width * scale)), max(1, int(shown.height * scale)))
        shown = shown.resize(size, Image.Resampling.LANCZOS)
    out = BytesIO()
    shown.save(out, "JPEG", quality=FIRMS_JPEG_QUALITY, optimize=True)
    return shown, out.getvalue()


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The same colours without a profile; where the profile is no good, the numbers as they are."""
    if not profile or len(profile) > MAX_PROFILE_BYTES or picture.mode not in {"RGB", "RGBA", "CMYK"}:
        return picture
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(
            picture, source, ImageCms.createProfile("sRGB"), outputMode=mode
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
    return converted or picture
