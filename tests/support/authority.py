"""An authority in a folder for tests: four keys, and a repository whose targets are a small world's."""

from __future__ import annotations

from pathlib import Path

from tests.support.parties import NOW_S, Party, seed
from tests.support.world import targets
from tocsin.adapters.tuf_repository import TufRepository
from tocsin.adapters.tuf_signing import HELD_BY_PEOPLE, RoleKey
from tocsin.core.primitives import CompositePrivate, Ed25519Private

COLOMBIA = Party("Colombia")
NETHERLANDS = Party("Netherlands", regions=("western-and-central-europe",), country="NL")


def role_key(role: str, authority: str = "authority") -> RoleKey:
    """The key of a role; two authorities of one name are the same."""
    if role in HELD_BY_PEOPLE:
        return CompositePrivate.from_seeds(seed(authority, role, "dsa"), seed(authority, role, "ed"))
    return Ed25519Private.from_raw(seed(authority, role))


def new_repository(
    folder: Path, *parties: Party, authority: str = "authority", now_s: int = NOW_S
) -> TufRepository:
    """A repository, at version 1, with the small world's targets."""
    repository = TufRepository(folder, lambda role: role_key(role, authority))
    repository.create(targets(*(parties or (COLOMBIA, NETHERLANDS))), now_s)
    return repository
