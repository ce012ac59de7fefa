"""A directory with thousands of participants, their keys real; the same number gives the same keys."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.support.incidents import incident_targets
from tests.support.parties import DAY_S, NOW_S, Party
from tocsin.core.directory import Directory, read_directory

EXPIRES_S = NOW_S + DAY_S


@dataclass
class Crowd:
    """`originators` focal points and `readers` more that only read; all in `focal-points`."""

    originators: int
    readers: int
    parties: tuple[Party, ...] = field(init=False)

    def __post_init__(self) -> None:
        focal = tuple(Party(f"Focal point {number}") for number in range(self.originators))
        rest = tuple(Party(f"Reader {number}", roles=("analyst",)) for number in range(self.readers))
        self.parties = (*focal, *rest)

    def targets(self) -> dict[str, bytes]:
        """The directory's entries, name -> bytes."""
        return incident_targets("focal-point", "analyst") | dict(one.target() for one in self.parties)

    def directory(self) -> Directory:
        """All of it, checked and parsed."""
        return read_directory(1, EXPIRES_S, self.targets())
