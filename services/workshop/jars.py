"""Kafka's jars: fetched once from Maven Central, each held against its pinned SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from services.workshop.cache import exclusively
from tocsin.core.errors import OutsideFault, SettingsError, UntrustedError

KAFKA_VERSION = "4.4.0"
DOWNLOADS_AT_ONCE = 6
TRIES = 3


@dataclass(frozen=True)
class PinnedJar:
    """One line of deploy/local/jars.sha256: a digest and the path in a Maven repository."""

    sha256: str
    path: str

    @property
    def coordinates(self) -> tuple[str, str, str]:
        """Group, artifact and version, as Maven names them."""
        *group, artifact, version, _ = self.path.split("/")
        return ".".join(group), artifact, version

    def is_whole(self, repository: Path) -> bool:
        """Whether the file is there and is exactly the one that was pinned."""
        try:
            with (repository / self.path).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256
        except OSError:
            return False


def pinned_jars() -> tuple[PinnedJar, ...]:
    """All jars that the local broker runs from, in the order of the file."""
    text = (files("deploy.local") / "jars.sha256").read_text(encoding="ascii")
    return tuple(PinnedJar(*line.split()) for line in text.splitlines() if line)


def fetch(cache: Path, say: Callable[[str], None]) -> tuple[Path, ...]:
    """The paths of all jars below `cache`, downloading those that are missing or damaged.

    Without network nothing is needed once they are there. `say` is told before a download.
    Raises UntrustedError if Maven Central gives another file than the pinned one,
    OutsideFault if it cannot be reached, SettingsError if `tocsin[local]` is not installed.
    """
    repository = cache / "maven"
    jars = pinned_jars()
    with exclusively(repository):
        wanting = [jar for jar in jars if not jar.is_whole(repository)]
        if wanting:
            say(f"fetching {len(wanting)} of {len(jars)} jars of Kafka {KAFKA_VERSION} (once)")
            _download_all(wanting, repository)
    return tuple(repository / jar.path for jar in jars)


def _download_all(jars: list[PinnedJar], repository: Path) -> None:
    with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
        for _ in pool.map(lambda jar: _download(jar, repository), jars):
            pass


def _download(jar: PinnedJar, repository: Path) -> None:
    """Try a few times: a download that broke off leaves a file that its digest betrays."""
    for attempt in range(1, TRIES + 1):
        (repository / jar.path).unlink(missing_ok=True)
        try:
            _ask_maven(jar, repository)
        except (OSError, RuntimeError) as error:  # jgo: requests' errors are OSError
            if attempt == TRIES:
                raise OutsideFault(
                    f"cannot fetch {jar.path} from Maven Central ({type(error).__name__}): "
                    "connect to the network, or set KAFKA_HOME or TOCSIN_BOOTSTRAP"
                ) from error
            continue
        if jar.is_whole(repository):
            return
    (repository / jar.path).unlink(missing_ok=True)
    raise UntrustedError(
        f"{jar.path} from Maven Central is not the pinned file (SHA-256 differs); it was deleted"
    )


def _ask_maven(jar: PinnedJar, repository: Path) -> None:
    try:
        from jgo.maven import MavenContext
    except ImportError as error:
        raise SettingsError(
            "a local Kafka needs the extra `tocsin[local]`: pip install 'tocsin[local]', "
            "or set KAFKA_HOME or TOCSIN_BOOTSTRAP to use a Kafka that is there"
        ) from error
    group, artifact, version = jar.coordinates
    context = MavenContext(repo_cache=repository, local_repos=[])
    context.project(group, artifact).at_version(version).artifact().resolve()
