"""Which files of the directory's topic nobody needs any more, so that it does not grow for ever.

Law: what was in force at any time in the last 30 days stays, and so do all roots. That a reader in the
middle of an older state finishes it is worth more than the space.
Source: wire format, "Directory".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from tuf.api.metadata import Targets

from tocsin.adapters import tuf_signing as signing
from tocsin.adapters.tuf_entries import stored_name
from tocsin.core.errors import UntrustedError

KEPT_S = 30 * signing.DAY_S
_REGIONAL = re.compile(r"[1-9][0-9]{0,15}\.(region\.[a-z0-9-]+\.[0-9a-f]{8})\.json")
_ROOT = re.compile(r"[0-9]+\.root\.json")


def superseded(
    found: Mapping[str, bytes], stored_at_ms: Mapping[str, int], wanted: Mapping[str, bytes], now_s: int
) -> list[str]:
    """The names in `found` (the topic) that left the state in force, which is `wanted`, 30 days ago.

    `stored_at_ms`: when the broker stored each name of `found`, Unix milliseconds.
    """
    cutoff_ms = (now_s - KEPT_S) * 1_000
    lists = {
        name
        for role in ("targets", *_regional(found))
        for name in _in_force(role, stored_at_ms, wanted, cutoff_ms)
    }
    kept = {*wanted, *lists, *_in_force("snapshot", stored_at_ms, wanted, cutoff_ms)}
    for name in lists:
        kept.update(_listed(found.get(name, b"")))
    return [
        name
        for name in found
        if name not in kept and not _ROOT.fullmatch(name) and stored_at_ms[name] <= cutoff_ms
    ]


def _in_force(
    role: str, stored_at_ms: Mapping[str, int], wanted: Mapping[str, bytes], cutoff_ms: int
) -> set[str]:
    """The files of a role that were in force at or after the cutoff: the last one before it, and later."""
    newest = max(_versions(role, wanted), default=0)
    # Numbers beyond ours are nobody's we know: they must not end the grace of the others.
    stored = {
        one: stored_at_ms[f"{one}.{role}.json"] for one in _versions(role, stored_at_ms) if one <= newest
    }
    first = max((one for one, at_ms in stored.items() if at_ms <= cutoff_ms), default=0)
    return {f"{one}.{role}.json" for one in stored if one >= first}


def _regional(names: Iterable[str]) -> set[str]:
    return {match[1] for match in map(_REGIONAL.fullmatch, names) if match}


def _versions(role: str, names: Mapping[str, object]) -> Iterator[int]:
    for name in names:
        number = name.removesuffix(f".{role}.json")
        if number != name and re.fullmatch(r"[1-9][0-9]{0,15}", number):
            yield int(number)


def _listed(data: bytes) -> Iterator[str]:
    """What a list names. One that is damaged names nothing: it can only keep more, never less."""
    with suppress(UntrustedError):
        for name, file in signing.read(Targets, data).targets.items():
            yield stored_name(name, file.hashes.get("sha256", ""))
