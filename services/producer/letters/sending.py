"""How a letter leaves: it is written from what lies in inbox and outbox, accepted, sealed, published.

The outbox is this home's, or, where the producer service holds it, the service is handed the letter.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.producer.letters.letter import Outgoing, submission
from services.producer.participant import open_participant
from services.producer.publishing import Ask, accept_and_publish, exit_of, opened
from services.producer.submitting import Service
from tocsin.adapters.correspondence import Correspondence, open_correspondence
from tocsin.core.errors import SettingsError
from tocsin.runtime import console
from tocsin.runtime.exits import Exit

MAX_TEXT_BYTES = 65_536
_COLUMNS = ("result", "state", "version", "where")


@dataclass(frozen=True, slots=True)
class Through:
    """The producer service that holds the outbox; None: this command does."""

    url: str | None = None
    token_file: Path | None = None


Write = Callable[[Correspondence, int], Sequence[Outgoing]]


def send_letters(ask: Ask, through: Through, write: Write) -> Exit:
    """Send what `write` makes of the correspondence at this second. Raises TocsinError.

    All of it is accepted or nothing; handed to a service, one by one.
    """
    participant = open_participant(ask.home, ask.passphrase_file)
    with open_correspondence(participant.home, participant.storage_key) as correspondence:
        written = write(correspondence, int(time.time()))
    if not written:
        console.say("there is nothing to send")
        return Exit.WHOLE
    if through.url is not None:
        done = _hand_in(Service(through.url, through.token_file), written, as_json=ask.as_json)
    else:
        some = [submission(one) for one in written]
        done = exit_of(accept_and_publish(participant, ask, lambda outbox: outbox.accept(some), _COLUMNS))
    if done is not Exit.REFUSED:
        for news in dict.fromkeys(one.news for one in written if one.news):
            console.say(news)
    return done


def _hand_in(service: Service, written: Sequence[Outgoing], *, as_json: bool) -> Exit:
    receipts = []
    for number, one in enumerate(written, 1):
        query = {"kind": one.family, "to": one.to.hex(), "reference": one.reference}
        receipts.append(service.hand_in("letters", query, dict(one.body), f"{one.family} {number}"))
    taken = [one for one in receipts if one is not None]
    console.rows(taken, _COLUMNS, as_json=as_json)
    return Exit.WHOLE if len(taken) == len(receipts) else Exit.REFUSED


def text_of(given: str | None) -> str | None:
    """The text of `--text`: as it is, or of the file that `@FILE` names. Raises SettingsError."""
    if given is None or not given.startswith("@"):
        return given
    with opened(given[1:]) as stream:
        data = stream.read(MAX_TEXT_BYTES + 1)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{given[1:]} is not UTF-8 at byte {error.start}") from None
