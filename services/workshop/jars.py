"""Pinned jars, Kafka's first of all: fetched once from Maven Central, each held against its SHA-256."""

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
class JarList:
    """A file of pins below deploy/local, what its jars make up, and how to do `otherwise`."""

    file: str
    what: str
    otherwise: str


KAFKA = JarList("jars.sha256", f"Kafka {KAFKA_VERSION}", ", or set KAFKA_HOME or TOCSIN_BOOTSTRAP")


@dataclass(frozen=True)
class PinnedJar:
    """One line of a list of pins: a digest and the path in a Maven repository."""

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


def pinned_jars(wanted: JarList = KAFKA) -> tuple[PinnedJar, ...]:
    """All jars of a list (the local broker runs from KAFKA), in the order of the file."""
    text = (files("deploy.local") / wanted.file).read_text(encoding="ascii")
    return tuple(PinnedJar(*line.split()) for line in text.splitlines() if line)


def fetch(cache: Path, say: Callable[[str], None], wanted: JarList = KAFKA) -> tuple[Path, ...]:
    """The paths of all jars below `cache`, downloading those that are missing or damaged.

    Without network nothing is needed once they are there. `say` is told before a download.
    Raises UntrustedError if Maven Central gives another file than the pinned one,
    OutsideFault if it cannot be reached, SettingsError if `tocsin[local]` is not installed.
    """
    repository = cache / "maven"
    jars = pinned_jars(wanted)
    with exclusively(repository):
        missing = [jar for jar in jars if not jar.is_whole(repository)]
        if missing:
            say(f"fetching {len(missing)} of {len(jars)} jars of {wanted.what} (once)")
            _download_all(missing, repository, wanted.otherwise)
    return tuple(repository / jar.path for jar in jars)


def _download_all(jars: list[PinnedJar], repository: Path, otherwise: str) -> None:
    with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
        for _ in pool.map(lambda jar: _download(jar, repository, otherwise), jars):
            pass


def _download(jar: PinnedJar, repository: Path, otherwise: str) -> None:
    """Try a few times: a download that broke off leaves a file that its digest betrays."""
    for attempt in range(1, TRIES + 1):
        (repository / jar.path).unlink(missing_ok=True)
        try:
            _ask_maven(jar, repository)
        except (OSError, RuntimeError) as error:  # jgo: requests' errors are OSError
            if attempt == TRIES:
                raise OutsideFault(
                    f"cannot fetch {jar.path} from Maven Central ({type(error).__name__}): "
                    f"connect to the network{otherwise}"
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
            "fetching jars needs the extra `tocsin[local]`: pip install 'tocsin[local]', "
            "or, for a Kafka that is there, set KAFKA_HOME or TOCSIN_BOOTSTRAP"
        ) from error
    group, artifact, version = jar.coordinates
    context = MavenContext(repo_cache=repository, local_repos=[])
    context.project(group, artifact).at_version(version).artifact().resolve()
