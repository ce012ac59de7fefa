"""What the broker holds, and the search for anything readable in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

CHUNK_BYTES = 1 << 20
MAX_WORDS = 4_000
MIN_WORD_BYTES = 6


def words_of(texts: Iterable[str], public: bytes) -> set[bytes]:
    """The telling words of reports: long enough, and not part of what is public anyway (the contract,
    the directory), so that a hit can only come from a report."""
    found: set[bytes] = set()
    for text in texts:
        for word in re.findall(r"[^\W_][\w.\-]{5,}", text):
            data = word.encode()
            if len(data) >= MIN_WORD_BYTES and data not in public:
                found.add(data)
            if len(found) >= MAX_WORDS:
                return found
    return found


def files_under(*folders: Path) -> Iterator[Path]:
    """Every file below the folders."""
    for folder in folders:
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


def search(words: set[bytes], files: Iterable[Path]) -> tuple[dict[str, int], int, int]:
    """(file -> number of hits, bytes read, files read). Upper and lower case, UTF-8 and UTF-16."""
    forms = words | {word.decode().encode("utf-16-le") for word in words}
    pattern = re.compile(b"|".join(re.escape(form) for form in sorted(forms)), re.IGNORECASE)
    longest = max(map(len, forms))
    hits: dict[str, int] = {}
    read_bytes = count = 0
    for path in files:
        count += 1
        found, tail = 0, b""
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                read_bytes += len(chunk)
                found += len(pattern.findall(tail + chunk))
                tail = chunk[-longest:]
        if found:
            hits[str(path)] = found
    return hits, read_bytes, count


def hexdump(data: bytes, lines: int = 12) -> str:
    """The first lines of `data` as bytes and as what a reader of the disk would see."""
    rows = []
    for at in range(0, min(len(data), lines * 16), 16):
        part = data[at : at + 16]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        rows.append(f"  {at:04x}  {part.hex(' '):<47}  {shown}")
    rest = len(data) - lines * 16
    return "\n".join(rows + ([f"  … {rest:,} more bytes"] if rest > 0 else []))
