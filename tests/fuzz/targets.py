"""All targets, each with its share of the inputs."""

from __future__ import annotations

from tests.fuzz import attached, bodies, deadly, directories, homes, papers, records, statements, tables
from tests.fuzz.target import Open

TARGETS: dict[str, tuple[Open, int]] = {
    "record": (records.open_record, 40),
    "insider": (records.open_insider, 10),
    "statement": (statements.open_statement, 12),
    "wrap": (statements.open_wrapped, 8),
    "signer": (statements.open_signer, 1),
    "topic": (directories.open_topic, 6),
    "entry": (directories.open_entry, 6),
    "csv": (tables.open_csv, 3),
    "jsonl": (tables.open_json_lines, 2),
    "xlsx": (tables.open_workbook, 1),
    "parcels": (tables.open_parcel_file, 2),
    "picture": (attached.open_picture, 1),
    "document": (attached.open_document, 2),
    "report": (bodies.open_report, 4),
    "alert": (bodies.open_alert, 1),
    "letter": (bodies.open_letter, 1),
    "application": (bodies.open_application, 1),
    "keys": (homes.open_keys, 2),
    "home": (homes.open_home, 2),
    "store": (homes.open_store, 1),
    "memory": (directories.open_memory, 1),
    "paper": (papers.open_paper, 2),
    "backup": (papers.open_backup, 1),
    "shares": (papers.open_shares, 1),
}
"""Name -> (how it is opened, its share)."""

DEADLY: dict[str, tuple[Open, int]] = {
    "killed": (deadly.open_killed, 1),
    "hung": (deadly.open_hung, 1),
    "greedy": (deadly.open_greedy, 1),
}
"""What the fuzz run itself is tested with."""


def opener(name: str) -> Open:
    """How a target is opened."""
    return (TARGETS | DEADLY)[name][0]


def share(name: str) -> int:
    """Its share of the inputs."""
    return (TARGETS | DEADLY)[name][1]
