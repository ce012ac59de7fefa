"""Runs `tocsin` with a wall clock that goes ahead: `python -m tests.support.later SECONDS WORDS…`."""

import sys
import time


def main() -> int:
    """The exit code of the command."""
    ahead_s, real = int(sys.argv[1]), time.time
    time.time = lambda: real() + ahead_s
    # Whoever takes the clock as a default at import must find this one.
    from tocsin.main import main as tocsin

    return tocsin(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
