"""A backup as a folder, or as one file (tar): the same parts, the manifest first.

A file is read once, from its beginning to its end, and nothing in it is believed before it was counted and
hashed: a cut, damaged or lengthened one is refused.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from services.recovery.manifest import MANIFEST_FILE, MAX_MANIFEST_BYTES
from tocsin.adapters.home_contents import files_of
from tocsin.adapters.private_files import FILE_MODE
from tocsin.adapters.whole_files import read_whole, writing_whole
from tocsin.core.errors import MalformedError, SettingsError, StorageError

ARCHIVE_SUFFIX = ".tar"
KEYS_BACKUP_FILE = "backup.json"


class Container(Protocol):
    """A backup that is open to read."""

    manifest: bytes

    def parts(self) -> Iterator[tuple[str, BinaryIO]]:
        """Every part but the manifest, by name, once. Raises MalformedError, StorageError."""
        ...


class FolderOfParts:
    """A backup in a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        found = read_whole(path / MANIFEST_FILE, MAX_MANIFEST_BYTES)
        if found is None and (path / KEYS_BACKUP_FILE).exists():
            raise SettingsError(
                f"{path} is a backup of tocsin keys backup: tocsin keys restore --from {path}"
            )
        if found is None:
            raise SettingsError(f"{path} holds no {MANIFEST_FILE}: it is no backup of tocsin backup")
        self.manifest = found

    def parts(self) -> Iterator[tuple[str, BinaryIO]]:
        """As `Container.parts`."""
        for file in files_of(self._path):
            name = file.relative_to(self._path).as_posix()
            if name != MANIFEST_FILE:
                with file.open("rb") as stream:
                    yield name, stream


class ArchiveOfParts:
    """A backup in one file."""

    def __init__(self, path: Path, archive: tarfile.TarFile) -> None:
        self._path, self._archive = path, archive
        first = self._next()
        if first is None or first.name != MANIFEST_FILE or first.size > MAX_MANIFEST_BYTES:
            raise MalformedError(
                f"{path} does not begin with {MANIFEST_FILE}: it is no backup of tocsin backup"
            )
        self.manifest = self._stream(first).read()

    def parts(self) -> Iterator[tuple[str, BinaryIO]]:
        """As `Container.parts`."""
        while (member := self._next()) is not None:
            yield member.name, self._stream(member)

    def _next(self) -> tarfile.TarInfo | None:
        member = self._archive.next()
        if member is not None and not member.isreg():
            raise MalformedError(
                f"{self._path} holds {member.name}, which is no file: it is no backup of ours"
            )
        return member

    def _stream(self, member: tarfile.TarInfo) -> BinaryIO:
        found = self._archive.extractfile(member)
        assert found is not None  # a regular file
        return cast("BinaryIO", found)


@contextmanager
def opened(path: Path) -> Iterator[Container]:
    """The backup at `path`. Raises SettingsError where there is none, MalformedError, StorageError."""
    if path.is_dir():
        yield FolderOfParts(path)
        return
    if not path.is_file():
        raise SettingsError(f"there is no backup {path}")
    with ExitStack() as held:
        try:
            file = held.enter_context(path.open("rb"))
        except OSError as error:
            raise StorageError(f"{path} cannot be read: {error.strerror}") from error
        try:  # also what comes up while its parts are read
            yield ArchiveOfParts(path, held.enter_context(tarfile.open(fileobj=file, mode="r:")))
        except tarfile.TarError as error:
            raise MalformedError(f"{path} is no backup, or is damaged or cut off") from error


def pack(folder: Path, archive: Path) -> None:
    """Write the backup in `folder` as the new file `archive`, whole or not at all, on disk at the end."""
    names = [one.relative_to(folder).as_posix() for one in files_of(folder)]
    with writing_whole(archive) as file, tarfile.open(fileobj=file, mode="w") as tar:
        for name in sorted(names, key=lambda one: (one != MANIFEST_FILE, one)):
            member = tarfile.TarInfo(name)
            member.size, member.mode = (folder / name).stat().st_size, FILE_MODE
            with (folder / name).open("rb") as part:
                tar.addfile(member, part)
