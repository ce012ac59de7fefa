"""`tocsin feedback list`: what we were told came of our answers, tips and reports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.consumer.letters.desk import Look, looking, print_rows
from tocsin.adapters.correspondence import Correspondence
from tocsin.runtime import console
from tocsin.runtime.times import iso_time

COLUMNS = ("time", "by", "about", "subject", "code", "text")


def print_feedback(look: Look) -> None:
    """Print what came, oldest first."""
    with looking(look) as correspondence:
        if correspondence.me.is_firm:
            console.warn("do not tell the customer")
        print_rows(_rows(correspondence), COLUMNS, as_json=look.as_json)


def _rows(correspondence: Correspondence) -> Iterator[dict[str, Any]]:
    for one in correspondence.received("feedback"):
        body = one.body
        yield {
            "time": iso_time(one.time_s),
            "by": correspondence.name(one.originator),
            "about": body["about"],
            "subject": body["subject"],
            "code": body["code"],
            "text": body["text"],
            "exercise": one.exercise,
        }
