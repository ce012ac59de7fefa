"""`tocsin audit`: whether the log of deeds is whole, and what it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.keys.people import Administrator, administrator, storage_key_of
from tocsin.adapters.desk.audit_log import FILE_NAME, records
from tocsin.adapters.desk.store import FOLDER, is_there, open_desk
from tocsin.adapters.home import ParticipantHome
from tocsin.core.audit_chain import Deed, check_reason
from tocsin.core.errors import SettingsError
from tocsin.runtime import console
from tocsin.runtime.exits import Exit
from tocsin.runtime.times import iso_time

COLUMNS = ("line", "at", "who", "did", "what", "reason", "details")


def verify_log(home_path: Path, passphrase_file: Path | None, *, as_json: bool) -> None:
    """Print how many lines there are and the last hash. Raises UntrustedError saying what is wrong."""
    home = _with_desk(home_path)
    with open_desk(home, storage_key_of(home, passphrase_file)) as desk:
        head = desk.audit.verify()
    console.rows([{"lines": head.number, "hash": head.hash}], ("lines", "hash"), as_json=as_json)
    console.say("the audit log is whole")


def show_log(home_path: Path, who: str | None, what: str | None, *, as_json: bool) -> Exit:
    """Print the lines up to the first that does not fit; REFUSED where there is one."""
    file = _with_desk(home_path).path / FOLDER / FILE_NAME
    broken: list[str] = []

    def rows() -> Iterator[dict[str, Any]]:
        for record, fault in records(file):
            if record is None:
                broken.append(str(fault))
            elif who in (None, record["who"]) and what in (None, record["what"]):
                yield _row(record)

    console.rows(rows(), COLUMNS, as_json=as_json)
    for fault in broken:
        console.fault(f"{file}: {fault}; what follows is not shown")
    return Exit.REFUSED if broken else Exit.WHOLE


def restart_log(home_path: Path, passphrase_file: Path | None, by: Administrator, reason: str) -> None:
    """Put the log aside and begin a new one. Raises TocsinError."""
    home, kept = _with_desk(home_path), check_reason(reason)
    with open_desk(home, storage_key_of(home, passphrase_file)) as desk:
        who = administrator(desk, by)
        desk.begin_log_anew(Deed(who, "began the log anew", FILE_NAME, kept))
    console.say("the log goes on in a new file; the damaged one lies beside it")


def _with_desk(home_path: Path) -> ParticipantHome:
    home = ParticipantHome.open(home_path)
    if not is_there(home):
        raise SettingsError(f"{home.path} has no accounts yet: tocsin people add makes the first")
    return home


def _row(record: dict[str, Any]) -> dict[str, Any]:
    return {
        "line": record["n"],
        "at": iso_time(record["at_s"]),
        **{name: record[name] for name in ("who", "did", "what", "reason", "details")},
    }
