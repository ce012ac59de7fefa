"""What a courier runs all day: `tocsin subscribe alerts` with a folder, a webhook and a mailbox."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

from tests.support.receivers import MailBox, Receiver
from tests.support.stage import COURIER, ROOT, TOCSIN, Said, Stage

MAILBOX = "desk@courier.example"


class Desk:
    """The reader as a process of its own, beside its receivers; `folder` holds its spool and log."""

    def __init__(self, stage: Stage, folder: Path, receiver: Receiver, mailbox: MailBox) -> None:
        self.stage, self.receiver, self.mailbox = stage, receiver, mailbox
        self.spool = folder / "in"
        self.url = f"http://127.0.0.1:{receiver.port}/hook/very-secret-path"
        self.log = folder / "log"
        settings = stage.home(COURIER) / "settings.toml"
        settings.write_text(mailbox.settings())
        self.sinks = (f"spool={self.spool}", f"webhook={self.url}", f"ping={MAILBOX}")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = [word for sink in self.sinks for word in ("--sink", sink)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [TOCSIN, "subscribe", "alerts", *words],
                cwd=ROOT,
                env=self.stage.environment(COURIER),
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def sinks_of(self, *words: str, expect: int = 0) -> Said:
        """`tocsin sinks WORDS` in the courier's home."""
        return self.stage.tocsin(COURIER, "sinks", *words, expect=expect)

    def files(self, ending: str) -> list[str]:
        """Names of the alerts in the folder that end so."""
        return sorted(path.name for path in self.spool.glob(f"*alert-*{ending}"))

    def wait_for_files(self, ending: str, count: int) -> list[str]:
        """The same, once there are `count`."""
        ends = time.monotonic() + 60
        while len(self.files(ending)) < count:
            assert time.monotonic() < ends, self.log.read_text()
            time.sleep(0.05)
        return self.files(ending)
