"""Destroys private keys that the directory shows as retired or ended; nothing else is ever deleted."""

from __future__ import annotations

from services.keys.rotating import ROTATED, OpenHome
from tocsin.adapters.inbox.causes import Cause
from tocsin.adapters.inbox.store import FILE_NAME, open_inbox
from tocsin.adapters.own_keys import file_of
from tocsin.adapters.private_files import destroy_private
from tocsin.core.errors import RefusedByRuleError


def destroy(one: OpenHome) -> list[str]:
    """`<purpose> key <id>` of each key that was destroyed.

    A KEM key stays while records wait for a key: a wrap for it may still be under way. Raises
    RefusedByRuleError then, before anything is destroyed; StorageError.
    """
    with one.home.hold("keys"):
        gone = [
            key
            for key in one.entry.keys
            if key.purpose in ROTATED and not (key.in_use and one.now_s <= key.not_after_s)
        ]
        privates = {purpose: one.keys.held(purpose) for purpose in ROTATED}
        held = [(key, privates[key.purpose][key.id]) for key in gone if key.id in privates[key.purpose]]
        if any(key.purpose == "kem" for key, _private in held):
            _refuse_while_waiting(one)
        for key, private in held:
            destroy_private(file_of(one.folder, key.purpose, private))
        return [f"{key.purpose} key {key.id.hex()}" for key, _private in held]


def _refuse_while_waiting(one: OpenHome) -> None:
    if not (one.home.inbox / FILE_NAME).exists():
        return
    inbox = open_inbox(one.home.inbox, one.folder.storage_key(), read_only=True)
    try:
        waiting = sum(each.records for each in inbox.waiting.summary() if each.cause is Cause.KEY)
    finally:
        inbox.close()
    if waiting:
        raise RefusedByRuleError(
            f"{waiting} records wait for a key that may come for the old KEM key: read on first "
            "(tocsin subscribe all --until-end), and destroy it when none waits"
        )
