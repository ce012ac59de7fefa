"""What is remembered of a local cluster between commands: one small file in its folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from services.workshop.data_folder import new_id
from tocsin.core.errors import SettingsError, StorageError

MAX_STATE_BYTES = 65_536


@dataclass
class ClusterState:
    """Shape and identity of a cluster, and the pids of its brokers by node."""

    brokers: int
    base_port: int
    cluster_id: str = field(default_factory=new_id)
    pids: dict[int, int] = field(default_factory=dict)


def load(path: Path) -> ClusterState | None:
    """The state at `path`; None if there is none. Raises SettingsError if it is damaged."""
    try:
        text = path.read_bytes()[:MAX_STATE_BYTES]
    except FileNotFoundError:
        return None
    try:
        raw = json.loads(text)
        pids = {int(node): int(pid) for node, pid in raw["pids"].items()}
        return ClusterState(int(raw["brokers"]), int(raw["base_port"]), str(raw["cluster_id"]), pids)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SettingsError(f"{path} is damaged: delete its folder and start again") from error


def save(path: Path, state: ClusterState) -> None:
    """Write whole or not at all. Raises StorageError."""
    partial = path.with_suffix(".partial")
    try:
        partial.write_text(json.dumps(asdict(state)), encoding="ascii")
        partial.replace(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}") from error
