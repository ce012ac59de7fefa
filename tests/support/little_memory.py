"""Runs Python in a process of its own that may not take much memory, nor wait long."""

from __future__ import annotations

import subprocess
import sys

from tests.support.source import ROOT

MAX_S = 60
_LIMITED = """
import resource
from tests.support.starved import used_bytes
{imports}
limit = used_bytes() + {room_bytes}
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
{script}
"""


def said(imports: str, script: str, *words: object, room_mib: int = 64) -> str:
    """What `script` prints, which must end well; `imports` run before the limit is set."""
    text = _LIMITED.format(imports=imports, script=script, room_bytes=room_mib << 20)
    command = [sys.executable, "-c", text, *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=MAX_S)
    assert 0 == done.returncode, done.stderr[-2_000:]
    return done.stdout
