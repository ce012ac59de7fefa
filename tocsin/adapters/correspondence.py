"""What this home wrote to others and what they wrote to it, side by side: inbox and outbox, read only.

Bodies are decoded under the schemas of the directory that is kept in the home; both services may look
while either writes. What the letters mean together is left to `core.answers` and `core.requests`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.inbox import store as inbox_store
from tocsin.adapters.inbox.reports import Filter, StoredReport
from tocsin.adapters.inbox.store import Inbox, open_inbox
from tocsin.adapters.outbox import store as outbox_store
from tocsin.adapters.outbox.sent import SentItem, SentTo
from tocsin.adapters.outbox.store import Outbox, open_outbox
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.core.answers import Given
from tocsin.core.avro import Codec
from tocsin.core.directory import Directory
from tocsin.core.errors import DirectoryStaleError, RefusedByRuleError
from tocsin.core.facts import subject_of
from tocsin.core.ids import own_audience
from tocsin.core.letters import LETTERS
from tocsin.core.participants import Participant
from tocsin.core.report import ALERT_SCHEMA, ALERTS_STREAM, INCIDENT_SCHEMA
from tocsin.core.streams import INBOX

T = TypeVar("T")
INBOX_FOLDER = "inbox"
MIN_PREFIX_CHARACTERS = 6
_NAMES = {
    **{family: letter.schema_name for family, letter in LETTERS.items()},
    "alert": ALERT_SCHEMA,
    "incident": INCIDENT_SCHEMA,
}


@dataclass(frozen=True, slots=True)
class Got:
    """One version of what came to us. `time_s`: when its record was sealed."""

    originator: bytes
    report_id: bytes
    version: int
    time_s: int
    exercise: bool
    body: dict[str, Any] = field(repr=False)

    @property
    def number(self) -> int:
        """What orders versions: an alert counts its own."""
        return int(self.body.get("version") or self.version)


@dataclass(frozen=True, slots=True)
class Sent:
    """One version of what we sent; see `SentItem`."""

    report_id: bytes
    version: int
    accepted_at_s: int
    exercise: bool
    to: tuple[SentTo, ...]
    body: dict[str, Any] = field(repr=False)

    @property
    def addressee(self) -> bytes:
        """The one participant that a letter went to."""
        return bytes.fromhex(self.to[0].audience.removeprefix(own_audience(b"")))

    @property
    def state(self) -> str:
        """`published`, `waiting` or `refused: …`."""
        refused = [one.refused for one in self.to if one.refused]
        if refused:
            return f"refused: {refused[0]}"
        return "published" if all(one.published for one in self.to) else "waiting"


class Correspondence:
    """Answers questions about letters; `inbox` or `outbox` None where the home has none yet."""

    def __init__(self, me: bytes, directory: Directory, inbox: Inbox | None, outbox: Outbox | None) -> None:
        self.directory, self._id = directory, me
        self._inbox, self.outbox = inbox, outbox
        self._codecs: dict[bytes, Codec] = {}

    @property
    def me(self) -> Participant:
        """Our entry. Raises RefusedByRuleError where the directory has none."""
        found = self.directory.participants.get(self._id)
        if found is None:
            raise RefusedByRuleError("the directory does not name this participant: ask the authority")
        return found

    def name(self, participant: bytes) -> str:
        """A participant's name, or its id where the directory has forgotten it."""
        found = self.directory.participants.get(participant)
        return found.name if found else participant.hex()

    def is_own_firm(self, participant: bytes) -> bool:
        """Whether we are the national authority of a firm."""
        found = self.directory.participants.get(participant)
        return found is not None and found.sponsor == self._id

    def received(self, family: str) -> Iterator[Got]:
        """Every letter of a family that came to our inbox, in the order of storage."""
        after = 0
        while self._inbox is not None and (page := self._inbox.reports.letters(after)):
            yield from self._of(family, page)
            after = page[-1].seq

    def alerts(self, since_s: int) -> Iterator[Got]:
        """Every version of an alert that came since, by the stream or to us alone, in order of storage."""
        wanted, after = Filter((ALERTS_STREAM, INBOX), since_s=since_s), 0
        while self._inbox is not None and (page := self._inbox.reports.after(after, wanted)):
            yield from self._of("alert", page)
            after = page[-1].seq

    def about(self, family: str, subject: str) -> Iterator[Got]:
        """What of a family came about an alert, thread or tip whose id begins with `subject`."""
        after = 0
        while self._inbox is not None and (page := self._inbox.reports.about(subject, after)):
            yield from self._of(family, page)
            after = page[-1].seq

    def report(self, report_id: bytes) -> list[Got]:
        """The versions of an incident report that we hold."""
        found = [] if self._inbox is None else self._inbox.reports.versions(report_id)
        return list(self._of("incident", found))

    def sent(self, family: str) -> Iterator[Sent]:
        """Every version of a family that we sent, in the order of acceptance."""
        for one in () if self.outbox is None else self.outbox.sent.of_family(family):
            yield _sent(one, self._codec(one.schema).decode(one.body))

    def one(self, family: str, subject: str, what: str) -> Got:
        """The newest version of the one thing of a family whose id is, or begins with, `subject`.

        Raises RefusedByRuleError naming `what` where there is none, or several fit.
        """
        came = self.about(family, _asked(subject))
        found = newest(came, lambda one: (one.originator, subject_of(one.body)))
        return _the_one(found, subject, what)

    def whole_id(self, family: str, subject: str, what: str) -> str:
        """The id, which is or begins with `subject`, of the alert, tip or thread that something of a
        family came about, from however many. Raises RefusedByRuleError as `one` does.
        """
        came = self.about(family, _asked(subject))
        return _the_one(sorted({str(subject_of(one.body)) for one in came}), subject, what)

    def _of(self, family: str, page: list[StoredReport]) -> Iterator[Got]:
        for one in page:
            codec = self._codec(one.schema)
            if codec.name == _NAMES[family]:
                body = codec.decode(one.body)
                yield Got(one.originator, one.report_id, one.version, one.time_s, one.exercise, body)

    def _codec(self, schema: bytes) -> Codec:
        if schema not in self._codecs:
            data = self.directory.schemas.get(schema)
            if data is None and self._inbox is not None:
                data = self._inbox.known.schema(schema)
            if data is None:
                raise RefusedByRuleError(
                    "a schema of what is kept here is no longer in the directory: ask the authority for it"
                )
            self._codecs[schema] = Codec(data)
        return self._codecs[schema]


