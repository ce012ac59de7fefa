"""`tocsin codes search | list`: codes with their labels, from the contract alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from tocsin.core import codes
from tocsin.core.vocabulary import MAX_QUERY_CHARACTERS, SUBSTANCES, Match, search
from tocsin.runtime import console
from tocsin.runtime.exits import Exit

_SHOWN = ["code", "label", "nearness", "why", "cas"]


def print_search(text: str, list_name: str | None, language: str, *, as_json: bool) -> Exit:
    """Print what `text` may mean, the nearest first."""
    found = search(text, list_name)
    if not found:
        console.say(f"nothing fits that; at most {MAX_QUERY_CHARACTERS} characters are looked for")
        return Exit.REFUSED
    console.rows([_row(match, language) for match in found], _SHOWN, as_json=as_json)
    return Exit.WHOLE


def print_list(list_name: str, language: str, *, as_json: bool) -> None:
    """Print every code of a list."""
    rows = [
        {"code": code, "label": _label(labels, language), **_facts(list_name, code)}
        for code, labels in _labels(list_name).items()
    ]
    columns = ["code", "label", *(["group", "cas", "hs"] if list_name == SUBSTANCES else [])]
    console.rows(rows, columns, as_json=as_json)


def _row(match: Match, language: str) -> dict[str, Any]:
    return {
        "list": match.list_name,
        "code": match.code,
        "label": _label(_labels(match.list_name)[match.code], language),
        "nearness": match.nearness.name.lower(),
        "why": match.why,
        **_facts(match.list_name, match.code),
    }


@cache
def _labels(list_name: str) -> Mapping[str, Mapping[str, str]]:
    if list_name == SUBSTANCES:
        return {code: one.labels for code, one in codes.substances().items()}
    return codes.labels(list_name)


def _label(labels: Mapping[str, str], language: str) -> str:
    """The label in a language; the English one, which is the international name, where there is none."""
    return labels.get(language, labels["en"])


def _facts(list_name: str, code: str) -> dict[str, Any]:
    if list_name != SUBSTANCES:
        return {}
    one = codes.substances()[code]
    return {"group": one.group, "cas": list(one.cas), "inchikey": one.inchikey, "hs": one.hs, "un": one.un}
