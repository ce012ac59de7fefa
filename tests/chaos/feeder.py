"""Hands in reports over HTTP until each has its receipt, as an officer's system would.

Several lanes run at once; within a lane a report is handed in only after the one before it was
acknowledged, so that a lane's numbers are accepted in their order. Some reports are handed in twice,
some are bad on purpose and some contradict an earlier one, to see that a crash changes no answer.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.client import Client
from tests.chaos.history import Receipt, Refusal
from tocsin.core.exercise import exercise_report

RETRY_PAUSE_S = 0.05
ODD_ONES = {17: "bad", 41: "again", 67: "other"}  # of every hundred of a lane
WRONG_CLOCK = "lies in the future"


@dataclass
class Ledger:
    """Everything that the lanes were told. Appending is all that threads do to it."""

    receipts: list[Receipt] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    retries: int = 0


class Flow:
    """When lanes hand in their next report, when no more, and when they give up altogether."""

    def __init__(self, pause_s: float) -> None:
        self.pause_s = pause_s
        self.ends, self.given_up = threading.Event(), threading.Event()


class Lane(threading.Thread):
    """Hands in `numbers`, one after the other, until the flow ends; each until it is answered."""

    def __init__(
        self, lane: int, numbers: range, client: Client, ledger: Ledger, flow: Flow, country: str = "CO"
    ) -> None:
        super().__init__(daemon=True)
        self._lane, self._numbers, self._country = lane, numbers, country
        self._client, self._ledger, self._flow = client, ledger, flow
        self._given_up = flow.given_up
        self._last: dict[str, Any] | None = None

    def run(self) -> None:
        """Until the flow ends, or the round is given up."""
        for order, number in enumerate(self._numbers):
            if self._flow.ends.wait(self._flow.pause_s):
                break
            report = _report(number, self._country)
            for key, body, expected in self._errands(order, number, report):
                self._hand_in(number, body, key, expected)
                if self._given_up.is_set():
                    return
            self._last = report
        self._client.close()

    def _errands(
        self, order: int, number: int, report: dict[str, Any]
    ) -> Iterator[tuple[str, dict[str, Any], int]]:
        """(idempotency key, report, expected status) of this turn."""
        odd = ODD_ONES.get(order % 100)
        if odd == "bad":
            yield f"bad-{number}", report | {"kind": "no such kind"}, 422
        if odd == "other" and self._last is not None:
            yield (
                f"other-{number}",
                self._last | {"event_date": {"value": "2023-01-01", "precision": "day"}},
                409,
            )
        yield f"report-{number}", report, 201
        if odd == "again":
            yield f"again-{number}", report, 200

    def _hand_in(self, number: int, report: dict[str, Any], key: str, expected: int) -> None:
        body, asked_s = json.dumps(report).encode(), time.monotonic()
        while not self._given_up.is_set():
            status, answer = self._client.ask("POST", "/v1/reports", body, **{"Idempotency-Key": key})
            # While the clock is set wrong, reports of today are refused with that reason.
            if status not in {0, 500, 503, 507} and WRONG_CLOCK not in json.dumps(answer):
                self._note((number, asked_s), report, status, answer, expected)
                return
            self._ledger.retries += 1
            self._given_up.wait(RETRY_PAUSE_S)

    def _note(
        self, when: tuple[int, float], report: dict[str, Any], status: int, answer: Any, expected: int
    ) -> None:
        (number, asked_s), now_s = when, time.monotonic()
        reference = report["national_reference"]
        if status in {200, 201}:
            place = (self._lane, number, self._country)
            self._ledger.receipts.append(Receipt(reference, answer["report_id"], *place, asked_s, now_s))
        else:
            reasons = [one["problem"] for one in answer.get("problems") or []] or [answer.get("detail", "")]
            self._ledger.refusals.append(Refusal(reference, status, tuple(reasons)))
        # A retry after a crash may learn that its report was accepted: 200 in place of 201.
        if status != expected and not (expected == 201 and status == 200):
            self._ledger.faults.append(f"{reference}: {status} instead of {expected}: {answer}")


def _report(number: int, country: str) -> dict[str, Any]:
    """The exercise report of this number; every other one concerns its own region alone."""
    report = exercise_report(random.Random(number), number, country)
    if number % 2:
        del report["route"]
    return report
