"""`tocsin import`: rows of a file become reports; run again, it adds nothing and goes on.

Batches of 500 rows are accepted under one fsync each; publishing follows, with bounded memory.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from services.producer.accept import Acceptance, Submission
from services.producer.clocks import Clocks
from services.producer.draining import drain
from services.producer.importing.column_map import NUMBERS, read_map
from services.producer.importing.explaining import explain
from services.producer.importing.mapping import Columns, Mapping, UnodcIds, columns_by_name
from services.producer.importing.number_convention import check_numbers
from services.producer.importing.refused_file import refused_file
from services.producer.importing.run_import import (
    Accept,
    Fate,
    Hooks,
    ImportCount,
    RefusedRow,
    dry_run,
    run_import,
)
from services.producer.importing.tables import Format, open_table
from services.producer.importing.tally import Tally
from services.producer.issuing import issuer_of
from services.producer.own_lists import lists_of
from services.producer.participant import Participant, open_participant
from services.producer.producing import build
from services.producer.publishing import Ask
from tocsin.adapters.country_names import find_countries
from tocsin.adapters.outbox.store import Outbox
from tocsin.adapters.tables.rows import Table
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.core.errors import SettingsError, StorageError
from tocsin.core.flat_rows import WHOLE_ROW, Reading
from tocsin.core.report import CheckedReport
from tocsin.core.watch_lists import NO_LISTS, WatchLists
from tocsin.runtime import console
from tocsin.runtime.exits import Exit

PROFILES = {"unodc-ids": UnodcIds}
TEMPLATE = "template"
MAX_TOLD_ROWS = 20
MAX_TOLD_REASONS = 30
_DISK_FAULTS = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS}


@dataclass(frozen=True)
class Source:
    """How a file is to be read, and what its columns mean."""

    profile: str = TEMPLATE
    format: Format = field(default_factory=Format)
    map: Path | None = None
    numbers: str | None = None
    """The decimal mark; None: the point, and a column that has both is refused."""
    dates: str = "iso"


@dataclass
class Outcome:
    """What became of a file: the count, and how often and where first each (column, reason) was given."""

    count: ImportCount
    reasons: Tally = field(default_factory=Tally)
    remarks: Tally = field(default_factory=Tally)


@dataclass(frozen=True)
class Importing:
    """An open participant to import into."""

    ask: Ask
    participant: Participant
    outbox: Outbox
    client: DirectoryClient
    clocks: Clocks
    accept: Accept
    lists: WatchLists = NO_LISTS

    def file(self, file: Path, source: Source, refused_to: Path | None) -> Outcome:
        """Accept every row of `file`. Raises TocsinError."""
        return run_file(file, source, self.accept, refused_to, self.clocks, self.lists)

    def publish(self) -> bool:
        """Publish what waits, if that was asked for; whether nothing waits any more."""
        if self.ask.wait_s is not None:
            access = self.participant.home.access(self.ask.bootstrap)
            follower = self.participant.follower(access, self.client)
            producing = build(self.outbox, self.participant.originator, follower, access, self.clocks)
            asyncio.run(drain(producing, self.ask.wait_s))
        return not self.outbox.items.waiting_items + self.outbox.records.unsent_count()


@contextmanager
def importing(ask: Ask, audience: str | None, *, names_lists: bool = True) -> Iterator[Importing]:
    """Open the home for an import; nobody else publishes from it meanwhile.

    `names_lists`: whether remarks say on which own watch-list a row was found. Raises TocsinError.
    """
    participant = open_participant(ask.home, ask.passphrase_file)
    clocks = Clocks()
    client = participant.directory_client()
    directory = client.load()
    with participant.outbox() as outbox:
        issuer = issuer_of(participant.home)
        acceptance = Acceptance(outbox, participant.originator.id, clocks, lambda: directory, issuer)
        own = participant.watch_lists()
        lists = own if names_lists else own.unnamed()
        accept = _accepting(acceptance, audience)
        yield Importing(ask, participant, outbox, client, clocks, accept, lists)


def import_file(
    ask: Ask, file: Path, source: Source, refused_to: Path | None, audience: str | None
) -> Exit:
    """Accept every row of `file` and publish. Raises TocsinError."""
    with importing(ask, audience) as opened:
        outcome = opened.file(file, source, refused_to)
        _tell(outcome, as_json=ask.as_json)
        whole = opened.publish()
    if outcome.count.refused or outcome.count.conflict:
        return Exit.REFUSED
    return Exit.WHOLE if whole else Exit.INCOMPLETE


def try_file(ask: Ask, file: Path, source: Source, refused_to: Path | None) -> Exit:
    """Read, map and check every row, and keep nothing. Raises TocsinError."""
    lists = lists_of(ask.home, ask.passphrase_file)
    outcome = run_file(file, source, dry_run, refused_to, Clocks(), lists)
    _tell(outcome, as_json=ask.as_json)
    return Exit.REFUSED if outcome.count.refused else Exit.WHOLE


def mapping_of(source: Source, table: Table, file: Path) -> Mapping:
    """What the columns of `table` mean. Raises MalformedError, SettingsError."""
    where = f"{file}, header"
    numbers = source.numbers or NUMBERS[0]
    if source.map is not None:
        column_map = read_map(source.map)
        reading = column_map.reading(find_countries, numbers, source.dates)
        asked = column_map.numbers or source.numbers
        return _of_one_convention(column_map.mapping(table.grid, reading, where), source, file, asked)
    if source.profile == TEMPLATE:
        columns = columns_by_name(table.grid, Reading(find_countries, numbers, source.dates), where)
        return _of_one_convention(columns, source, file, source.numbers)
    if source.profile not in PROFILES:
        known = ", ".join([*PROFILES, TEMPLATE])
        raise SettingsError(f"there is no profile {source.profile}; known: {known}")
    return PROFILES[source.profile](table.header, where)


def _of_one_convention(columns: Columns, source: Source, file: Path, asked: str | None) -> Columns:
    if asked is None and (names := columns.numbers()):
        check_numbers(file, source.format, names)
    return columns


def run_file(
    file: Path,
    source: Source,
    accept: Accept,
    refused_to: Path | None,
    clocks: Clocks,
    lists: WatchLists = NO_LISTS,
) -> Outcome:
    """The one way of a file: format, table, mapping, rows, `accept`. Raises TocsinError."""
    outcome = Outcome(ImportCount())
    if refused_to is not None and refused_to.exists() and file.exists() and refused_to.samefile(file):
        raise SettingsError(f"--refused would overwrite {file}, which is being read: give another name")
    try:
        with ExitStack() as open_things:
            table = open_things.enter_context(open_table(file, source.format))
            for sentence in table.said:
                console.say(f"{file.name}: {sentence}")
            for sentence in table.warned:
                console.warn(f"{file.name}: {sentence}")
            bar = open_things.enter_context(console.progress())
            task = bar.add_task(file.name, total=None)
            mapping = mapping_of(source, table, file)
            write = (
                open_things.enter_context(refused_file(refused_to, table.header)) if refused_to else None
            )
            hooks = Hooks(
                _telling(write, outcome.reasons),
                lambda count: bar.update(task, completed=count.read),
                lambda row, remarks: outcome.remarks.note(remarks, row.grid, row.line),
            )
            outcome.count = run_import(
                table.rows, mapping, accept, now_s=clocks.now_s, on=hooks, lists=lists
            )
    except OSError as error:
        sentence = f"{error.filename or file} cannot be used: {error.strerror}"
        raise (StorageError if error.errno in _DISK_FAULTS else SettingsError)(sentence) from error
    return outcome


def _accepting(acceptance: Acceptance, audience: str | None) -> Accept:
    def accept(batch: list[CheckedReport], /) -> list[Fate]:
        submissions = [Submission("incident", report, audience) for report in batch]
        return [answer.fate for answer in acceptance.accept(submissions)]

    return accept


def _telling(write: Callable[[RefusedRow], None] | None, reasons: Tally) -> Callable[[RefusedRow], None]:
    """Say the first refused rows, without their content, and write all of them where asked."""
    told = 0

    def tell(refused: RefusedRow) -> None:
        nonlocal told
        told += 1
        reasons.note(refused.problems, refused.grid, refused.line)
        if told <= MAX_TOLD_ROWS:
            console.fault(f"{refused.place}: {refused.reasons}")
        if told == MAX_TOLD_ROWS:
            console.fault("further refused rows are counted; --refused FILE keeps them all")
        if write is not None:
            write(refused)

    return tell


def _tell(outcome: Outcome, *, as_json: bool) -> None:
    for sentence in _summed(outcome.remarks, "with a remark"):
        console.warn(sentence)
    if outcome.count.refused > 1:
        for sentence in _summed(outcome.reasons, "refused"):
            console.say(sentence)
    record = asdict(outcome.count)
    console.rows([record], list(record), as_json=as_json)


def _summed(tally: Tally, what: str) -> Iterator[str]:
    for problem, times in tally.most_common(MAX_TOLD_REASONS):
        column, reason = problem
        where = "at" if times == 1 else "the first at"
        below = "" if column == WHOLE_ROW else f" ({column})"
        yield f"{times} {what}, {where} {tally.first[problem]}{below}: {reason}"


def explain_file(file: Path, asked: Format) -> Exit:
    """Say how `file` would be read and print a map for it; nothing is imported. Raises TocsinError."""
    try:
        said, lines = explain(file, asked)
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from error
    for sentence in said:
        console.say(f"{file.name}: {sentence}")
    for line in lines:
        console.data(console.harmless(line))
    return Exit.WHOLE
