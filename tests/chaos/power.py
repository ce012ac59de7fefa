"""A disk that loses its power: only what was synced is there afterwards.

A kill alone loses nothing that was written, since the kernel holds it. So the service runs over a file
system layer of SQLite's that, at every sync, keeps the file as it then is in a folder beside; a power cut
kills the service and puts those files in place of the real ones. It shows that nothing was answered
before SQLite asked for the sync. It does not show that the kernel or the disk obeys.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import apsw

BASE = "unix"
NAME = "recording"


class _File(apsw.VFSFile):
    def __init__(self, synced: Path, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self._synced = synced
        found = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._path = Path(found) if found else None
        super().__init__(BASE, name, flags)

    def xSync(self, flags: int) -> None:  # noqa: N802
        super().xSync(flags)
        if self._path is not None:
            image = self._synced / self._path.name
            beside = image.with_name(f".{image.name}")
            shutil.copyfile(self._path, beside)
            beside.replace(image)


class _Disk(apsw.VFS):
    def __init__(self, synced: Path) -> None:
        self._synced = synced
        super().__init__(NAME, BASE)

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> _File:  # noqa: N802
        return _File(self._synced, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        super().xDelete(filename, syncdir)
        (self._synced / Path(filename).name).unlink(missing_ok=True)


def record_syncs(synced: Path) -> None:
    """From now on every database of this process keeps its synced image in `synced`."""
    from tocsin.adapters import database

    disk = _Disk(synced)

    class Recorded(apsw.Connection):
        _disk = disk  # lives as long as its connections

        def __init__(self, path: str, **more: int) -> None:
            # The layer that encrypts stands over ours.
            super().__init__(path, vfs=f"multipleciphers-{NAME}", **more)

    database.apsw.Connection = Recorded


def cut(synced: Path, folder: Path) -> None:
    """What a machine finds in `folder` when its power is back; the service was killed before."""
    for path in [*folder.glob("*.db"), *folder.glob("*.db-*")]:
        path.unlink()
    for image in synced.glob("*.db*"):
        target = folder / image.name
        shutil.copyfile(image, target)
        target.chmod(0o600)
