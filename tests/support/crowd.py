"""A directory with thousands of participants, their keys real; the same number gives the same keys."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.support.incidents import INCIDENT, layout_target
from tests.support.parties import Party
from tests.support.world import audience_target
from tocsin.core.directory import Directory, read_directory
from tocsin.core.ids import schema_id

EXPIRES_S = 4_000_000_000


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
        roles = ["focal-point", "analyst"]
        name, audience = audience_target("focal-points", INCIDENT, roles=roles)
        fixed = {
            "streams": layout_target(),
            f"schemas/{schema_id(INCIDENT).hex()}.avsc": INCIDENT,
            name: audience,
        }
        return fixed | dict(one.target() for one in self.parties)

    def directory(self) -> Directory:
        """All of it, checked and parsed."""
        return read_directory(1, EXPIRES_S, self.targets())
