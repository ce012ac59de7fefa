"""The data folder of one broker: copied from the template, then given its own identity."""

from __future__ import annotations

import base64
import shutil
import uuid
from pathlib import Path

from tocsin.core.errors import StorageError


def new_id() -> str:
    """A Kafka UUID: 22 characters of URL-safe base64, never starting with a dash."""
    while True:
        text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not text.startswith("-"):
            return text


def lay_out(data: Path, template: Path, node: int, cluster_id: str) -> None:
    """Make `data` a formatted folder of `node`; a folder that is one already is left alone.

    The file that makes it one is written last: a crash or a full disk on the way leaves a
    folder that the next start lays out anew. Raises StorageError.
    """
    identity = data / "meta.properties"
    if identity.exists() and identity.stat().st_size:
        return
    try:
        data.mkdir(parents=True, exist_ok=True)
        shutil.copytree(
            template, data, dirs_exist_ok=True, ignore=shutil.ignore_patterns("meta.properties")
        )
        partial = data.with_name(data.name + ".meta.partial")
        partial.write_text(
            f"version=1\ncluster.id={cluster_id}\nnode.id={node}\ndirectory.id={new_id()}\n",
            encoding="ascii",
        )
        partial.replace(identity)
    except OSError as error:
        raise StorageError(f"{data} cannot be written ({error.strerror}): free some space") from error
