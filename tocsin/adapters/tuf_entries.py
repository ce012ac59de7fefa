"""How a list names its entries, and under which names their files lie. Source: wire format, "Directory"."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tuf.api.metadata import TargetFile, Targets

from tocsin.adapters import tuf_signing as signing
from tocsin.core.errors import RefusedByRuleError

MAX_TARGETS = 16_384
TARGETS_FOLDER = "targets/"

Edit = Callable[[Targets], None]
"""Changes a list in more than its entries, before it is signed."""


def stored_name(name: str, digest: str) -> str:
    """Under which name a target's file lies: the hash before the last part, as TUF clients ask."""
    folder, slash, last = name.rpartition("/")
    return f"{TARGETS_FOLDER}{folder}{slash}{digest}.{last}"


def listed(
    kept: Mapping[str, TargetFile], changes: Mapping[str, bytes], version: int, now_s: int
) -> Targets:
    """A list of what is kept and what changes. Raises RefusedByRuleError over 16,384 entries."""
    files = dict(kept) | {name: signing.target_file(name, data) for name, data in changes.items()}
    if len(files) > MAX_TARGETS:
        raise RefusedByRuleError(f"the directory would have {len(files)} entries of {MAX_TARGETS}")
    return signing.new_targets(version, files, now_s)
