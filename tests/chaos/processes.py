"""A service as an operator's supervisor runs it: started again whenever it is gone."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from services.workshop.ports import find_free
from tests.chaos import power
from tests.chaos.client import Client
from tests.chaos.clocks import WallClock
from tests.support.stage import ROOT, Stage

STOP_WITHIN_S = 20.0
RESTART_PAUSE_S = 1.0
EXPLAINED = frozenset({2, 4, 6, 7})
"""Exit codes with a sentence: usage, busy, unreachable, stale. A supervisor tries again."""
UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)

_GIVEN: set[int] = set()


def _own_port() -> int:
    """A free port that no other service of this run was given: it may not listen yet."""
    while (port := find_free(1)) in _GIVEN:
        pass
    _GIVEN.add(port)
    return port


@dataclass
class Build:
    """How services are started: which checks are left out, what is told of the broker, which settings."""

    without: tuple[str, ...] = ()
    settings: dict[str, str] = field(default_factory=dict)


class ServiceProcess:
    """`tocsin <service> serve` in a home, on a port that it keeps, with a clock and a disk of its own.

    `excused`: a fault is there that may end it, with an exit code that says why; `starved`: in any way.
    """

    def __init__(self, stage: Stage, service: str, home: str, build: Build) -> None:
        self.service, self.home, self.port = service, home, _own_port()
        self._name = f"{home}-{service}"
        self._log: Path = stage.folder / f"{self._name}.log"
        self.clock = WallClock(stage.folder / f"{self._name}.clock")
        self._synced = stage.folder / f"{self._name}.synced"
        self._synced.mkdir(exist_ok=True)
        self.folder = stage.home(home) / {"producer": "outbox", "consumer": "inbox"}.get(service, "")
        settings = {f"TOCSIN_{service.upper()}_PORT": str(self.port), **build.settings}
        self._environment = stage.environment(home, **settings)
        self._without = build.without
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at_s = 0.0
        self.troubles: list[str] = []
        self.excused = self.starved = False

    @property
    def pid(self) -> int | None:
        """Of the running process."""
        return self._process.pid if self._process is not None else None

    def answers(self) -> bool:
        """Whether it is alive and says so."""
        return Client(self.port, "").ask("GET", "/healthz")[0] == 200

    def start(self, dies_after_records: int | None = None) -> None:
        """Start it; it may take a second until it answers. It kills itself after so many records."""
        assert self._process is None, f"{self._name} runs already"
        words = ["--clock", str(self.clock.path)]
        words += ["--die-after", str(dies_after_records)] if dies_after_records else []
        words += ["--synced", str(self._synced)] if self.service in {"producer", "consumer"} else []
        words += [word for check in self._without for word in ("--without", check)]
        self._started_at_s = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.service", *words, "--", self.service, "serve"],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """SIGKILL; returns when it is gone. One that ended by itself before is a fault."""
        self._look()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def wait_to_die(self, within_s: float) -> None:
        """Until it killed itself, as it was started to. Raises subprocess.TimeoutExpired."""
        assert self._process is not None
        code = self._process.wait(within_s)
        self._process = None
        if code != -signal.SIGKILL:
            self.troubles.append(f"{self.service} ended with {code}, not killed: {self._tail()}")

    def cut_power(self) -> None:
        """SIGKILL, and of its databases only what was synced is left."""
        self.kill()
        power.cut(self._synced, self.folder)

    def pause(self) -> None:
        """SIGSTOP, until `go_on`."""
        self._send(signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        self._send(signal.SIGCONT)

    def limit_memory(self, more_bytes: int | None) -> None:
        """Let its address space grow by so much at most; None takes the limit away."""
        if self._process is None or self._process.poll() is not None:
            return
        limits = UNLIMITED
        if more_bytes is not None:
            pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[0])
            limits = (pages * resource.getpagesize() + more_bytes, resource.RLIM_INFINITY)
        resource.prlimit(self._process.pid, resource.RLIMIT_AS, limits)

    def stop(self) -> None:
        """SIGTERM, as at the end of a day. One that does not end in time, or not well, is a fault."""
        self._look()
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            code = process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            self.troubles.append(f"{self.service} did not stop within {STOP_WITHIN_S:.0f} s")
            return
        if code:
            self.troubles.append(f"{self.service} stopped with exit code {code}: {self._tail()}")

    def keep_up(self) -> None:
        """What a supervisor does: start it again if it ended."""
        self._look()
        if self._process is None and time.monotonic() > self._started_at_s + RESTART_PAUSE_S:
            self.start()

    def _send(self, what: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            os.kill(self._process.pid, what)

    def _look(self) -> None:
        """Note that it ended without having been told to, where nothing excuses it."""
        if self._process is None or (code := self._process.poll()) is None:
            return
        self._process = None
        if not (self.starved or (self.excused and code in EXPLAINED)):
            self.troubles.append(f"{self.service} ended by itself with {code}: {self._tail()}")

    def _tail(self) -> str:
        return self._log.read_text(errors="replace")[-600:]
