"""Makes a Directory of the files on the directory topic, and keeps the last good one.

Law: a directory is taken whole or not at all. Whatever the topic holds (an older state, a forged or
empty file, a part that is missing), the stock TUF updater refuses it, the directory that was held
stays, and the refusal says why. What was taken is on disk under its hash, so that a restart without
a broker has it; an expired one is loaded too, since how old is too old is `Directory.freshness`'s
to say. Time is the caller's: the updater compares with `now_s`, never with the machine's clock.
Source: wire format, "Directory"; The Update Framework 1.0, client workflow.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tuf.api.exceptions import (
    DownloadError,
    DownloadHTTPError,
    ExpiredMetadataError,
    RepositoryError,
)
from tuf.api.metadata import TargetFile, Timestamp
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet

from tocsin.adapters.tuf_entries import MAX_TARGETS, TARGETS_FOLDER
from tocsin.adapters.tuf_regional_client import HeldList, load_regional
from tocsin.adapters.tuf_roots import MAX_METADATA_BYTES
from tocsin.adapters.tuf_signing import expires_at_s
from tocsin.adapters.whole_files import read_whole, write_whole
from tocsin.core import canonical_json, json_fields
from tocsin.core.directory import TIMESTAMP_LIFETIME_S, Directory, read_directory
from tocsin.core.errors import (
    DirectoryStaleError,
    MalformedError,
    StorageError,
    TheirFault,
    UntrustedError,
)
from tocsin.core.participants import Participant, read_participant
from tocsin.core.primitives import sha256

MAX_SCHEMA_BYTES = 262_144
_ADDRESS = "topic:///"
_HELD, _SUM = "held.json", "sha256"
_NUMBERS = ("root", "timestamp", "snapshot", "expires_at_s")
_NAMES = {*_NUMBERS, "targets", "regional"}


@dataclass(frozen=True)
class _Held:
    """What is taken: versions against rollback, and the hash of each target."""

    root: int
    timestamp: int
    snapshot: int
    expires_at_s: int
    targets: Mapping[str, str]
    regional: Mapping[str, HeldList] = field(default_factory=dict)

    @property
    def content(self) -> tuple[object, object]:
        """What the directory is made of, besides its date."""
        return self.targets, self.regional


class DirectoryClient:
    """One participant's view of the directory, in a folder of its own.

    `pinned_root`: the bytes of `1.root.json`, had from the authority by another way than the broker.
    """

    def __init__(self, folder: Path, pinned_root: bytes) -> None:
        self._folder = folder
        self._pinned_root = pinned_root
        self._participants: dict[bytes, Participant] = {}
        self._held: _Held | None = None
        self.directory: Directory | None = None
        self.signed_at_s: int | None = None
        """When the newest timestamp that verified was signed, also one that is refused as expired."""

    def load(self) -> Directory | None:
        """The directory held on disk, expired or not; None if there is none that is whole.

        Raises StorageError if the disk cannot be read.
        """
        held = self._read_held()
        if held is None:
            return None
        try:
            wanted = _digests(held)
            found = {digest: self._cached(digest) for digest in wanted}
            whole = {digest: data for digest, data in found.items() if data is not None}
            if len(whole) == len(found):
                self._held, self.directory = held, self._made_of(held, whole)
        except TheirFault:
            return None
        return self.directory

    def ends_at_s(self) -> int | None:
        """When the timestamp of the directory on disk ends, without reading the rest; None for none."""
        held = self._read_held()
        return None if held is None else held.expires_at_s

    def refresh(self, files: Mapping[str, bytes], now_s: int) -> Directory:
        """The directory that `files` (TUF file name -> bytes) hold, verified at `now_s`.

        Raises UntrustedError (rolled back, forged, incomplete), DirectoryStaleError (expired at
        `now_s`) or StorageError; then `directory` is what it was. Blocks for as long as it hashes.
        """
        try:
            with self._alone():
                return self._refreshed(files, now_s)
        except ExpiredMetadataError as error:
            now = datetime.fromtimestamp(now_s, UTC).isoformat(timespec="seconds")
            raise DirectoryStaleError(f"the directory's topic is refused at {now}: {error}") from error
        except (RepositoryError, DownloadError, ValueError) as error:
            raise UntrustedError(f"the directory's topic is refused: {error}") from error
        except OSError as error:
            raise StorageError(f"{self._folder} cannot be written: {error.strerror}") from error

    def _refreshed(self, files: Mapping[str, bytes], now_s: int) -> Directory:
        updater, trusted = self._updated(files, now_s)
        held, listed = _held_of(trusted), list(trusted.targets.targets.values())
        self._refuse_rollback(held)
        for one in load_regional(updater, trusted, now_s):
            held = replace(held, regional={**held.regional, one.role: one.held})
            listed += one.files
        if self._held is None or self._held.content != held.content:
            whole = {file.hashes.get("sha256", ""): self._fetched(updater, file) for file in listed}
        else:
            whole = {}
        directory = self._made_of(held, whole)
        write_whole(self._folder / _HELD, _written(held))
        self._held, self.directory = held, directory
        return directory

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two services of one participant share the folder: one at a time updates it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _updated(self, files: Mapping[str, bytes], now_s: int) -> tuple[Updater, TrustedMetadataSet]:
        (self._folder / "metadata").mkdir(parents=True, exist_ok=True)
        (self._folder / "targets").mkdir(exist_ok=True)
        try:
            updater = Updater(
                metadata_dir=str(self._folder / "metadata"),
                metadata_base_url=_ADDRESS,
                target_dir=str(self._folder / "targets"),
                target_base_url=_ADDRESS + TARGETS_FOLDER,
                fetcher=_TopicFetcher(files),
                config=UpdaterConfig(targets_max_length=MAX_METADATA_BYTES),
                bootstrap=self._pinned_root,
            )
        except (RepositoryError, ValueError) as error:
            raise UntrustedError(f"the root pinned here is damaged ({error}): restore a backup") from error
        # The updater has no public way to be told the time or to list the targets.
        trusted: TrustedMetadataSet = updater._trusted_set  # noqa: SLF001
        trusted.reference_time = datetime.fromtimestamp(now_s, UTC)
        try:
            updater.refresh()
        finally:
            self._note_signing(trusted)
        return updater, trusted

    def _note_signing(self, trusted: TrustedMetadataSet) -> None:
        for one in trusted:
            if isinstance(one, Timestamp):
                self.signed_at_s = expires_at_s(one) - TIMESTAMP_LIFETIME_S

    def _refuse_rollback(self, new: _Held) -> None:
        # The updater remembers versions in files that it does not sync: this memory survives a power
        # cut. A new root may begin anew, as TUF does to recover from stolen keys.
        old = self._read_held()
        if old is None or new.root > old.root:
            return
        if (new.timestamp, new.snapshot) < (old.timestamp, old.snapshot) or new.root < old.root:
            raise UntrustedError(
                f"the directory's topic is refused: it holds version {new.snapshot}, "
                f"version {old.snapshot} was there before"
            )

    def _fetched(self, updater: Updater, file: TargetFile) -> bytes:
        """A target's bytes, from the cache or else from the topic, then in the cache."""
        digest = file.hashes.get("sha256", "")
        if (data := self._cached(digest)) is not None:
            return data
        if file.length > MAX_SCHEMA_BYTES:
            raise UntrustedError(f"the directory's entry {file.path} has {file.length} bytes")
        path = updater.download_target(file, str(self._cache_path(digest)))
        with Path(path).open("rb") as cached:
            os.fsync(cached.fileno())
            return cached.read()

    def _cached(self, digest: str) -> bytes | None:
        data = read_whole(self._cache_path(digest), MAX_SCHEMA_BYTES)
        return data if data is not None and sha256(data).hex() == digest else None

    def _cache_path(self, digest: str) -> Path:
        if len(digest) != 64 or digest.strip("0123456789abcdef"):
            raise UntrustedError("the directory names a target without its SHA-256")
        return self._folder / "targets" / digest

    def _made_of(self, held: _Held, files: Mapping[str, bytes]) -> Directory:
        """`files`, by SHA-256, may be empty where they are those of the directory that is held."""
        if self._held is not None and self._held.content == held.content and self.directory:
            return replace(self.directory, version=held.snapshot, expires_at_s=held.expires_at_s)
        return self._read(held, files)

    def _read(self, held: _Held, files: Mapping[str, bytes]) -> Directory:
        known, self._participants = self._participants, {}

        def read(data: bytes) -> Participant:
            digest = sha256(data)
            one = known.get(digest) or read_participant(data)
            self._participants[digest] = one
            return one

        try:
            targets = {name: files[digest] for name, digest in held.targets.items()}
            regional = [one.with_files(role, files) for role, one in held.regional.items()]
            return read_directory(held.snapshot, held.expires_at_s, targets, read, regional)
        except TheirFault:
            self._participants = known
            raise

    def _read_held(self) -> _Held | None:
        data = read_whole(self._folder / _HELD, MAX_METADATA_BYTES)
        try:
            return None if data is None else _held_from(canonical_json.load(data))
        except (MalformedError, KeyError, TypeError, AttributeError):
            return None


