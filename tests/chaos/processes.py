"""A service as an operator's supervisor runs it: started again whenever it is gone."""

from __future__ import annotations

import subprocess
from pathlib import Path

from services.workshop.ports import find_free
from tests.support.stage import TOCSIN, Stage

KILLED = -9
STOP_WITHIN_S = 20.0


class ServiceProcess:
    """`tocsin <service> serve` in a home, on a port that it keeps."""

    def __init__(self, stage: Stage, service: str, home: str) -> None:
        self.service, self.port = service, find_free(1)
        self._log: Path = stage.folder / f"{service}.log"
        port = {f"TOCSIN_{service.upper()}_PORT": str(self.port)}
        self._environment = stage.environment(home, **port)
        self._process: subprocess.Popen[bytes] | None = None
        self.troubles: list[str] = []

    def start(self) -> None:
        """Start it; it may take a second until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [TOCSIN, self.service, "serve"],
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

    def _look(self) -> None:
        """Note, and mend, that it ended without having been told to."""
        if self._process is not None and (code := self._process.poll()) is not None:
            self.troubles.append(f"{self.service} ended by itself with {code}: {self._tail()}")
            self._process = None

    def keep_up(self) -> None:
        """What a supervisor does: start it again if it ended."""
        self._look()
        if self._process is None:
            self.start()

    def _tail(self) -> str:
        return self._log.read_text(errors="replace")[-600:]