def _asked(subject: str) -> str:
    asked = subject.strip().lower()
    if len(asked) < MIN_PREFIX_CHARACTERS:
        raise RefusedByRuleError(
            f"{subject!r} is too short: give {MIN_PREFIX_CHARACTERS} digits of it at least"
        )
    return asked


def _the_one(found: Sequence[T], subject: str, what: str) -> T:
    if not found:
        raise RefusedByRuleError(
            f"no {what} {subject} came to this home; `tocsin subscribe all --until-end` reads on"
        )
    if len(found) > 1:
        raise RefusedByRuleError(f"{len(found)} ids begin with {subject}: give more of the one you mean")
    return found[0]


def newest(some: Iterable[Got], key: Callable[[Got], Hashable]) -> list[Got]:
    """Of each `key` the newest version; versions may arrive in any order."""
    kept: dict[Hashable, Got] = {}
    for one in some:
        name = key(one)
        if name not in kept or kept[name].number <= one.number:
            kept[name] = one
    return list(kept.values())


def given_of(answers: Iterable[Got]) -> Iterator[Given]:
    """Answers that came, as the core counts them."""
    for one in answers:
        body = one.body
        yield Given(
            one.originator,
            one.report_id,
            one.version,
            body["code"],
            body["count"],
            body["firms"],
            body["item_number"],
        )


def _sent(one: SentItem, body: dict[str, Any]) -> Sent:
    return Sent(one.report_id, one.version, one.accepted_at_s, one.exercise, one.to, body)


@contextmanager
def open_correspondence(home: ParticipantHome, storage_key: bytes) -> Iterator[Correspondence]:
    """The correspondence of a home, to look at. Raises DirectoryStaleError where no directory is held."""
    directory = DirectoryClient(home.directory, home.pinned_root()).load()
    if directory is None:
        raise DirectoryStaleError("no directory was fetched yet: `tocsin subscribe all --until-end` does")
    me = home.participant_id()
    with ExitStack() as opened:
        inbox = outbox = None
        if (home.path / INBOX_FOLDER / inbox_store.FILE_NAME).exists():
            inbox = open_inbox(home.path / INBOX_FOLDER, storage_key, read_only=True)
            opened.callback(inbox.close)
        if (home.outbox / outbox_store.FILE_NAME).exists():
            outbox = open_outbox(home.outbox, storage_key, me, read_only=True)
            opened.callback(outbox.close)
        yield Correspondence(me, directory, inbox, outbox)
