"""The manifests that we believe, the secrets that our wraps brought, and when we asked for others.

Nothing here judges a manifest or opens a wrap: `tocsin.core.manifests` does.
"""

from __future__ import annotations

from tocsin.adapters.database import Database
from tocsin.core import wire
from tocsin.core.key_schedule import GenerationId

MAX_CACHED_GENERATIONS = 4_096
# A member costs some 57 bytes of memory: thousands of manifests of thousands of members are too many.
MAX_CACHED_MEMBERS = 1_000_000

_WHERE = "WHERE originator = ? AND audience = ? AND generation = ?"
_MANIFEST = f"SELECT body FROM manifests {_WHERE}"  # noqa: S608 - constants only
_SECRET = f"SELECT secret FROM secrets {_WHERE}"  # noqa: S608 - constants only


class InboxKeys:
    """Manifests and secrets by generation, with bounded caches of what the database holds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._manifests: dict[GenerationId, wire.Manifest | None] = {}
        self._secrets: dict[GenerationId, bytes | None] = {}
        self._cached_members = 0

    def manifest(self, generation: GenerationId) -> wire.Manifest | None:
        """The manifest that we believe, if we have one."""
        if generation not in self._manifests:
            body = self._one(_MANIFEST, generation)
            self._cache(generation, None if body is None else _manifest(body))
        return self._manifests[generation]

    def secret(self, generation: GenerationId) -> bytes | None:
        """The generation's secret (32 bytes), if a wrap of ours brought it."""
        if generation not in self._secrets:
            if len(self._secrets) >= MAX_CACHED_GENERATIONS:
                self._secrets.clear()
            self._secrets[generation] = self._one(_SECRET, generation)
        return self._secrets[generation]

    def keep_manifest(self, manifest: wire.Manifest) -> None:
        """Put `manifest` in the place of any earlier revision."""
        generation = generation_of(manifest)
        row = (*_key(generation), wire.encode_body(manifest))
        self._database.execute("INSERT OR REPLACE INTO manifests VALUES (?, ?, ?, ?)", row)
        if (held := self._manifests.pop(generation, None)) is not None:
            self._cached_members -= len(held.members)

    def keep_secret(self, generation: GenerationId, secret: bytes) -> None:
        """Store an opened and checked secret."""
        row = (*_key(generation), secret)
        self._database.execute("INSERT OR REPLACE INTO secrets VALUES (?, ?, ?, ?)", row)
        self._secrets.pop(generation, None)

    def asked_at_s(self, generation: GenerationId) -> int | None:
        """When we last asked the originator for this generation's wrap."""
        sql = "SELECT asked_at_s FROM requests WHERE generation = ?"
        for (at_s,) in self._database.execute(sql, (subject_of(generation),)):
            return int(at_s)
        return None

    def note_request(self, generation: GenerationId, now_s: int) -> None:
        """Remember that we asked."""
        row = (subject_of(generation), now_s)
        self._database.execute("INSERT OR REPLACE INTO requests VALUES (?, ?)", row)

    def forget_requests(self, before_s: int) -> None:
        """Drop the memory of requests made before `before_s`."""
        self._database.execute("DELETE FROM requests WHERE asked_at_s < ?", (before_s,))

    def forget_cache(self) -> None:
        """After a rollback the caches may say more than the database."""
        self._manifests.clear()
        self._cached_members = 0
        self._secrets.clear()

    def _cache(self, generation: GenerationId, manifest: wire.Manifest | None) -> None:
        members = 0 if manifest is None else len(manifest.members)
        full = len(self._manifests) >= MAX_CACHED_GENERATIONS
        if full or self._cached_members + members > MAX_CACHED_MEMBERS:
            self._manifests.clear()
            self._cached_members = 0
        self._manifests[generation] = manifest
        self._cached_members += members

    def _one(self, sql: str, generation: GenerationId) -> bytes | None:
        for (value,) in self._database.execute(sql, _key(generation)):
            return bytes(value)
        return None


def generation_of(body: wire.Manifest | wire.Wrap) -> GenerationId:
    """The generation that a manifest or wrap speaks of."""
    return GenerationId(body.originator, body.audience, body.generation)


def subject_of(generation: GenerationId) -> bytes:
    """40 bytes that name the generation in `parked` and `waiting`."""
    return generation.layout()


def generation_from(subject: bytes) -> GenerationId:
    """Inverse of `subject_of`."""
    return GenerationId(subject[:16], subject[16:32], int.from_bytes(subject[32:], "big"))


def _key(generation: GenerationId) -> tuple[bytes, bytes, int]:
    return generation.originator, generation.audience, generation.generation


def _manifest(body: bytes) -> wire.Manifest:
    manifest = wire.decode_body(body)
    assert isinstance(manifest, wire.Manifest)
    return manifest
