"""`python -m tests.chaos --rounds N`: kill -9 while reports flow; nothing may be lost or doubled."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from services.workshop.local_kafka import LocalKafka, Tuning
from tests.chaos.killer import TARGETS
from tests.chaos.rounds import Outcome, Plan, Scene
from tests.support.stage import COLOMBIA, NETHERLANDS, build_stage

HEAD = (
    f"{'round':>5} {'seed':>6} {'kills: producer consumer broker':>32} {'acknowledged':>13} {'refused':>8}"
)
HEAD += f" {'retries':>8} {'lost':>5} {'doubled':>8} {'order':>6} {'seconds':>8}"


def main() -> int:
    """Play the rounds; 1 if any promise was broken."""
    options = _options()
    plan = Plan(options.reports, options.kills)
    # So that services and broker are stopped also when somebody ends us.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    faults = 0
    with tempfile.TemporaryDirectory(prefix="tocsin-chaos-") as name:
        folder = Path(name)
        with LocalKafka(folder / "kafka", tuning=Tuning(heap_mb=256), say=_say) as kafka:
            scene = Scene(build_stage(folder / "homes", kafka, (COLOMBIA, NETHERLANDS)))
            _say(f"{plan.reports} reports and {plan.kills} kills a round, some of them double")
            _say("and 2 kills more when all is acknowledged")
            print(HEAD, flush=True)
            for number in range(options.rounds):
                faults += _tell(number, scene.play(number, options.seed + number, plan))
    print(f"{options.rounds} rounds, {faults} faults")
    return 1 if faults else 0


def _tell(number: int, outcome: Outcome) -> int:
    verdict = outcome.verdict
    kills = " ".join(f"{outcome.kills[target]:>8}" for target in TARGETS)
    print(
        f"{number + 1:>5} {outcome.seed:>6} {kills:>32} {verdict.acknowledged:>13} {outcome.refused:>8}"
        f" {outcome.retries:>8} {len(verdict.lost):>5} {len(verdict.doubled):>8}"
        f" {len(verdict.disordered):>6} {outcome.seconds:>8.1f}",
        flush=True,
    )
    for fault in outcome.faults:
        print(f"      FAULT {fault}", flush=True)
    return len(outcome.faults)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument(
        "--seed", type=int, default=631, help="of the first round; the next one's is one higher"
    )
    parser.add_argument("--reports", type=int, default=Plan.reports)
    parser.add_argument("--kills", type=int, default=Plan.kills)
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
