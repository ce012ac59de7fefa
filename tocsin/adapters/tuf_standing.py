"""Where a repository stands: versions and ends of its metadata, and that a standby went ahead of it.

Source: wire format, "Directory".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.core.errors import RefusedByRuleError


@dataclass(frozen=True)
class Standing:
    """Which version of each role is in force, and when it ends (seconds since 1970)."""

    versions: Mapping[str, int]
    ends_at_s: Mapping[str, int]
    signed_at_s: int
    """When the timestamp was signed."""


class StandbySignedError(RefusedByRuleError):
    """The topic's timestamp, of `version`, is a standby's over our own state: sign one that follows."""

    def __init__(self, version: int) -> None:
        self.version = version
        super().__init__(f"a standby signed timestamp {version}: tocsin authority timestamp signs over it")
