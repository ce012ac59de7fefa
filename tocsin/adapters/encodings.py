"""In which encoding a text file is written: proven, proposed alone, or asked. The only file that knows
charset-normalizer.

The whole file is looked at, not its beginning. A mark at the beginning or sound UTF-8 throughout prove
the encoding. Otherwise the library proposes among the encodings here; its word is taken only where one
reading is left, since one-byte encodings differ in letters that no statistics tells apart.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from charset_normalizer import from_bytes

from tocsin.core.errors import MalformedError, SettingsError

CANDIDATES = ("cp1250", "cp1251", "cp1252", "gb18030")
KNOWN = ("utf-8", "utf-16", *CANDIDATES)
MAX_SAMPLE_BYTES = 65_536
MAX_SHOWN_CHARACTERS = 80
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# One damaged row does not make a UTF-8 file something else; legacy text is almost never sound UTF-8.
_MOSTLY = 0.9


@dataclass(frozen=True, slots=True)
class Told:
    """The encoding (None: several are possible), why, and a line as each candidate reads it."""

    encoding: str | None
    why: str
    readings: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def marked(first_bytes: bytes) -> Told | None:
    """What the first bytes of a file prove: a byte order mark, or UTF-16 without one."""
    for mark, encoding in _MARKS:
        if first_bytes.startswith(mark):
            return Told(encoding, "a byte order mark says so")
    half = len(first_bytes) // 2
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if (
            half >= 4
            and first_bytes[start::2].count(0) > 0.7 * half
            and 0 not in first_bytes[1 - start :: 2]
        ):
            return Told(encoding, "every second byte is zero")
    return None


def told(lines: Iterable[bytes]) -> Told:
    """The encoding of all `lines` (without a mark)."""
    sound = odd = 0
    sample = bytearray()
    for line in lines:
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            sound += 1
        except UnicodeDecodeError:
            odd += 1
            if len(sample) + len(line) <= MAX_SAMPLE_BYTES:
                sample += line.rstrip(b"\r\n") + b"\n"
    if not odd:
        return Told("utf-8", "the whole file is sound UTF-8" if sound else "the file is plain ASCII")
    if sound >= _MOSTLY * (sound + odd):
        return Told("utf-8", f"{sound} of {sound + odd} lines with letters beyond ASCII are sound UTF-8")
    return _proposed(bytes(sample))


def settled(path: Path, asked: str | None, start: bytes, lines: Callable[[], Iterable[bytes]]) -> Told:
    """The encoding of `path`, which begins with `start`: as asked for, as marked, or as `lines` prove.

    Raises SettingsError for one that is not known, MalformedError where it cannot be told: then with a line
    as each candidate reads it.
    """
    if asked is not None:
        if asked.lower() not in KNOWN:
            raise SettingsError(f"--encoding {asked} is not known; there are {', '.join(KNOWN)}")
        return Told(asked.lower(), "as asked")
    found = marked(start)
    if found is None:
        if b"\0" in start:
            raise MalformedError(f"{path}: holds NUL bytes; it is no text file")
        found = told(lines())
    if found.encoding is None:
        readings = "\n".join(f"  --encoding {name:8} {text}" for name, text in found.readings)
        raise MalformedError(f"{path}: {found.why}; choose the one that reads right:\n{readings}")
    return found


def _proposed(sample: bytes) -> Told:
    proposals = [one.encoding for one in from_bytes(sample, cp_isolation=list(CANDIDATES))]
    readings = {name: text for name in CANDIDATES if (text := _read(sample, name)) is not None}
    if len({readings.get(name) for name in proposals}) == 1 and proposals[0] in readings:
        return Told(proposals[0], "no other encoding makes text of it (charset-normalizer)")
    # All that can be read is shown, also what the library thinks unlikely: a short text misleads it.
    lines = tuple((name, text.split("\n")[0][:MAX_SHOWN_CHARACTERS]) for name, text in readings.items())
    return Told(None, "several encodings make text of it" if lines else "no known encoding fits it", lines)


def _read(sample: bytes, encoding: str) -> str | None:
    try:
        return sample.decode(encoding)
    except UnicodeDecodeError:
        return None
