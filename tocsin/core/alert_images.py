"""Law: the pictures of an alert, at most two of 65,536 bytes, each plain, each what its hash says.

Publisher and reader hold the same: an alert with a picture that has anything beside its pixels is none. It
guarantees nothing of what can be seen in a picture: that a person looks at it is the lint's demand. In JSON
the bytes are base64. Source: wire format, "Pictures in alerts".
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

from tocsin.core.errors import InvalidReportError, MalformedError
from tocsin.core.field_checks import Check, Fields, array, record, refuse, shaped
from tocsin.core.media_types import EXTENSIONS, JPEG, PNG
from tocsin.core.plain_pictures import plain_picture
from tocsin.core.primitives import sha256

MAX_IMAGES = 2
MAX_IMAGE_BYTES = 65_536
MAX_CAPTION_CHARACTERS = 120
_MAX_BASE64_CHARACTERS = 4 * (MAX_IMAGE_BYTES // 3 + 1)
_WORDS = {JPEG: "JPEG", PNG: "PNG"}


def image_of(content: bytes, caption: str | None = None) -> Fields:
    """The entry of a plain picture in an alert's `images`. Raises MalformedError for any other."""
    media_type = plain_picture(content).media_type
    return {
        "media_type": media_type,
        "sha256": sha256(content).hex(),
        "caption": caption,
        "content": content,
    }


def images_check(caption: Check, *, strict: bool) -> Check:
    """The check of `images`; `caption` is that of its text."""
    fields = {
        "media_type": shaped(r"image/(?:jpeg|png)", "must be image/jpeg or image/png"),
        "sha256": shaped(r"[0-9a-f]{64}", "must be 64 lower-case hex digits"),
        "caption": caption,
        "content": _content,
    }
    return array(record(fields, then=_whole_image, strict=strict), MAX_IMAGES)


def _content(value: Any) -> bytes:
    if type(value) is str and len(value) <= _MAX_BASE64_CHARACTERS:
        try:
            value = b64decode(value, validate=True)
        except ValueError:
            raise refuse("is not base64") from None
    if type(value) is not bytes or not 0 < len(value) <= MAX_IMAGE_BYTES:
        raise refuse(f"must be 1 to {MAX_IMAGE_BYTES} bytes (base64 in JSON)")
    return value


def _whole_image(out: Fields) -> None:
    problems = [(name, "is missing") for name in ("media_type", "sha256", "content") if out[name] is None]
    if not problems:
        problems = [*_told_otherwise(out)]
    if problems:
        raise InvalidReportError(problems)


def _told_otherwise(out: Fields) -> list[tuple[str, str]]:
    try:
        found = plain_picture(out["content"])
    except MalformedError as error:
        return [("content", str(error))]
    if found.media_type != out["media_type"]:
        return [("media_type", "is another than the picture's")]
    if sha256(out["content"]).hex() != out["sha256"]:
        return [("sha256", "is not the picture's")]
    return []


def with_bytes(body: Mapping[str, Any]) -> Fields:
    """`body` as it was before its pictures were put into JSON."""
    images = [{**one, "content": _content(one["content"])} for one in body.get("images") or ()]
    return {**body, "images": images} if images else {**body}


def without_content(body: Mapping[str, Any]) -> Fields:
    """`body` with a sentence in place of each picture, for people who read text."""
    images = in_words(body.get("images") or ())
    return {**body, "images": images} if images else {**body}


def in_words(images: Sequence[Mapping[str, Any]]) -> list[str]:
    """A sentence for each picture: its kind, sides, size, hash, caption."""
    return [_in_words(one) for one in images]


def _in_words(image: Mapping[str, Any]) -> str:
    content = _content(image["content"])
    found = plain_picture(content)
    caption = f": {image['caption']}" if image.get("caption") else ""
    return (
        f"{_WORDS[found.media_type]}, {found.width} × {found.height} pixels, {len(content):,} bytes, "
        f"SHA-256 {image['sha256'][:16]}…{caption}"
    )


def files_of(images: Sequence[Mapping[str, Any]]) -> list[tuple[str, bytes]]:
    """(ending of the name, bytes) of each picture as a file: `-image-1.jpg`."""
    return [
        (f"-image-{number}{EXTENSIONS[one['media_type']][0]}", _content(one["content"]))
        for number, one in enumerate(images, 1)
    ]
