"""Whether an item may leave now, by today's directory: wait, refuse, or go.

A rule that more time may change makes the item wait with a reason that `/readyz` and `status` show; a
rule that the item itself breaks refuses it for good, and the outbox says why.
"""

from __future__ import annotations

from services.producer.originator import Originator
from services.producer.releasable import codec_of, unreleased
from tocsin.adapters.outbox.sealing_queue import Waiting
from tocsin.core.audiences import Audience
from tocsin.core.clock_skew import TOLERANCE_S
from tocsin.core.directory import Directory, Freshness
from tocsin.core.ids import own_audience
from tocsin.core.letters import why_not
from tocsin.core.streams import INBOX


class Gate:
    """Answers for one pass: one directory, one moment."""

    def __init__(self, originator: Originator, directory: Directory, now_s: int) -> None:
        self._me, self._originator = originator.id, originator
        self._directory, self._now_s = directory, now_s

    def closed(self) -> str | None:
        """Why nothing at all may be sealed now; None if something may."""
        if self._directory.signed_at_s > self._now_s + TOLERANCE_S:
            # Who is no member any more would still be one by our clock.
            return "this machine's clock is behind the authority's: publishing waits, accepting goes on"
        if self._directory.freshness(self._now_s) is not Freshness.FRESH:
            return "by this machine's clock the directory has expired: publishing waits, accepting goes on"
        if self._me not in self._directory.participants:
            return "the directory does not name this participant: ask the authority"
        if (purpose := self._originator.missing) is not None:
            return (
                f"no {purpose} key of ours is valid in the directory: tocsin keys rotate makes one, the "
                "authority takes it up"
            )
        return None

    def stream_closed(self, stream: str) -> str | None:
        """Why nothing may be sealed for a stream now."""
        if self._directory.may_publish(self._me, stream, self._now_s):
            return None
        return f"the directory does not allow us to publish to {stream}"

    def audience(self, name: str) -> Audience | None:
        """The audience by its name, None where the directory has none."""
        return self._directory.audience_named(name)

    def refusal(self, waiting: Waiting, audience: Audience) -> str | None:
        """Why an item may never leave; None if it may."""
        item = waiting.item
        if item.schema not in self._directory.schemas:
            return "its schema is not in the directory"
        if audience.schemas is not None and item.schema not in audience.schemas:
            return f"audience {audience.name} may not be sent this kind of report"
        name = codec_of(self._directory.schemas[item.schema]).name
        if reason := why_not(name, self._me, audience, self._directory):
            return reason
        if reason := unreleased(item, self._me, self._now_s, audience, self._directory):
            return reason
        if waiting.stream != INBOX and waiting.region not in self._directory.layout.regions:
            return f"the directory has no region {waiting.region}"
        return None


def is_own_audience(name: str) -> bool:
    """Whether `name` is a participant's own audience, whose place is that participant's inbox."""
    return name.startswith(own_audience(b""))
