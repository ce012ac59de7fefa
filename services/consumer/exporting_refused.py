"""`quarantine export`: what support needs to say why records were refused, and nothing that could be read.

One JSON line about the export, then one for each refusal: place, step, reason, who, when, hash and size.
With their values, each is the ciphertext as the broker holds it, read again; what is gone by now has none.
"""

from __future__ import annotations

import asyncio
import json
import time
from base64 import b64encode
from collections.abc import Iterator
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from services.consumer.looking import all_refused, refused_row
from services.consumer.participant import open_participant
from services.consumer.retrying import read_again
from tocsin.adapters.inbox.quarantine import Refused
from tocsin.adapters.inbox.store import Inbox
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.whole_files import writing_whole
from tocsin.runtime import console
from tocsin.runtime.times import iso_time

MAX_VALUES = 1_000
FORMAT = 1


def export_refused(
    home: Path, passphrase_file: Path | None, bootstrap: str | None, out: Path, *, with_values: bool
) -> None:
    """Write the file, whole or not at all, readable by its owner alone. Raises TocsinError."""
    participant = open_participant(home, passphrase_file)
    access = participant.access(bootstrap) if with_values else None
    with participant.inbox(read_only=True) as inbox, writing_whole(out) as file:
        _line(file, _head(inbox, with_values=with_values))
        count = asyncio.run(_write(inbox, access, file))
    console.say(f"{count} refusals are in {out}; no line of it can be read by who holds no key")
    if with_values:
        console.say(f"values are ciphertext as the broker holds it, of the first {MAX_VALUES:,} at most")


def _head(inbox: Inbox, *, with_values: bool) -> dict[str, Any]:
    counts = {reason.value: count for reason, count in sorted(inbox.quarantine.counts().items())}
    return {
        "tocsin_quarantine": FORMAT,
        "made_by": f"tocsin {version('tocsin')}",
        "made_at": iso_time(int(time.time())),
        "with_values": with_values,
        "refused_within_30_days": counts,
    }


async def _write(inbox: Inbox, access: KafkaAccess | None, file: BinaryIO) -> int:
    rows: Iterator[Refused] = all_refused(inbox)
    count = 0
    with console.progress() as bar:
        task = bar.add_task("refusals", total=sum(inbox.quarantine.kept().values()))
        if access is not None:
            for one in islice(rows, MAX_VALUES):
                value = await read_again(access, one)
                held = None if value is None else b64encode(value).decode()
                _line(file, {**refused_row(inbox, one), "value": held})
                count += 1
                bar.advance(task)
        for one in rows:
            _line(file, refused_row(inbox, one))
            count += 1
            bar.advance(task)
    return count


def _line(file: BinaryIO, record: dict[str, Any]) -> None:
    file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
