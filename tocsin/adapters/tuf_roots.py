"""The chain of roots in the authority's folder: 1, 2, 3 …, each signed by its holders and those before.

Law: a root is never replaced and never skipped, and one that its holders have not signed in number is not
taken. Where people hold the root, its keys are not in this folder: a draft goes to them and comes back.
Source: wire format, "Directory"; The Update Framework 1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from securesystemslib.signer import Key
from tuf.api.metadata import Root

from tocsin.adapters import tuf_signing as signing
from tocsin.adapters.whole_files import read_whole, write_whole
from tocsin.core.errors import RefusedByRuleError, StorageError

MAX_METADATA_BYTES = 6_291_456


def root_file(version: int) -> str:
    """The name of a version of the root."""
    return f"{version}.root.json"


class Roots:
    """`key_of` gives the private key of a role, for the roots that this folder signs itself."""

    def __init__(self, folder: Path, key_of: signing.KeyOf) -> None:
        self._folder, self._key_of = folder, key_of

    def versions(self) -> list[str]:
        """The names of the files, in order, without a gap."""
        found: list[str] = []
        while (self._folder / root_file(len(found) + 1)).exists():
            found.append(root_file(len(found) + 1))
        return found

    def latest(self) -> Root:
        """The root in force. Raises StorageError where there is none."""
        name = [root_file(1), *self.versions()][-1]
        data = read_whole(self._folder / name, MAX_METADATA_BYTES)
        if data is None:
            raise StorageError(f"{self._folder / name} is missing: restore the authority's folder")
        return signing.read(Root, data)

    def create(self, now_s: int) -> None:
        """The first root, held by this folder's own key."""
        draft = self.draft({}, now_s)
        self.install(signing.add_signatures(draft, self._key_of("root")), now_s)

    def renew(self, now_s: int) -> None:
        """A new version with the same keys, for another year, signed by this folder's own key."""
        draft = self.draft({}, now_s)
        self.install(signing.add_signatures(draft, self._key_of("root")), now_s)

    def draft(self, seats: Mapping[str, signing.Seats], now_s: int) -> bytes:
        """The next root, unsigned. `seats`: roles with new holders; the others keep theirs, or in a new
        folder are held by its own keys. Raises SettingsError for bad seats.
        """
        if not self.versions():
            own = {role: self.own_seats(role) for role in signing.ROLES if role not in seats}
            return signing.unsigned(signing.new_root(own | dict(seats), 1, now_s))
        root = self.latest()
        root.version += 1
        root.expires = signing.expiry("root", now_s)
        for role, held in seats.items():
            signing.seat(root, role, held)
        return signing.unsigned(root)

    def timestamp_seats(self, standby: Key | None) -> signing.Seats:
        """This folder's own key, and that of a standby: either signs a timestamp alone."""
        own = signing.tuf_keys(self._key_of("timestamp"))
        return signing.Seats([own] if standby is None else [own, [standby]])

    def install(self, data: bytes, now_s: int) -> int:
        """Take a root that its holders signed; its version. Raises UntrustedError where signatures are
        missing, RefusedByRuleError for a version that does not follow, or one that has expired.
        """
        versions = self.versions()
        version = signing.read(Root, data).version
        if version != len(versions) + 1:
            raise RefusedByRuleError(
                f"this is root {version}, and root {len(versions) + 1} comes next: the stick holds another "
                "state than this folder"
            )
        root = signing.check_root(data, self.latest() if versions else None)
        if signing.expires_at_s(root) <= now_s:
            raise RefusedByRuleError(f"root {version} has expired: draft it anew")
        write_whole(self._folder / root_file(version), data)
        return version

    def own_seats(self, role: str) -> signing.Seats:
        """The role in the hands of this folder's own key."""
        return signing.Seats([signing.tuf_keys(self._key_of(role))])
