"""Small file systems that can be filled and made read-only. They need root, or are left out."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.support import run

MIB = 2**20
FILLER = ".filler"


def can_mount() -> bool:
    """Whether this process may mount a file system at all."""
    return os.getuid() == 0 and shutil.which("mount") is not None


class SmallDisk:
    """A tmpfs on `folder`, which keeps what it held."""

    def __init__(self, folder: Path, size_mib: int) -> None:
        self.folder, self._size_mib = folder, size_mib

    def mount(self) -> None:
        """Put it there."""
        aside = self.folder.with_name(f"{self.folder.name}.aside")
        if self.folder.exists():
            self.folder.rename(aside)
        self.folder.mkdir(parents=True, mode=0o700)
        options = f"size={self._size_mib}m,mode=0700"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, run.name(), str(self.folder)], check=True)
        if aside.exists():
            shutil.copytree(aside, self.folder, dirs_exist_ok=True)
            shutil.rmtree(aside)

    def unmount(self) -> None:
        """Take it away, with all that it holds."""
        subprocess.run(["umount", "-l", str(self.folder)], check=False)

    def fill(self) -> None:
        """Until nothing more can be written."""
        with (self.folder / FILLER).open("ab", buffering=0) as filler:
            try:
                while filler.write(bytes(65_536)):
                    pass
            except OSError:
                return

    def empty(self) -> None:
        """Take the filler away."""
        (self.folder / FILLER).unlink(missing_ok=True)

    def make(self, mode: str) -> None:
        """`ro` or `rw`; nothing may be open for writing there."""
        subprocess.run(["mount", "-o", f"remount,{mode}", str(self.folder)], check=True)
