"""The lists of regional registrars in the authority's folder, as the top list and its snapshot name them.

Source: wire format, "Regional lists".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tuf.api.metadata import Snapshot, Targets

from tocsin.adapters import tuf_signing as signing
from tocsin.adapters.tuf_entries import stored_name
from tocsin.adapters.tuf_regional import Registrar, readable, registrars_of, verify_list
from tocsin.adapters.tuf_regional_papers import Paper
from tocsin.core.errors import StorageError
from tocsin.core.primitives import sha256
from tocsin.core.regional import RegionalList

ReadFile = Callable[[str], bytes]


@dataclass(frozen=True)
class RegionalFiles:
    """The regional lists that a top list and its snapshot name; `file` reads one by its name."""

    top: Targets
    snapshot: Snapshot
    file: ReadFile

    def registrars(self) -> list[Registrar]:
        """Those whose lists were taken already."""
        return [one for one in registrars_of(self.top) if one.meta_name in self.snapshot.meta]

    def name_of(self, one: Registrar) -> str:
        """The name of the file of its list."""
        return f"{self.snapshot.meta[one.meta_name].version}.{one.meta_name}"

    def listed(self, one: Registrar) -> Targets:
        """Its list, verified. Raises UntrustedError, StorageError."""
        return verify_list(self.file(self.name_of(one)), self.top, one.role)

    def files(self) -> dict[str, bytes]:
        """All that the topic carries of regional lists, by name."""
        found: dict[str, bytes] = {}
        for one in self.registrars():
            found |= {stored_name(name, sha256(data).hex()): data for name, data in self._data(one).items()}
            found[self.name_of(one)] = self.file(self.name_of(one))
        return found

    def lists(self, now_s: int | None) -> list[RegionalList]:
        """What they say at `now_s`; None asks for no date."""
        return [self._list(one, now_s) for one in self.registrars()]

    def version(self, one: Registrar) -> int:
        """Of the list that the snapshot names; 0 where none was taken yet."""
        meta = self.snapshot.meta.get(one.meta_name)
        return 0 if meta is None else meta.version

    def paper(self, one: Registrar) -> Paper | None:
        """The list in force as it was handed in; None where none was taken yet."""
        if one.meta_name not in self.snapshot.meta:
            return None
        return Paper(one.role, self.file(self.name_of(one)), self._data(one))

    def known_ever(self) -> int:
        """How many registrars ever had a list."""
        return len(self.snapshot.meta) - 1

    def ends_at_s(self) -> dict[str, int]:
        """When each list ends, by the registrar's name."""
        return {one.name: signing.expires_at_s(self.listed(one)) for one in self.registrars()}

    def _list(self, one: Registrar, now_s: int | None) -> RegionalList:
        kept, left_out = readable(self.listed(one), now_s)
        data = self._data(one)
        return RegionalList(one.role, frozenset(one.regions), {name: data[name] for name in kept}, left_out)

    def _data(self, one: Registrar) -> dict[str, bytes]:
        found = {}
        for name, file in self.listed(one).targets.items():
            digest = file.hashes["sha256"]
            found[name] = self.file(stored_name(name, digest))
            if sha256(found[name]).hex() != digest:
                raise StorageError(
                    f"the entry {name} of {one.name} was changed: restore it from the backup"
                )
        return found
