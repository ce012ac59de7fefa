"""`make fuzz MUTATIONS=…|MINUTES=…`: a table, JSON in var/fuzz, and exit code 1 where anything was found.

Run again with the same seed, it goes on behind what was done: MUTATIONS counts all of it. Inputs that
failed are kept in tests/hostile/corpus, and the suite judges them ever after.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tests.fuzz.results import Results, keep_inputs
from tests.fuzz.running import Asked, run
from tests.fuzz.targets import DEADLY, TARGETS
from tests.fuzz.weakened import CHECKS
from tests.support.source import ROOT

CORPUS = ROOT / "tests" / "hostile" / "corpus"


def main(words: list[str]) -> int:
    """0 where nothing was believed and nothing died."""
    given = _options().parse_args(words)
    names = tuple(given.targets.split(",")) if given.targets else tuple(TARGETS)
    if unknown := set(names) - set(TARGETS | DEADLY):
        print(f"no target is called {min(unknown)}; there are {', '.join(TARGETS)}", file=sys.stderr)
        return 2
    how_long = (given.mutations, given.minutes)
    asked = Asked(given.seed, names, *how_long, given.workers, given.input_s, given.weaken)
    state = given.out / f"seed-{given.seed}{f'-without-{given.weaken}' if given.weaken else ''}.json"
    results = Results.load(state, given.seed, given.weaken)
    for _round in run(asked, results):
        results.keep(state)
        print(f"{results.done:,} inputs, {results.faults_count} faults", file=sys.stderr, flush=True)
    print(results.table())
    print(f"seed {given.seed}, {results.took_s:,.0f} s with {given.workers} workers: {state}")
    for name, tally in results.tallies.items():
        keep_inputs(given.corpus, name, tally.faults)
        for fault in tally.faults[:3]:
            print(f"{name} {fault['number']}: {fault['what']}", file=sys.stderr)
    return 1 if results.faults_count else 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    how_long = parser.add_mutually_exclusive_group(required=True)
    how_long.add_argument("--mutations", type=int, help="inputs in all")
    how_long.add_argument("--minutes", type=float, help="how long to go on")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other inputs")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--input-s", type=float, default=20.0, help="how long one input may take")
    parser.add_argument("--targets", help="names by comma; all if not given")
    parser.add_argument("--weaken", choices=CHECKS, help="switch a check off: the run must then fail")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="where inputs that failed are kept")
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "fuzz", help="where the JSON goes")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
