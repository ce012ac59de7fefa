"""`python -m tests.chaos --rounds N`: faults while reports flow; nothing may be lost, doubled or silent."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tests.chaos.broken import CHECKS
from tests.chaos.disks import can_mount
from tests.chaos.plan import GROUPS, draw, faults_named
from tests.chaos.rounds import Outcome, Scene
from tests.chaos.world import build_world
from tests.support import run

HEAD = f"{'round':>5} {'seed':>6} {'faults':>6} {'kills':>6} {'acknowledged':>13} {'refused':>8}"
HEAD += f" {'retries':>8} {'lost':>5} {'announced':>10} {'doubled':>8} {'order':>6} {'seconds':>8}"
RESULTS = Path("var/chaos.json")


def main() -> int:
    """Play the rounds; 1 if any promise was broken."""
    options = _options()
    run.begin()
    faults = faults_named([word for word in options.faults.replace(",", " ").split() if word])
    if not can_mount():
        _say("no root: full and read-only disks are left out")
    outcomes: list[Outcome] = []
    with (
        run.folder() as name,
        build_world(Path(name), brokers=options.brokers, without=tuple(options.without)) as world,
    ):
        scene = Scene(world, _say)
        print(HEAD, flush=True)
        for number in range(options.rounds):
            seed = options.seed + number
            plan = draw(seed, faults, options.steps)
            _say(f"round {number + 1}, seed {seed}: {'; '.join(map(str, plan))}")
            outcomes.append(scene.play(number, seed, plan))
            _tell(number, outcomes[-1])
            if options.keep_logs:
                _keep_logs(Path(name), options.keep_logs)
    return _sum_up(outcomes)


def _tell(number: int, outcome: Outcome) -> None:
    verdict = outcome.verdict
    print(
        f"{number + 1:>5} {outcome.seed:>6} {outcome.steps:>6} {sum(outcome.kills.values()):>6}"
        f" {verdict.acknowledged:>13} {outcome.refused:>8} {outcome.retries:>8} {len(verdict.lost):>5}"
        f" {verdict.announced:>10} {len(verdict.doubled):>8} {len(verdict.disordered):>6}"
        f" {outcome.seconds:>8.1f}",
        flush=True,
    )
    for guest in outcome.guests:
        print(f"      {guest}", flush=True)
    for fault in outcome.faults:
        print(f"      FAULT {fault}", flush=True)


def _sum_up(outcomes: list[Outcome]) -> int:
    """The closing lines, and the same as JSON under var/."""
    kills: Counter[str] = Counter()
    for one in outcomes:
        kills.update(one.kills)
    broken = sum(len(one.faults) for one in outcomes)
    verdicts = [one.verdict for one in outcomes]
    found = {
        "when": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "rounds": len(outcomes),
        "faults": sum(one.steps for one in outcomes),
        "kills": sum(kills.values()),
        "kills_of": dict(sorted(kills.items())),
        "acknowledged": sum(one.acknowledged for one in verdicts),
        "lost": sum(len(one.lost) for one in verdicts),
        "announced": sum(one.announced for one in verdicts),
        "doubled": sum(len(one.doubled) for one in verdicts),
        "disordered": sum(len(one.disordered) for one in verdicts),
        "broken_promises": broken,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found | {"outcomes": [asdict(one) for one in outcomes]}, indent=2))
    print(", ".join(f"{name} {value}" for name, value in found.items()))
    return 1 if broken else 0


def _keep_logs(folder: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for log in (folder / "homes").glob("*.log"):
        (target / log.name).write_bytes(log.read_bytes())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos",
        description=__doc__,
        epilog="Example: python -m tests.chaos --rounds 5 --faults 'kills,clock' --seed 631. "
        f"Groups of faults: {', '.join(GROUPS)}.",
    )
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=631, help="of the first round; the next is one higher")
    parser.add_argument("--steps", type=int, default=12, help="faults of a round")
    parser.add_argument("--faults", default="", help="groups or names, by comma; all if not given")
    parser.add_argument("--brokers", type=int, default=3, choices=(1, 3))
    parser.add_argument("--without", action="append", default=[], choices=sorted(CHECKS))
    parser.add_argument("--keep-logs", type=Path, help="copy the services' logs there")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
