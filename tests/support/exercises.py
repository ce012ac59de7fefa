"""Exercise reports and alerts by number, and what they weigh."""

import random
import time
from decimal import Decimal
from typing import Any

from tocsin.core.exercise import exercise_alert, exercise_report

_KILOGRAMS = {"KGM": Decimal(1), "GRM": Decimal("0.001"), "MGM": Decimal("0.000001")}
_LITRES = {"LTR": Decimal(1)}
_PIECES = {"H87": Decimal(1)}


def reports(first: int, count: int) -> list[dict[str, Any]]:
    """`count` exercise reports of Colombia; the same numbers give the same reports."""
    return [exercise_report(random.Random(number), number, "CO") for number in range(first, first + count)]


def alert() -> dict[str, Any]:
    """An exercise alert to firms, issued now."""
    return exercise_alert(random.Random(631), issued_s=int(time.time()))


def amounts(some: list[dict[str, Any]]) -> tuple[float, float, float]:
    """Kilograms, litres and pieces that the reports' substances come to, each for itself."""
    found = [one["quantity"] for report in some for one in report["substances"]]
    return tuple(
        float(sum(Decimal(one["value"]) * sizes.get(one["unit"], 0) for one in found))
        for sizes in (_KILOGRAMS, _LITRES, _PIECES)
    )


def cleared(alert: dict[str, Any], version: int = 2) -> dict[str, Any]:
    """A later version of `alert` that clears it: it asks for nothing any more."""
    asks = ("selectors", "targets", "answer_by")
    said = {name: value for name, value in alert.items() if name not in asks}
    return said | {"version": version, "status": "cleared"}
