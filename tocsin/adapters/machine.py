"""Whether this machine can be trusted with keys at all: asked before any is opened or made."""

from __future__ import annotations

import time
from collections.abc import Callable

from tocsin.core.errors import SettingsError
from tocsin.core.primitives import self_test

EARLIEST_CLOCK_S = 1_735_689_600  # 2025: a clock before it was never set


def check_machine(clock: Callable[[], float] = time.time) -> None:
    """Raises SettingsError for a clock that was never set, KeyUnusableError where the library beneath
    lacks an algorithm or computes it wrongly.
    """
    now_s = int(clock())
    if now_s < EARLIEST_CLOCK_S:
        raise SettingsError(f"this machine's clock says {now_s} s since 1970: set it first")
    self_test()
