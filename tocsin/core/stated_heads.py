"""Law: the heads of an originator's logs in a file, as a reader holds them, for whoever ends its keys.

It guarantees that what reads has one form and a fingerprint that both sides compare by voice. The file is
not signed: a reader that lies could cut off, or let in, what the thief of the key signed; so two readers'
files are better than one, and people decide. Source: wire format, "Key changes".
"""

from __future__ import annotations

from tocsin.core import canonical_json, json_fields
from tocsin.core.errors import MalformedError
from tocsin.core.ids import parse_id
from tocsin.core.json_fields import MAX_TARGET_BYTES
from tocsin.core.public_keys import MAX_FINAL_HEADS, Final, final_records, read_heads
from tocsin.core.streams import INBOX

_MARK = "tocsin_heads"


def write_stated_heads(participant: bytes, heads: Final) -> bytes:
    """The file of `participant`'s logs on streams; inbox logs have no place in it. Raises MalformedError
    where it would not read.
    """
    public = {log: head for log, head in heads.items() if log[0] != INBOX}
    record = {_MARK: 1, "participant": participant.hex(), "heads": final_records(public)}
    data = canonical_json.dump(record)
    read_stated_heads(data)
    return data


def read_stated_heads(data: bytes) -> tuple[bytes, Final]:
    """(participant, its heads). Raises MalformedError."""
    if len(data) > MAX_TARGET_BYTES:
        raise MalformedError(f"{len(data)} bytes of heads are over {MAX_TARGET_BYTES}")
    record = json_fields.load_object(data, "heads")
    if record.get(_MARK) != 1:
        raise MalformedError(f'not a file with "{_MARK}": 1')
    stated = json_fields.objects(record, "heads", MAX_FINAL_HEADS)
    heads = read_heads(stated)
    if len(heads) != len(stated):
        raise MalformedError("the heads name one log twice")
    if any(stream == INBOX for stream, _region in heads):
        raise MalformedError("the heads of an inbox are nobody else's to state")
    if any(len(leaf) != 32 for _session, _counter, leaf in heads.values()):
        raise MalformedError("a leaf has 32 bytes")
    return parse_id(json_fields.text(record, "participant")), heads
