"""Patterns that muted themselves are told to who issued the alert: which, and what share they hit.

One letter for each alert: a further pattern of it makes a higher version of the letter, which holds all.
They are told when the outbox, or the service, has it; a crash between hands the same in once more.
"""

from __future__ import annotations

import time

from services.producer.letters.answering import whose
from services.producer.letters.letter import Outgoing
from services.producer.letters.sending import Through, send_letters
from services.producer.publishing import Ask
from tocsin.adapters.correspondence import Correspondence
from tocsin.adapters.screening.answers import BroadPattern, BroadPatterns
from tocsin.adapters.screening.hits import AlertVersion
from tocsin.core.answers import TOO_BROAD
from tocsin.core.broadness import per_thousand
from tocsin.core.errors import RefusedByRuleError
from tocsin.runtime import console
from tocsin.runtime.exits import Exit


def tell_too_broad(ask: Ask, through: Through, patterns: BroadPatterns) -> Exit:
    """Send what was not told yet; INCOMPLETE where some cannot go. Raises TocsinError."""
    waiting = patterns.to_tell()
    if not waiting:
        return Exit.WHOLE
    writing = Telling(patterns, waiting)
    done = send_letters(ask, through, writing)
    if done is not Exit.REFUSED:
        patterns.mark_told(writing.written, int(time.time()))
    return done if len(writing.written) == len(waiting) else max(done, Exit.INCOMPLETE)


class Telling:
    """Makes the letters; `written` are the patterns that they hold."""

    def __init__(self, patterns: BroadPatterns, waiting: list[BroadPattern]) -> None:
        self._patterns, self._waiting = patterns, waiting
        self.written: list[BroadPattern] = []

    def __call__(self, correspondence: Correspondence, now_s: int) -> list[Outgoing]:
        """A letter for each alert that is in the inbox; the others are named and wait."""
        letters = []
        for alert in dict.fromkeys(one.alert for one in self._waiting):
            try:
                letters.append(self._letter(correspondence, alert, now_s))
            except RefusedByRuleError as error:
                console.warn(f"that patterns of alert {alert[1]} are too broad waits to be told: {error}")
            else:
                self.written += [one for one in self._waiting if one.alert == alert]
        return letters

    def _letter(self, correspondence: Correspondence, about: AlertVersion, now_s: int) -> Outgoing:
        sponsor = correspondence.me.sponsor
        if sponsor is None:
            raise RefusedByRuleError("firms tell their own national authority, and this home has none")
        alert = correspondence.one("alert", about[1], "alert")
        body = {
            "alert_id": about[1],
            "alert_version": about[2],
            "issuer": alert.originator.hex(),
            "code": TOO_BROAD,
            "answered_at": now_s,
            "exercise": alert.exercise,
            "too_broad": [
                {"selector": one.selector + 1, "per_thousand": per_thousand(one.hits, one.parcels)}
                for one in self._patterns.of(about)
            ],
        }
        news = whose(correspondence, alert, sponsor)
        return Outgoing("answer", sponsor, f"{about[1]}-{TOO_BROAD}", body, news)
