"""A letter, and what the outbox is asked to accept of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from services.producer.accept import Submission
from services.producer.reports import letters
from tocsin.core import canonical_json
from tocsin.core.errors import InvalidReportError
from tocsin.core.ids import own_audience

# When a letter was written tells no letter from another.
_WRITTEN_AT = frozenset({"answered_at", "given_at"})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter to write. `to`: participant id; `reference` is ours alone and makes versions of one;
    `news`: what its writer is told once it is accepted.
    """

    family: str
    to: bytes
    reference: str = field(repr=False)
    body: Mapping[str, Any] = field(repr=False)
    news: str | None = None


def submission(letter: Outgoing) -> Submission:
    """What the outbox is asked to accept. Raises InvalidReportError with every problem."""
    known = letters().get(letter.family)
    if known is None:
        raise InvalidReportError([("kind", f"there is no such letter; known: {', '.join(letters())}")])
    report = replace(known.check(letter.body, 0), reference=letter.reference)
    content = {name: value for name, value in report.body.items() if name not in _WRITTEN_AT}
    return Submission(
        letter.family,
        report,
        own_audience(letter.to),
        update=True,
        content=canonical_json.dump(content),
    )
