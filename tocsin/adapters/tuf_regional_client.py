"""A reader's way to the lists of regional registrars, after the stock TUF updater has the top list.

Law: a list that the snapshot names and the topic lacks, or that its registrar did not sign, refuses the
whole state: a broker may not take a region away. A list that has expired leaves out its own entries alone,
since its registrar is who slept. Source: wire format, "Regional lists".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tuf.api.metadata import TargetFile, Targets
from tuf.ngclient import Updater
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet

from tocsin.adapters.tuf_regional import Registrar, readable, registrars_of
from tocsin.core.regional import MAX_REGIONAL_LIST_BYTES, RegionalList


@dataclass(frozen=True)
class HeldList:
    """What is kept of a list: target name -> SHA-256, and why what is not read is not."""

    regions: list[str]
    targets: Mapping[str, str]
    left_out: Mapping[str, str]

    def with_files(self, role: str, files: Mapping[str, bytes]) -> RegionalList:
        """The list for the core; `files` by SHA-256."""
        entries = {name: files[digest] for name, digest in self.targets.items()}
        return RegionalList(role, frozenset(self.regions), entries, self.left_out)


@dataclass(frozen=True)
class Loaded:
    """A list as it was found, and the files that it names."""

    role: str
    held: HeldList
    files: list[TargetFile]


def load_regional(updater: Updater, trusted: TrustedMetadataSet, now_s: int) -> Iterator[Loaded]:
    """The lists of all registrars of the top list; one that has none yet is passed over.

    Raises tuf's RepositoryError or DownloadError where the topic holds no whole state.
    """
    updater.config.targets_max_length = MAX_REGIONAL_LIST_BYTES
    # That a list is fresh is judged below, for its own entries: the updater would refuse the whole state.
    trusted.reference_time = datetime.fromtimestamp(0, UTC)
    for one in registrars_of(trusted.targets):
        if one.meta_name in trusted.snapshot.meta:
            # The updater walks delegations for one path only; all lists are wanted here.
            yield _loaded(one, updater._load_targets(one.role, Targets.type), now_s)  # noqa: SLF001


def _loaded(one: Registrar, found: Targets, now_s: int) -> Loaded:
    kept, left_out = readable(found, now_s)
    digests = {name: file.hashes.get("sha256", "") for name, file in kept.items()}
    return Loaded(one.role, HeldList(list(one.regions), digests, left_out), list(kept.values()))
