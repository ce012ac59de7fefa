"""Files in parts for tests: a directory that allows them, and their items."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import schemas
from tests.support.incidents import INCIDENTS, layout_target
from tests.support.world import audience_target, codec_of, directory_of, report_id, targets
from tocsin.core import canonical_json, wire
from tocsin.core.attachments import Attachment, FileToSend, bodies
from tocsin.core.directory import Directory
from tocsin.core.ids import schema_id
from tocsin.core.media_types import TEXT
from tocsin.core.withdrawals import withdrawal

PART = schemas.load("reports/attachment_part.avsc")
WITHDRAWAL = schemas.load("reports/withdrawal.avsc")


@cache
def attachment_directory() -> Directory:
    """Every region, four streams; incidents, parts of files and withdrawals for `focal-points`."""
    layout = json.loads(layout_target())
    layout["streams"]["blobs"] = layout["streams"]["ion"]
    kinds = (*INCIDENTS, PART, WITHDRAWAL)
    name, audience = audience_target("focal-points", *kinds, roles=["focal-point", "analyst"])
    files = {f"schemas/{schema_id(one).hex()}.avsc": one for one in kinds}
    return directory_of(targets() | {"streams": canonical_json.dump(layout), name: audience} | files)


def text_file(content: bytes = b"notes", name: str = "notes.txt") -> FileToSend:
    """A file of plain text."""
    return FileToSend(name, TEXT, content)


def parts(file: FileToSend, report: str = "report", name: str = "file", **changes: Any) -> list[wire.Item]:
    """The items of a file that belongs to a report; `changes` falsify the bodies."""
    attachment: Attachment = file.of_report(report_id(report))
    made = enumerate(bodies(attachment, file.content), 1)
    return [part_item(number, body | changes, name) for number, body in made]


def part_item(number: int, body: dict[str, Any], name: str = "file") -> wire.Item:
    """One part as an item."""
    return wire.Item(schema_id(PART), report_id(name), number, codec_of(PART).encode(body))


def taken_back(report: str, version: int = 2) -> wire.Item:
    """The withdrawal of a report."""
    body = codec_of(WITHDRAWAL).encode(withdrawal("error", 1, b"n" * 16, exercise=False))
    return wire.Item(schema_id(WITHDRAWAL), report_id(report), version, body)


def saved_files(folder: Path) -> dict[str, bytes]:
    """Name -> bytes of everything in a folder, hidden files too."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}
