"""The script of a ceremony: who does what in which order, to be printed and read aloud.

Machines with keys stay offline; a stick carries drafts and public files between them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tocsin.core.errors import SettingsError

OFFLINE = "On an offline machine, with the stick in it"
OFFICE = "At the authority, with the stick in it"
_SHORT = re.compile(r"[a-z][a-z0-9-]{0,39}")


def check_people(holders: Sequence[str]) -> None:
    """Raises SettingsError: their names stand in commands and paths, each once."""
    if bad := [one for one in holders if not _SHORT.fullmatch(one)]:
        raise SettingsError(f"{bad[0]!r} is no short name: small letters, digits and hyphens, as alice")
    if len(set(holders)) != len(holders):
        raise SettingsError("one person is named twice: each holder is another person")


def script(kind: str, holders: Sequence[str], quorum: int) -> list[str]:
    """The steps of `create`, `rotate` or `lost-holder` for `holders` by name, of whom `quorum` sign."""
    return {"create": _create, "rotate": _rotate, "lost-holder": _lost}[kind](list(holders), quorum)


def _make(names: list[str]) -> list[str]:
    return [
        f"{OFFLINE}, {name}: tocsin authority holder new --home /home/{name}/root --name {name} "
        f"--out STICK/{name}.json. Write down the fingerprint and read it aloud; keep the folder and its "
        "passphrase, each in another place."
        for name in names
    ]


def _sign(names: list[str], version: str) -> list[str]:
    return [
        f"{OFFLINE}, {name}: tocsin authority holder sign STICK/{version}.root.json --home "
        f"/home/{name}/root. Compare version, holders, quorum and fingerprint with what was read aloud."
        for name in names
    ]


def _options(names: list[str], quorum: int) -> str:
    return " ".join(f"--holder STICK/{name}.json" for name in names) + f" --quorum {quorum}"


def _create(names: list[str], quorum: int) -> list[str]:
    return [
        *_make(names),
        f"{OFFICE}: tocsin authority init --name NAME {_options(names, quorum)} --draft STICK/1.root.json. "
        "Read the draft's fingerprint aloud.",
        *_sign(names[:quorum], "1"),
        f"{OFFICE}: tocsin authority root install STICK/1.root.json, then topics apply and publish.",
        "All: note who was there, the fingerprint, and where each folder is kept.",
    ]


def _rotate(names: list[str], quorum: int) -> list[str]:
    return [
        "Those who come new make their keys, as below; those who stay have theirs.",
        *_make(names[-1:]),
        f"{OFFICE}: tocsin authority root draft {_options(names, quorum)} --out STICK/N.root.json. Read "
        "the draft's fingerprint aloud.",
        *_sign(names[:quorum], "N"),
        "Holders of the root before who are not among them sign too, until both quorums are met.",
        f"{OFFICE}: tocsin authority root install STICK/N.root.json, then publish.",
    ]


def _lost(names: list[str], quorum: int) -> list[str]:
    return [
        "The holder who is lost is left out; somebody new takes the place. The others are enough to sign.",
        *_rotate(names, quorum)[1:],
        "If the lost keys may be in other hands, nothing more is needed: alone they reach no quorum, and "
        "the new root names them no more.",
    ]
