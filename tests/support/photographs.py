"""Photographs as phones make them: a place, a camera, a thumbnail, and what follows the picture."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

CALI = {GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (3.0, 27.0, 0.0), GPS.GPSLongitudeRef: "W"}
CANARY = b"a canary that follows the picture"


def photograph(
    form: str = "JPEG",
    size: tuple[int, int] = (320, 240),
    *,
    gps: dict[int, Any] | None = CALI,
    orientation: int = 1,
    noise: float = 20,
    **options: Any,
) -> bytes:
    """A picture of noise with a red corner at the top left of what its pixels are stored as."""
    picture = Image.effect_noise(size, noise).convert("RGB")
    picture.paste((255, 0, 0), (0, 0, size[0] // 4, size[1] // 4))
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Orientation] = "Camera of the tests", orientation
    if gps:
        exif.get_ifd(IFD.GPSInfo).update(gps)
    out = BytesIO()
    picture.save(out, form, exif=exif.tobytes(), **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    """The picture, unpacked."""
    picture = Image.open(BytesIO(content))
    picture.load()
    return picture


def place_of(content: bytes) -> dict[int, Any]:
    """The GPS fields of a picture."""
    return dict(opened(content).getexif().get_ifd(IFD.GPSInfo))
