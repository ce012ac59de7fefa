"""What the broker holds, and the search for anything readable in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

MAX_WORDS = 4_000
MIN_WORD_BYTES = 6
# A short word of these digits alone stands somewhere in megabytes of ids and hashes by chance.
_BY_CHANCE = re.compile(rb"[0-9a-f]{6,8}")
_TOKEN = re.compile(rb"[a-z0-9][a-z0-9_.\-]{5,}")


def words_of(texts: Iterable[str], public: bytes) -> set[bytes]:
    """The telling words of reports in lower case: long enough, and not part of what is public anyway
    (the contract, the directory), so that a hit can only come from a report."""
    known = public.lower()
    found: set[bytes] = set()
    for text in texts:
        for word in _TOKEN.findall(text.lower().encode()):
            if word not in known and not _BY_CHANCE.fullmatch(word):
                found.add(word)
            if len(found) >= MAX_WORDS:
                return found
    return found


def files_under(*folders: Path) -> Iterator[Path]:
    """Every file below the folders."""
    for folder in folders:
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


def search(words: set[bytes], files: Iterable[Path]) -> tuple[dict[str, int], int, int]:
    """(file -> number of hits, bytes read, files read). Any case, UTF-8 and both halves of UTF-16."""
    starts: dict[bytes, list[bytes]] = {}
    for word in words:
        starts.setdefault(word[:MIN_WORD_BYTES], []).append(word)
    hits: dict[str, int] = {}
    read_bytes = count = 0
    for path in files:
        count += 1
        data = path.read_bytes().lower()
        read_bytes += len(data)
        forms = (data, data[::2], data[1::2])
        if found := sum(_hits(starts, form) for form in forms):
            hits[str(path)] = found
    return hits, read_bytes, count


def _hits(starts: dict[bytes, list[bytes]], data: bytes) -> int:
    found = 0
    for token in _TOKEN.findall(data):
        for at in range(len(token) - MIN_WORD_BYTES + 1):
            for word in starts.get(token[at : at + MIN_WORD_BYTES], ()):
                found += token.startswith(word, at)
    return found


def hexdump(data: bytes, lines: int = 12) -> str:
    """The first lines of `data` as bytes and as what a reader of the disk would see."""
    rows = []
    for at in range(0, min(len(data), lines * 16), 16):
        part = data[at : at + 16]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        rows.append(f"  {at:04x}  {part.hex(' '):<47}  {shown}")
    rest = len(data) - lines * 16
    return "\n".join(rows + ([f"  … {rest:,} more bytes"] if rest > 0 else []))
