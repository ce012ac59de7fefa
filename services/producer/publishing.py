"""`tocsin publish`: accept what a file holds, publish it, print receipts. The exit code tells the rest.

Accepting comes first and needs no broker. Every refused report is named with its place and all reasons;
nothing of it is stored, and the others go on.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from services.producer.accept import Acceptance, Prepared, Submission
from services.producer.addressing import Approver
from services.producer.clocks import Clocks
from services.producer.documents import Document, read_documents
from services.producer.doubting import all_doubts
from services.producer.draining import drain
from services.producer.importing.run_import import Fate
from services.producer.issuing import issuer_of
from services.producer.key_requests import KeyRequests
from services.producer.participant import Participant, open_participant, refuse_where_people_release
from services.producer.producing import build
from services.producer.receipts import COLUMNS, Accepted, print_receipts
from services.producer.reports import family_of
from services.producer.withdrawing import withdraw
from tocsin.adapters.desk.store import note
from tocsin.adapters.outbox.status import OutboxStatus, State
from tocsin.adapters.outbox.store import Outbox
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.core.attachments import FileToSend
from tocsin.core.audit_chain import BY_THE_HOME, Deed
from tocsin.core.errors import (
    HeldElsewhereError,
    InvalidReportError,
    RefusedByRuleError,
    SettingsError,
)
from tocsin.core.watch_lists import WatchLists
from tocsin.runtime import console
from tocsin.runtime.exits import Exit

MAX_BATCH_REPORTS = 500
MAX_SHOWN_PROBLEMS = 20
MAX_SHOWN_DOUBTS = 20
WITHDRAWN = "the report of this national reference was withdrawn: a new report needs a new reference"
WHAT_IT_DOES = (
    "readers take it out of every view and erase it; what lies sealed with the broker is not un-sent: "
    "whoever keeps the keys can open it until its retention ends"
)


@dataclass(frozen=True)
class Ask:
    """The options of the commands that publish."""

    home: Path
    passphrase_file: Path | None
    bootstrap: str | None
    wait_s: float | None
    """How long to wait for the broker; None: accept only."""
    as_json: bool = False


@dataclass(frozen=True)
class How:
    """The options about the reports themselves; None means the usual."""

    kind: str | None = None
    audience: str | None = None
    update: bool = False
    approve: bool = False
    files: tuple[FileToSend, ...] = ()
    """What goes with the one report."""


def publish_file(ask: Ask, file: str, how: How) -> Exit:
    """Accept and publish the reports in `file` (`-`: stdin). Raises TocsinError."""
    participant = open_participant(ask.home, ask.passphrase_file)
    with opened(file) as stream:
        return publish_documents(participant, ask, read_documents(stream), how)


def publish_documents(participant: Participant, ask: Ask, documents: Iterator[Document], how: How) -> Exit:
    """Accept and publish `documents`; WHOLE or INCOMPLETE mean that all are accepted.

    Raises TocsinError; then nothing, or whole batches, are accepted.
    """
    approvers: tuple[Approver, ...] = ()
    if how.approve:
        refuse_where_people_release(participant)
        directory = participant.directory_client().load()
        approvers = (participant.release_key(directory, Clocks().now_s()),)
    if how.files:
        documents = _only(documents)
    filing = _Filing(how, approvers, participant.watch_lists())
    states = accept_and_publish(participant, ask, lambda acceptance: filing.take(acceptance, documents))
    return _exit(filing.refused, states)


def accept_and_publish(
    participant: Participant,
    ask: Ask,
    accept: Callable[[Acceptance], list[Accepted]],
    columns: Sequence[str] = COLUMNS,
) -> set[State]:
    """Let `accept` take what it has into the outbox, publish, print receipts; the states they are in.

    Raises TocsinError.
    """
    clocks = Clocks()
    client = participant.directory_client()
    directory = client.load()
    with _outbox(participant) as outbox:
        issuer = issuer_of(participant.home)
        accepted = accept(Acceptance(outbox, participant.originator.id, clocks, lambda: directory, issuer))
        if accepted or outbox.items.waiting_items:
            publish_waiting(participant, ask, client, outbox)
        return print_receipts(outbox.status, accepted, columns, as_json=ask.as_json)


def publish_waiting(participant: Participant, ask: Ask, client: DirectoryClient, outbox: Outbox) -> None:
    """Publish what waits as long as `ask` wants to wait for the broker. Raises TocsinError."""
    if ask.wait_s is not None:
        access = participant.home.access(ask.bootstrap)
        source = participant.follower(access, client)
        producing = build(outbox, participant.originator, source, access, Clocks())
        asyncio.run(drain(producing, ask.wait_s))


def _only(documents: Iterator[Document]) -> Iterator[Document]:
    """The one report that the files belong to. Raises SettingsError where there are more."""
    first = list(islice(documents, 2))
    if len(first) != 1:
        raise SettingsError("--attach goes with one report, and this is not one: nothing was accepted")
    return iter(first)


@contextmanager
def _outbox(participant: Participant) -> Iterator[Outbox]:
    with ExitStack() as held:
        try:
            outbox = held.enter_context(participant.outbox())
        except HeldElsewhereError as error:
            raise HeldElsewhereError(
                f"{error}; if that is the producer service, hand reports to it with --url "
                "http://127.0.0.1:8801 --token-file FILE"
            ) from error
        yield outbox


class _Filing:
    """Takes documents in batches, each under one fsync; counts and tells what was refused."""

    def __init__(self, how: How, approvers: tuple[Approver, ...], lists: WatchLists) -> None:
        self._how, self._approvers, self._lists = how, approvers, lists
        self.accepted: list[Accepted] = []
        self.refused = 0
        self._doubts = 0

    def take(self, acceptance: Acceptance, documents: Iterator[Document]) -> list[Accepted]:
        """All that `documents` brings; what was accepted."""
        while batch := list(islice(documents, MAX_BATCH_REPORTS)):
            checked = ((one.place, self._checked(acceptance, one)) for one in batch)
            prepared = {place: found for place, found in checked if found is not None}
            answers = acceptance.keep(list(prepared.values()))
            for (place, found), answer in zip(prepared.items(), answers, strict=True):
                self._note(place, found.submission, answer)
        return self.accepted

    def _checked(self, acceptance: Acceptance, document: Document) -> Prepared | None:
        """What may be stored, or None after telling why there is none."""
        try:
            if document.error is not None:
                raise document.error
            kind = self._how.kind or family_of(document.data)
            report = acceptance.check(kind, document.data)
            how = (self._how.audience, self._how.update, self._approvers)
            submission = Submission(kind, report, *how, self._how.files, document.draft)
            return acceptance.prepare(submission)
        except InvalidReportError as error:
            self._refuse(document.place, [f"{place}: {text}" for place, text in error.problems])
        except RefusedByRuleError as error:
            self._refuse(document.place, [str(error)])
        return None

    def _note(self, place: str, submission: Submission, answer: Accepted) -> None:
        if answer.fate is Fate.WITHDRAWN:
            self._refuse(place, [WITHDRAWN])
        elif answer.fate is Fate.CONFLICT:
            self._refuse(
                place,
                [
                    "this national reference was used before with other content "
                    f"(version {answer.version}): add --update to send a new version"
                ],
            )
        else:
            self.accepted.append(answer)
            self._doubt(place, submission)

    def _doubt(self, place: str, submission: Submission) -> None:
        """What is probably mistyped, or stands on an own list, is said, and sent as it was typed."""
        for where, sentence in all_doubts(submission.report, self._lists):
            self._doubts += 1
            if self._doubts <= MAX_SHOWN_DOUBTS:
                console.warn(f"{place}: {where}: {sentence}")
            elif self._doubts == MAX_SHOWN_DOUBTS + 1:
                console.warn("and more, not shown: `tocsin report check FILE` names all of them")

    def _refuse(self, place: str, reasons: Iterable[str]) -> None:
        self.refused += 1
        told = list(reasons)
        for reason in told[:MAX_SHOWN_PROBLEMS]:
            console.fault(f"{place}: {reason}")
        if len(told) > MAX_SHOWN_PROBLEMS:
            console.fault(f"{place}: and {len(told) - MAX_SHOWN_PROBLEMS} more")


def withdraw_report(ask: Ask, name: str, reason: str) -> Exit:
    """Take back the report of that national reference or id. Raises TocsinError."""
    participant = open_participant(ask.home, ask.passphrase_file)
    clocks = Clocks()
    with _outbox(participant) as outbox:
        deed = Deed(BY_THE_HOME, "asked to withdraw", name, reason)
        note(participant.home, participant.storage_key, deed)
        accepted = withdraw(outbox, clocks, name, reason)
        console.say(WHAT_IT_DOES)
        if ask.wait_s is not None:
            access = participant.home.access(ask.bootstrap)
            source = participant.follower(access, participant.directory_client())
            producing = build(outbox, participant.originator, source, access, clocks)
            requests = KeyRequests(outbox, participant.originator, source, access, clocks)
            asyncio.run(drain(producing, ask.wait_s, requests.answer))
        states = print_receipts(outbox.status, [accepted], as_json=ask.as_json)
    return _exit(0, states)


def send_waiting(ask: Ask) -> Exit:
    """Publish what waits in the outbox. Raises TocsinError."""
    participant = open_participant(ask.home, ask.passphrase_file)
    access = participant.home.access(ask.bootstrap)
    source = participant.follower(access, participant.directory_client())
    with participant.outbox() as outbox:
        clocks = Clocks()
        producing = build(outbox, participant.originator, source, access, clocks)
        requests = KeyRequests(outbox, participant.originator, source, access, clocks)
        asyncio.run(drain(producing, ask.wait_s or 0.0, requests.answer))
        print_counts(outbox.status, as_json=ask.as_json)
        return Exit.INCOMPLETE if producing.waiting else Exit.WHOLE


def print_counts(status: OutboxStatus, *, as_json: bool) -> None:
    """How many items are in each state."""
    counts = [{"state": state.value, "count": count} for state, count in status.counts().items()]
    console.rows(counts, ["state", "count"], as_json=as_json)


def _exit(refused: int, states: set[State]) -> Exit:
    return Exit.REFUSED if refused else exit_of(states)


def exit_of(states: set[State]) -> Exit:
    """The exit code of what was accepted."""
    if State.REFUSED in states:
        return Exit.REFUSED
    return Exit.INCOMPLETE if states - {State.PUBLISHED} else Exit.WHOLE


@contextmanager
def opened(file: str) -> Iterator[BinaryIO]:
    """`file` to read, `-` for stdin. Raises SettingsError."""
    if file == "-":
        if sys.stdin is None:  # started with it closed
            raise SettingsError("there is no standard input to read: name a file")
        yield sys.stdin.buffer
        return
    path = Path(file)
    if not path.is_file():
        raise SettingsError(f"{file} is no file that can be read")
    with path.open("rb") as stream:
        yield stream
