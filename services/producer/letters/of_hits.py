"""`tocsin answer --hits`: what was answered to hits of the screening leaves as letters, once each; then
which patterns were too broad.

An answer is marked as sent when the outbox, or the service, has it; a crash between the two hands in the
same letter again, which is known there. An answer whose alert is not in the inbox waits and is named.
"""

from __future__ import annotations

import time

from services.producer.letters.answering import Wish, answers_to
from services.producer.letters.letter import Outgoing
from services.producer.letters.of_patterns import tell_too_broad
from services.producer.letters.sending import Through, send_letters
from services.producer.participant import open_participant
from services.producer.publishing import Ask
from tocsin.adapters.correspondence import Correspondence
from tocsin.adapters.screening.answers import AnswerToSend
from tocsin.adapters.screening.store import answers_to_send, mark_sent, open_screening
from tocsin.core.errors import RefusedByRuleError
from tocsin.runtime import console
from tocsin.runtime.exits import Exit


def send_answers_to_hits(ask: Ask, through: Through) -> Exit:
    """Send all that waits, at most 500 answers at a time; INCOMPLETE where some cannot go yet.

    Raises TocsinError; what was marked before is sent.
    """
    participant = open_participant(ask.home, ask.passphrase_file)
    done, stuck = Exit.WHOLE, set[int]()
    with open_screening(participant.home, participant.storage_key) as screening:
        while batch := [one for one in answers_to_send(screening) if one.seq not in stuck]:
            writing = _Writing(batch)
            done = max(done, send_letters(ask, through, writing))
            if done is Exit.REFUSED:
                return done
            mark_sent(screening, writing.written, int(time.time()))
            stuck |= {one.seq for one in batch} - set(writing.written)
        done = max(done, tell_too_broad(ask, through, screening.broad))
    return max(done, Exit.INCOMPLETE) if stuck else done


class _Writing:
    """Makes letters of a batch; `written` are the numbers of the answers that they hold."""

    def __init__(self, batch: list[AnswerToSend]) -> None:
        self._batch = batch
        self.written: list[int] = []

    def __call__(self, correspondence: Correspondence, now_s: int) -> list[Outgoing]:
        newest = {one.hit: one for one in self._batch}  # a later answer to a hit replaces the earlier
        letters: list[Outgoing] = []
        for one in newest.values():
            try:
                letters += answers_to(correspondence, [_wish(one)], now_s)
            except RefusedByRuleError as error:
                console.warn(f"the answer to hit {one.hit} waits: {error}")
            else:
                self.written += [each.seq for each in self._batch if each.hit == one.hit]
        return letters


def _wish(one: AnswerToSend) -> Wish:
    return Wish(
        one.alert_id,
        one.code.value,
        hit=one.hit,
        item_number=one.parcel,
        tick=one.parcel is not None,
    )
