"""`--image FILE`: a picture that a person adds to an alert, made anew, and what was left out of it.

Never taken from a report by itself: `--from` gives the lint texts to compare with, and no file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from services.producer.attaching import of_picture, read_picture
from tocsin.adapters.pictures import picture_for_firms
from tocsin.core.alert_images import MAX_IMAGE_BYTES, MAX_IMAGES, image_of, in_words
from tocsin.core.errors import InvalidReportError, MalformedError, RefusedByRuleError
from tocsin.runtime import console

Images = tuple[dict[str, Any], ...]


def images_wanted(given: Sequence[str], *, none: bool) -> Images | None:
    """The entries of `--image FILE` or `FILE=CAPTION`; () where there are to be `none`; None where nothing
    is said of pictures. Says of each what was left out.

    Raises SettingsError for what cannot be read, RefusedByRuleError for what may not be sent.
    """
    if given and none:
        raise RefusedByRuleError("--image and --no-images together say two things: leave one out")
    if len(given) > MAX_IMAGES:
        raise RefusedByRuleError(f"an alert has at most {MAX_IMAGES} pictures, {len(given)} given")
    return tuple(map(_image, given)) if given or none else None


def with_images(data: dict[str, Any], images: Images | None, before: dict[str, Any]) -> dict[str, Any]:
    """The alert in `data` with these pictures; None: with those of the version `before` it.

    Raises InvalidReportError where `data` brings pictures of its own.
    """
    if data.get("images"):
        raise InvalidReportError([("images", "are added with --image FILE, which makes them anew")])
    chosen = list(before.get("images") or ()) if images is None else list(images)
    for number, words in enumerate(in_words(chosen), 1):
        console.say(f"picture {number}: {words}")
    return {**data, "images": chosen}


def _image(given: str) -> dict[str, Any]:
    path, caption = _split(given)
    content = read_picture(path)
    try:
        clean = picture_for_firms(content, MAX_IMAGE_BYTES)
        image = image_of(clean.content, caption)
    except MalformedError as error:
        raise RefusedByRuleError(f"{path}: {error}") from error
    console.say(f"{path.name}: made anew; {'; '.join(of_picture(clean, keeps_location=False))}")
    return image


def _split(given: str) -> tuple[Path, str | None]:
    """The file, and what stands behind the last `=`; a file that is called so goes first."""
    name, mark, caption = given.rpartition("=")
    if not mark or Path(given).is_file():
        return Path(given), None
    return Path(name), caption.strip() or None
