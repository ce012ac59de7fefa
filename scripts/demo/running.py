"""Leaves the demo's services running (`make up`) and stops them (`make down`)."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from scripts.demo.command import TOCSIN, Commands
from scripts.demo.stage import AUTHORITY, FOCAL_POINTS, kafka
from services.workshop import ports

STOP_WITHIN_S = 20.0
SERVICES = {
    "authority": (AUTHORITY, "AUTHORITY"),
    "producer": (FOCAL_POINTS[0].home, "PRODUCER"),
    "consumer": (FOCAL_POINTS[1].home, "CONSUMER"),
}


def up(commands: Commands) -> None:
    """Start the three services beside Kafka and print where things are."""
    folder = commands.folder
    print(
        f"\nKafka        {commands.bootstrap}"
        f"\nhomes        {folder}/<name>, passphrases in {folder}/passphrases"
    )
    for service, (home, prefix) in SERVICES.items():
        port = ports.find_free(1)
        log = (folder / f"{service}.log").open("ab")
        process = subprocess.Popen(
            [TOCSIN, service, "serve"],
            env=commands.environment(home) | {f"TOCSIN_{prefix}_PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        (folder / f"{service}.pid").write_text(str(process.pid))
        print(f"{service:<12} http://127.0.0.1:{port}/readyz   home {home}, log {folder}/{service}.log")
    words = f"export TOCSIN_BOOTSTRAP={commands.bootstrap} TOCSIN_HOME={folder}/analyst"
    print(f"try          {words} \\\n             TOCSIN_PASSPHRASE_FILE={folder}/passphrases/analyst")
    print("             tocsin subscribe ion --from earliest --until-end\nstop         make down")


def down(folder: Path) -> int:
    """Stop the services and Kafka that an earlier demo left; 0 where nothing is left."""
    for service in SERVICES:
        path = folder / f"{service}.pid"
        if path.exists():
            _stop(int(path.read_text()), service)
            path.unlink()
    if (folder / "kafka").exists():
        kafka(folder, "down")
    return 0


def _stop(pid: int, service: str) -> None:
    """End a process of ours: only one that still runs our command."""
    deadline_s = time.monotonic() + STOP_WITHIN_S
    if not _is_ours(pid, service):
        return
    os.kill(pid, signal.SIGTERM)
    while _is_ours(pid, service):
        if time.monotonic() > deadline_s:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)


def _is_ours(pid: int, service: str) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return service.encode() in words and b"serve" in words
