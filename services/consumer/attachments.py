"""`tocsin attachments`: the files that came with reports, listed and saved; also beside a service.

Nothing is written but where the reader chooses, whole or not at all, for its owner alone, and never over
another file. A name that came with a file is made safe, its extension is that of the content.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from services.consumer.attachment_views import described, file_of, parts_of
from services.consumer.finding import find_reports, id_in
from services.consumer.looking import inbox_of
from services.consumer.views import Views
from tocsin.adapters.inbox.attachments import HeldAttachment
from tocsin.adapters.inbox.store import Inbox
from tocsin.adapters.whole_files import read_whole, write_new
from tocsin.core.attachments import MAX_ATTACHMENT_BYTES
from tocsin.core.errors import RefusedByRuleError, StorageError
from tocsin.runtime import console
from tocsin.runtime.exits import Exit

COLUMNS = ("reference", "originator_name", "name", "media_type", "size_bytes", "parts", "attachment_id")
MAX_SAME_NAMES = 100


def print_attachments(home: Path, passphrase_file: Path | None, name: str | None, *, as_json: bool) -> None:
    """Print the files of a report, or of all. Raises RefusedByRuleError where there is none of `name`."""
    with inbox_of(home, passphrase_file) as inbox:
        found: Iterable[HeldAttachment] = inbox.attachments.all() if name is None else find(inbox, name)
        views = Views(inbox)
        console.rows((described(inbox, views, one) for one in found), COLUMNS, as_json=as_json)


def save_attachments(home: Path, passphrase_file: Path | None, name: str, out: Path) -> Exit:
    """Write the files of `name` into the folder `out`; INCOMPLETE where parts of one are missing.

    Raises RefusedByRuleError where there is none, StorageError.
    """
    with inbox_of(home, passphrase_file) as inbox:
        found = find(inbox, name)
        whole = [one for one in found if one.is_whole]
        for one in found:
            if not one.is_whole:
                console.warn(f"{one.attachment.name}: {parts_of(one)} are here; it is not saved")
        for one in whole:
            console.data(str(_save(inbox, one, out)))
    if whole:
        console.say(f"{len(whole)} files in {out}: in clear, readable by you alone")
    return Exit.WHOLE if len(whole) == len(found) else Exit.INCOMPLETE


def find(inbox: Inbox, name: str) -> list[HeldAttachment]:
    """The files of the report of an id or national reference, or the one of an attachment's id.

    Raises RefusedByRuleError where there is none.
    """
    id_ = id_in(name)
    held = [] if id_ is None else inbox.attachments.named(id_) or inbox.attachments.of_report(id_)
    if not held:
        reports = find_reports(inbox, Views(inbox), name)
        keys = {(one.originator, one.report_id) for one in reports}
        held = [
            file
            for one in reports
            for file in inbox.attachments.of_report(one.report_id)
            if (file.originator, one.report_id) in keys
        ]
        if reports and not held:
            raise RefusedByRuleError(f"no file came with {name}")
    if not held:
        raise RefusedByRuleError(f"there is no report or file under {name}: see `tocsin attachments list`")
    return held


def _save(inbox: Inbox, held: HeldAttachment, out: Path) -> Path:
    content, name, media_type = file_of(inbox, held)
    if media_type != held.attachment.media_type:
        console.warn(f"{name}: its content is not what the sender said it is: open it with care")
    for path in _candidates(out / name):
        if write_new(path, content) or _is_there(path, content):
            return path
    raise StorageError(
        f"{out} holds {MAX_SAME_NAMES} other files of the name {name}: choose another folder"
    )


def _candidates(path: Path) -> Iterator[Path]:
    yield path
    for number in range(2, MAX_SAME_NAMES + 1):
        yield path.with_name(f"{path.stem} ({number}){path.suffix}")


def _is_there(path: Path, content: bytes) -> bool:
    """Whether the same file was saved before."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_ATTACHMENT_BYTES:
        return False
    return read_whole(path, MAX_ATTACHMENT_BYTES) == content
