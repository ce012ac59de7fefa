"""Writes how far this reader has read an originator's logs: for the authority that ends its keys."""

from __future__ import annotations

from pathlib import Path

from services.consumer.looking import inbox_of
from tocsin.adapters.custodians import spoken
from tocsin.adapters.whole_files import write_whole
from tocsin.core.enrolment import fingerprint
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.ids import parse_id
from tocsin.core.stated_heads import write_stated_heads
from tocsin.core.streams import INBOX
from tocsin.runtime import console


def write_heads(home: Path, passphrase_file: Path | None, originator: str, out: Path | None) -> None:
    """Write the file to `out`, or print it; say its fingerprint.

    Raises MalformedError for what is no id, RefusedByRuleError where nothing of the originator was read.
    """
    id_ = parse_id(originator)
    with inbox_of(home, passphrase_file) as inbox:
        heads = {
            (log.stream, log.scope): (head.session, head.counter, head.leaf)
            for log, head in inbox.logs.all_heads(id_).items()
            if log.stream != INBOX
        }
    if not heads:
        raise RefusedByRuleError(f"nothing of {originator} was read here on any stream")
    data = write_stated_heads(id_, heads)
    if out is None:
        console.data(data.decode())
    else:
        write_whole(out, data)
    aloud = fingerprint(data)
    console.say(f"the heads of {len(heads)} logs; the authority must read the same fingerprint:")
    console.say(aloud)
    console.say(spoken(aloud))
