"""`tocsin import`: rows of a file become reports; run again, it adds nothing and goes on.

Batches of 500 rows are accepted under one fsync each; publishing follows, with bounded memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from services.producer.accept import Acceptance, Submission
from services.producer.clocks import Clocks
from services.producer.draining import drain
from services.producer.importing.read_rows import read_rows
from services.producer.importing.refused_file import refused_file
from services.producer.importing.run_import import (
    Accept,
    Fate,
    ImportCount,
    RefusedRow,
    dry_run,
    run_import,
)
from services.producer.participant import open_participant
from services.producer.producing import build
from services.producer.publishing import Ask
from tocsin.core.errors import SettingsError
from tocsin.core.report import CheckedReport
from tocsin.core.unodc_ids import COLUMNS
from tocsin.runtime import console
from tocsin.runtime.exits import Exit

PROFILES = {"unodc-ids": COLUMNS}
MAX_TOLD_ROWS = 20


def import_file(ask: Ask, file: Path, profile: str, refused_to: Path | None, audience: str | None) -> Exit:
    """Accept every row of `file` and publish. Raises TocsinError."""
    columns = _columns(profile)
    participant = open_participant(ask.home, ask.passphrase_file)
    clocks, client = Clocks(), participant.directory_client()
    directory = client.load()
    with participant.outbox() as outbox:
        acceptance = Acceptance(outbox, participant.originator.id, clocks, lambda: directory)
        count = _run(file, columns, _accepting(acceptance, audience), refused_to, clocks)
        _tell(count, as_json=ask.as_json)
        if ask.wait_s is not None:
            source = participant.follower(participant.home.access(ask.bootstrap), client)
            access = participant.home.access(ask.bootstrap)
            producing = build(outbox, participant.originator, source, access, clocks)
            asyncio.run(drain(producing, ask.wait_s))
        waits = outbox.items.waiting_items + outbox.records.unsent_count()
    if count.refused or count.conflict:
        return Exit.REFUSED
    return Exit.INCOMPLETE if waits else Exit.WHOLE


def try_file(ask: Ask, file: Path, profile: str, refused_to: Path | None) -> Exit:
    """Read, map and check every row, and keep nothing. Raises TocsinError."""
    count = _run(file, _columns(profile), dry_run, refused_to, Clocks())
    _tell(count, as_json=ask.as_json)
    return Exit.REFUSED if count.refused else Exit.WHOLE


def _accepting(acceptance: Acceptance, audience: str | None) -> Accept:
    def accept(batch: list[CheckedReport], /) -> list[Fate]:
        submissions = [Submission("incident", report, audience) for report in batch]
        return [answer.fate for answer in acceptance.accept(submissions)]

    return accept


def _run(
    file: Path,
    columns: tuple[str, ...],
    accept: Accept,
    refused_to: Path | None,
    clocks: Clocks,
) -> ImportCount:
    with ExitStack() as open_things:
        bar = open_things.enter_context(console.progress())
        task = bar.add_task(file.name, total=None)
        write = open_things.enter_context(refused_file(refused_to)) if refused_to else None
        try:
            return run_import(
                read_rows(file, columns),
                accept,
                now_s=clocks.now_s,
                on_refused=_telling(write),
                on_progress=lambda count: bar.update(task, completed=count.read),
            )
        except OSError as error:
            raise SettingsError(f"{file} cannot be read: {error.strerror}") from error


def _telling(write: Callable[[RefusedRow], None] | None) -> Callable[[RefusedRow], None]:
    """Say the first refused rows, without their content, and write all of them where asked."""
    told = 0

    def tell(refused: RefusedRow) -> None:
        nonlocal told
        told += 1
        if told <= MAX_TOLD_ROWS:
            reasons = "; ".join(f"{column}: {reason}" for column, reason in refused.problems)
            console.fault(f"line {refused.line}: {reasons}")
        if told == MAX_TOLD_ROWS:
            console.fault("further refused rows are counted; --refused FILE keeps them all")
        if write is not None:
            write(refused)

    return tell


def _columns(profile: str) -> tuple[str, ...]:
    if profile not in PROFILES:
        raise SettingsError(f"there is no profile {profile}; known: {', '.join(PROFILES)}")
    return PROFILES[profile]


def _tell(count: ImportCount, *, as_json: bool) -> None:
    record = asdict(count)
    console.rows([record], list(record), as_json=as_json)
