"""Law: which keys stand in our own entry of the directory that we did not make.

Whoever can write the directory can add a key to somebody's entry, and is wrapped every secret from then on;
no manifest shows it, since manifests name members, not keys. Only the member itself can see it. Release
keys are left out: each person has its own, elsewhere. What to do about it is left to people.
Source: wire format, "Directory".
"""

from __future__ import annotations

from collections.abc import Collection

from tocsin.core.participants import Participant
from tocsin.core.public_keys import PublicKey


def strange_keys(
    entry: Participant, purposes: Collection[str], held: Collection[bytes], time_s: int
) -> tuple[PublicKey, ...]:
    """The keys of `purposes` in force at `time_s`, or to come, whose ids are not among `held`."""
    return tuple(
        key
        for key in entry.keys
        if key.purpose in purposes and key.in_use and time_s <= key.not_after_s and key.id not in held
    )


def strange_words(key: PublicKey) -> str:
    """What was found and what to do, one sentence."""
    return (
        f"our own entry of the directory has a {key.purpose} key {key.id.hex()} that is not in this "
        "folder: if nobody here made it, call the authority at once, somebody else is given what is ours"
    )
