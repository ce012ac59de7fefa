"""Names that say their day and are never used twice: `DRAFT-20261127-5f0c2a91`."""

from __future__ import annotations

from datetime import UTC, datetime

from tocsin.core.primitives import random_bytes

_SUFFIX_BYTES = 4


def dated_name(kind: str, now_s: int) -> str:
    """`KIND-YYYYMMDD-` in UTC and eight random hex digits."""
    stamp = datetime.fromtimestamp(now_s, UTC).strftime("%Y%m%d")
    return f"{kind}-{stamp}-{random_bytes(_SUFFIX_BYTES).hex()}"
