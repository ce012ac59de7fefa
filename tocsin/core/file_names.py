"""Law: a name that came with a file is a text for people until it has gone through here.

`safe_name` gives a name that is one file in one folder on every system: no folders, no controls, no
direction overrides, no device, not hidden, at most 120 characters, with an extension of the content's
type. That nothing is overwritten is left to whoever writes.
"""

from __future__ import annotations

import re
import unicodedata

from tocsin.core.media_types import EXTENSIONS

MAX_NAME_CHARACTERS = 120
MAX_NAME_BYTES = 200
UNKNOWN_EXTENSION = ".bin"
_FORBIDDEN = frozenset('/\\:*?"<>|')
# Cc controls, Cf formats (direction overrides, zero width), Cs surrogates, Cn unassigned, Zl and Zp lines.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")  # Persian and Indic words are written with them
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def safe_name(text: str, media_type: str | None) -> str:
    """A name for a file of `media_type` (None: of no known type), made of `text`."""
    known = EXTENSIONS.get(media_type or "", (UNKNOWN_EXTENSION,))
    # The last name of a path, also of a path of Windows.
    last = text.replace("\\", "/").rstrip("/").rpartition("/")[2]
    clean = "".join(map(_shown, unicodedata.normalize("NFC", last))).strip(" .")
    stem, extension = clean, known[0]
    before, dot, after = clean.rpartition(".")
    if before and dot + after.lower() in known:
        stem, extension = before, dot + after
    stem = _cut(stem.strip(" ."), MAX_NAME_CHARACTERS - len(extension), MAX_NAME_BYTES - len(extension))
    if not stem.strip("_"):
        stem = "file"
    return f"_{stem}{extension}" if _DEVICE.fullmatch(stem) else f"{stem}{extension}"


def _shown(character: str) -> str:
    if character in _JOINERS:
        return character
    hidden = character in _FORBIDDEN or unicodedata.category(character) in _HIDDEN
    return "_" if hidden else character


def _cut(text: str, max_characters: int, max_bytes: int) -> str:
    kept = text[:max_characters].encode()[:max_bytes]
    return kept.decode("utf-8", "ignore").rstrip(" .")
