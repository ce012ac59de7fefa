"""`python -m scripts.demo [--data FILE] [--keep | --down]`: what `make demo`, `up` and `down` run."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scripts.demo import running, scenes, stage
from scripts.demo.command import Commands, SceneError

FOLDER = Path("var/demo").absolute()


class Programme:
    """Shows each scene under its title, and how long it took."""

    def __init__(self) -> None:
        self.took_s: list[tuple[str, float]] = []

    def scene(self, title: str, play: Callable[[], Any]) -> Any:
        """Play one scene."""
        scenes.console.rule(f"[bold]{len(self.took_s) + 1}. {title}")
        started = time.perf_counter()
        result = play()
        self.took_s.append((title, time.perf_counter() - started))
        return result

    def end(self) -> None:
        """The table of durations."""
        table = scenes.Table("part", "seconds")
        for title, took_s in (*self.took_s, ("all", sum(took for _, took in self.took_s))):
            table.add_row(title, f"{took_s:.1f}")
        scenes.console.print(table)


def play(data: str | None) -> Commands:
    """All scenes in order. Raises SceneError, SystemExit."""
    show = Programme()
    stage.empty(FOLDER)
    bootstrap = show.scene("a real Kafka starts", lambda: stage.raise_kafka(FOLDER))
    scenes.console.print(f"Apache Kafka answers at {bootstrap}, from Python packages alone")
    commands = Commands(FOLDER, bootstrap)
    show.scene("an authority admits four participants", lambda: stage.found(commands))
    scenes.console.print(
        "two focal points, an analyst, a courier sponsored by Colombia; the directory is a TUF"
    )
    scenes.console.print(
        "repository on its own topic, and each of them follows it from its own pinned root"
    )
    show.scene("Colombia publishes reports", lambda: scenes.publish_reports(commands, data))
    show.scene("two people of Colombia release an alert", lambda: scenes.publish_alert(commands))
    seen = show.scene("the Netherlands reads", lambda: scenes.show_focal_point(commands))
    alerts = show.scene("the courier reads", lambda: scenes.show_courier(commands))
    show.scene("the analyst taps", lambda: scenes.show_analyst(commands, exercise=not data))
    show.scene("what the broker holds", lambda: scenes.show_broker(commands))
    words = seen[:2_000] + alerts
    show.scene("the search for readable words", lambda: scenes.search_everything(commands, words))
    show.end()
    return commands


def main() -> int:
    """0 where every scene went as it must; what was started is stopped, unless --keep."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--data", help="CSV of UNODC's individual seizures, plain or gzip")
    parser.add_argument("--keep", action="store_true", help="leave Kafka and the services running")
    parser.add_argument("--down", action="store_true", help="stop what --keep left running")
    wanted = parser.parse_args()
    if wanted.down:
        return running.down(FOLDER)
    running.down(FOLDER)
    done = False
    try:
        commands = play(wanted.data)
        if wanted.keep:
            running.up(commands)
        done = True
    except SceneError as error:
        print(f"error: {error}", file=sys.stderr)
    finally:
        if not (wanted.keep and done):
            running.down(FOLDER)
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
