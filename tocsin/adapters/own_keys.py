"""A participant's own private keys by id: several of a purpose while one takes another's place.

A key that comes into the folder while a service runs is found when its id is first asked for, so that
nobody restarts anything to replace a key. Source: wire format, "Keys".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from tocsin.adapters.key_files import KeyFolder, Private
from tocsin.core.ids import Algorithm, key_id
from tocsin.core.primitives import CompositePrivate, Ed25519Private, XWingPrivate

T = TypeVar("T", Ed25519Private, CompositePrivate, XWingPrivate)


class KeyRing(Generic[T]):
    """The keys of one purpose. `repr` shows the purpose only."""

    def __init__(self, keys: Mapping[bytes, T], source: _Source[T] | None = None) -> None:
        """`keys`: id -> key; `source`: where later ones come from. See `record_ring` and the others."""
        self._keys: dict[bytes, T] = dict(keys)
        self._source: _Source[T] | None = source

    def get(self, id_: bytes) -> T | None:
        """The key of this id; None where the folder has none."""
        if id_ not in self._keys:
            self._look()
        return self._keys.get(id_)

    def all(self) -> dict[bytes, T]:
        """Every key that the folder has, by id."""
        self._look()
        return dict(self._keys)

    def _look(self) -> None:
        if self._source is not None:
            self._keys |= self._source.new()

    def __repr__(self) -> str:
        return f"KeyRing({len(self._keys)} keys)"


class _Source(Generic[T]):
    """Loads each file of a purpose once."""

    def __init__(
        self, folder: KeyFolder, purpose: str, load: Callable[[str], T], algorithm: Algorithm
    ) -> None:
        self._folder, self._purpose = folder, purpose
        self._load: Callable[[str], T] = load
        self._algorithm = algorithm
        self._loaded: set[str] = set()

    def new(self) -> dict[bytes, T]:
        """Keys of files that were not there before. Raises KeyUnusableError."""
        found = {}
        for name in self._folder.names(self._purpose):
            if name not in self._loaded:
                key = self._load(name)
                found[key_id(self._algorithm, key.public)] = key
                self._loaded.add(name)
        return found


@dataclass(frozen=True)
class OwnKeys:
    """The rings of a participant."""

    record: KeyRing[Ed25519Private]
    statement: KeyRing[CompositePrivate]
    kem: KeyRing[XWingPrivate]
    release: KeyRing[Ed25519Private]

    def held(self, purpose: str) -> dict[bytes, Private]:
        """Every private key of `purpose`, by id. KeyError for another word."""
        found: dict[str, Callable[[], Mapping[bytes, Private]]] = {
            "record": self.record.all,
            "statement": self.statement.all,
            "kem": self.kem.all,
            "release": self.release.all,
        }
        return dict(found[purpose]())


def own_keys(folder: KeyFolder) -> OwnKeys:
    """The rings over `folder`; each loads when it is first asked, and may raise KeyUnusableError."""
    ed, pq, kem = Algorithm.ED25519, Algorithm.COMPOSITE, Algorithm.XWING
    return OwnKeys(
        KeyRing({}, _Source(folder, "record", folder.ed25519, ed)),
        KeyRing({}, _Source(folder, "statement", folder.composite, pq)),
        KeyRing({}, _Source(folder, "kem", folder.xwing, kem)),
        KeyRing({}, _Source(folder, "release", folder.ed25519, ed)),
    )


def file_of(folder: KeyFolder, purpose: str, key: Private) -> Path:
    """The file in which `key` lies. KeyError where it is none of the folder's."""
    loaders: dict[str, Callable[[str], Private]] = {
        "record": folder.ed25519,
        "release": folder.ed25519,
        "statement": folder.composite,
        "kem": folder.xwing,
    }
    for name in folder.names(purpose):
        if loaders[purpose](name).public == key.public:
            return folder.path / name
    raise KeyError(purpose)