class _TopicFetcher(FetcherInterface):
    """Serves the updater from a mapping; what is not there is a 404, as on a web server."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = url.removeprefix(_ADDRESS)
        if name not in self._files:
            raise DownloadHTTPError(f"{name} is not on the topic", 404)
        return iter((self._files[name],))


def _held_of(trusted: TrustedMetadataSet) -> _Held:
    targets = trusted.targets.targets
    if len(targets) > MAX_TARGETS:
        raise UntrustedError(f"the directory has {len(targets)} entries, over {MAX_TARGETS}")
    return _Held(
        trusted.root.version,
        trusted.timestamp.version,
        trusted.snapshot.version,
        expires_at_s(trusted.timestamp),
        {name: file.hashes.get("sha256", "") for name, file in targets.items()},
    )


def _written(held: _Held) -> bytes:
    record = asdict(held)
    return canonical_json.dump(record | {_SUM: sha256(canonical_json.dump(record)).hex()})


def _held_from(record: dict[str, Any]) -> _Held:
    """Inverse of `_written`. Raises MalformedError, TypeError, AttributeError, KeyError."""
    said = record.pop(_SUM)
    if said != sha256(canonical_json.dump(record)).hex() or record.keys() - _NAMES:
        raise MalformedError
    numbers = {name: json_fields.number(record, name) for name in _NUMBERS}
    lists = {role: _list_from(one) for role, one in record.get("regional", {}).items()}
    return _Held(**numbers, targets=_texts(record, "targets"), regional=lists)


def _list_from(record: Mapping[str, Any]) -> HeldList:
    regions = list(json_fields.texts(record, "regions"))
    return HeldList(regions, _texts(record, "targets"), _texts(record, "left_out"))


def _texts(record: Mapping[str, Any], name: str) -> dict[str, str]:
    return {one: json_fields.text(record[name], one) for one in record[name]}


def _digests(held: _Held) -> set[str]:
    lists = [held.targets, *(one.targets for one in held.regional.values())]
    return {digest for targets in lists for digest in targets.values()}
