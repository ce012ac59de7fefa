"""The peers' environment: made once, of its own, never mixed with the project's."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

FOLDER = Path(".cache/bench-peers")
WANTED = "confluent-kafka[avro,schemaregistry,rules]==2.16.1"


def python() -> Path:
    """The peers' interpreter; installs them on the first call."""
    there = FOLDER / "bin" / "python"
    ready = FOLDER / "ready"
    if not ready.exists():
        print(f"installing the peer {WANTED} into {FOLDER}", file=sys.stderr)
        venv.create(FOLDER, with_pip=True)
        subprocess.run([there, "-m", "pip", "install", "--quiet", WANTED], check=True)
        ready.touch()
    return there


def run(script: str, job: dict[str, Any]) -> dict[str, float]:
    """What `bench/<script>` answers to `job`."""
    done = subprocess.run(
        [python(), Path(__file__).with_name(script)],
        input=json.dumps(job).encode(),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the peer {script} failed:\n{done.stderr.decode()[-2000:]}")
    return json.loads(done.stdout)
