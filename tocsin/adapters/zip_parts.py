"""The parts of a zip file that somebody sent, before one of them is unpacked."""

from __future__ import annotations

import zipfile

_USUAL = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


def parts_of(file: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """All parts of `file`. Raises BadZipFile where unpacking one would take the memory that it asks for.

    LZMA, which no office document uses, takes up to 4 GiB before its first byte; and a part that is said to
    be larger than the file is read into a room of that size.
    """
    parts = file.infolist()
    for one in parts:
        if one.compress_type not in _USUAL:
            raise zipfile.BadZipFile("a part is packed as in no office document")
        if one.header_offset + one.compress_size > file.start_dir:
            raise zipfile.BadZipFile("a part is said to go on behind the others' end")
    return parts
