"""By what a file is known that was looked through: its name, size and time, and how it was read."""

from __future__ import annotations

from pathlib import Path

from services.consumer.screening.parcel_files import ParcelFormat
from tocsin.core import canonical_json
from tocsin.core.primitives import sha256


def file_id(path: Path, asked: ParcelFormat) -> bytes:
    """32 bytes, equal for the same file in another folder. Raises OSError."""
    status = path.stat()
    read_as = [asked.map.digest.hex(), asked.encoding, asked.separator]
    name = path.name.encode("utf-8", "backslashreplace").decode()
    return sha256(canonical_json.dump([name, status.st_size, status.st_mtime_ns, read_as]))
