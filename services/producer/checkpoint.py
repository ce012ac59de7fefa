"""Checkpoints: hourly, and within 10 minutes of news, we state the heads of our logs.

Only what Kafka acknowledged is stated. The heads of an inbox log go into that inbox alone.
Source: wire format, "Completeness".
"""

from __future__ import annotations

from services.producer.originator import Originator
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.outbox.store import Outbox
from tocsin.core.directory import OWN_AUDIENCE_MAX_AGE_S, Directory
from tocsin.core.pauses import has_passed
from tocsin.core.primitives import sha256
from tocsin.core.signatures import sign_statement
from tocsin.core.streams import CHECKPOINTS_TOPIC, INBOX
from tocsin.core.wire import MAX_HEADS, Checkpoint, Head

HOUR_S = 3_600
NEWS_WAITS_S = 300
DAY_S = 86_400
_TIME, _AT, _STATED = "checkpoint_time_s", "checkpoint_at_s", "checkpoint_heads"


class Checkpoints:
    """Knows when a checkpoint is due, makes and sends it."""

    def __init__(self, outbox: Outbox, originator: Originator, publisher: Publisher) -> None:
        self._outbox, self._originator, self._publisher = outbox, originator, publisher

    def is_due(self, now_s: int, news_waits_s: int = NEWS_WAITS_S) -> bool:
        """An hour after the last one; sooner where something was acknowledged since then. Never without a
        key to sign it with, whose absence the gate says.
        """
        if not self._originator.can_state:
            return False
        patience_s = news_waits_s if self._has_news() else HOUR_S
        return has_passed(self._outbox.logs.number(_AT), patience_s, now_s)

    async def publish(self, directory: Directory, now_s: int) -> int:
        """State all heads; how many statements. Raises BrokerUnavailableError, BrokerRefusedError.

        Dates only grow, for readers take an older one for a lie: after a clock that was ahead they go on
        from there, second by second.
        """
        time_s = max(now_s, self._outbox.logs.number(_TIME) + 1)
        sent = self._outbox.logs.sent_heads(0)
        outgoing = [
            OutgoingRecord(topic, 0, None, self._statement(time_s, heads))
            for topic, heads in _by_topic(sent, directory, now_s).items()
        ]
        if outgoing:
            await self._publisher.publish(outgoing)
        with self._outbox.transaction():
            self._outbox.logs.keep_number(_TIME, time_s)
            self._outbox.logs.keep_number(_AT, now_s)
            self._outbox.logs.keep_number(_STATED, _fingerprint(sent))
        return len(outgoing)

    def _has_news(self) -> bool:
        sent = self._outbox.logs.sent_heads(0)
        return bool(sent) and _fingerprint(sent) != self._outbox.logs.number(_STATED)

    def _statement(self, time_s: int, heads: list[Head]) -> bytes:
        originator = self._originator
        body = Checkpoint(originator.id, originator.statement_id, time_s, tuple(heads))
        return sign_statement(originator.statement, body)


def _fingerprint(sent: dict[str, list[Head]]) -> int:
    """A number that tells these heads from others."""
    leaves = b"".join(head.leaf for heads in sent.values() for head in heads)
    return int.from_bytes(sha256(leaves)[:7], "big")


def _by_topic(sent: dict[str, list[Head]], directory: Directory, now_s: int) -> dict[str, list[Head]]:
    """The heads younger than their stream's retention, by the topic in which to state them."""
    wanted: dict[str, list[Head]] = {}
    for topic, heads in sent.items():
        for head in heads:
            if head.time < now_s - _retention_s(head.stream, directory):
                continue
            where = topic if head.stream == INBOX else CHECKPOINTS_TOPIC
            wanted.setdefault(where, []).append(head)
    return {topic: heads[:MAX_HEADS] for topic, heads in wanted.items()}


def _retention_s(stream: str, directory: Directory) -> int:
    known = directory.layout.streams.get(stream)
    return known.retention_days * DAY_S if known is not None else OWN_AUDIENCE_MAX_AGE_S
