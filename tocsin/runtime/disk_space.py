"""Whether a service's disk runs out of room: said while there is still time to make some."""

from __future__ import annotations

import shutil
from pathlib import Path

MIN_FREE_BYTES = 1_073_741_824


def disk_trouble(folder: Path, min_free_bytes: int) -> str | None:
    """A sentence where the disk of `folder` has less than `min_free_bytes` left, or cannot be asked."""
    try:
        free_bytes = shutil.disk_usage(folder).free
    except OSError as error:
        return f"disk: {folder} cannot be asked ({error.strerror}): is it mounted?"
    if free_bytes >= min_free_bytes:
        return None
    left_mb, wanted_mb = free_bytes // 1_000_000, min_free_bytes // 1_000_000
    return (
        f"disk: {left_mb} MB are left at {folder}, less than {wanted_mb} MB: make room; without any, "
        "nothing more is taken"
    )
