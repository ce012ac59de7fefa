"""The last heads that a participant itself stated: what it is held to when it must go."""

from __future__ import annotations

from tocsin.adapters.kafka.reading import read_to_end
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.core import wire
from tocsin.core.directory import Directory
from tocsin.core.errors import TheirFault
from tocsin.core.manifests import verified_statement
from tocsin.core.public_keys import Final
from tocsin.core.streams import CHECKPOINTS_TOPIC, INBOX


async def last_heads(access: KafkaAccess, directory: Directory, id_: bytes) -> tuple[Final, int | None]:
    """(log -> last head, when it was stated) of the newest checkpoint of `id_`; ({}, None) for none.

    Raises BrokerUnavailableError, BrokerRefusedError.
    """
    newest: wire.Checkpoint | None = None
    for record in await read_to_end(access, CHECKPOINTS_TOPIC):
        found = _checkpoint(record.value or b"", directory)
        if found is not None and found.originator == id_ and (newest is None or found.time > newest.time):
            newest = found
    if newest is None:
        return {}, None
    heads = {
        (head.stream, head.region): (head.session, head.counter, head.leaf)
        for head in newest.heads
        if head.stream != INBOX
    }
    return heads, newest.time


def _checkpoint(value: bytes, directory: Directory) -> wire.Checkpoint | None:
    try:
        body = verified_statement(value, directory).body
    except TheirFault:
        return None
    return body if isinstance(body, wire.Checkpoint) else None
