"""`tocsin codes search | list`: codes with their labels, and what stands on the own watch-lists."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from tocsin.core import codes
from tocsin.core.vocabulary import MAX_QUERY_CHARACTERS, SUBSTANCES, Match, search
from tocsin.core.watch_lists import Hit, WatchLists
from tocsin.runtime import console
from tocsin.runtime.exits import Exit

_SHOWN = ["code", "label", "nearness", "why", "cas"]


def print_search(
    text: str, list_name: str | None, language: str, lists: WatchLists, *, as_json: bool
) -> Exit:
    """Print what `text` may mean, the nearest first; `lists` are the own ones."""
    found = [(match.nearness, _row(match, language)) for match in search(text, list_name)]
    found += [(hit.nearness, _own_row(hit)) for hit in lists.hits(text)]
    if not found:
        console.say(f"nothing fits that; at most {MAX_QUERY_CHARACTERS} characters are looked for")
        return Exit.REFUSED
    rows = [row for _, row in sorted(found, key=lambda one: one[0])]
    console.rows(rows, _SHOWN, as_json=as_json)
    return Exit.WHOLE


def print_list(list_name: str, language: str, *, as_json: bool) -> None:
    """Print every code of a list."""
    rows = [
        {"code": code, "label": _label(labels, language), **_facts(list_name, code)}
        for code, labels in _labels(list_name).items()
    ]
    columns = ["code", "label", *(["group", "chemistry", "cas", "hs"] if list_name == SUBSTANCES else [])]
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


def _own_row(hit: Hit) -> dict[str, Any]:
    """A hit on an own list has no code of the contract."""
    entry = hit.entry
    why = f'on your list "{entry.list_name}": {hit.why}' + (f" ({entry.note})" if entry.note else "")
    return {
        "list": entry.list_name,
        "own": True,
        "code": None,
        "label": entry.name,
        "nearness": hit.nearness.name.lower(),
        "why": why,
        "cas": list(entry.cas),
    }


@cache
def _labels(list_name: str) -> Mapping[str, Mapping[str, str]]:
    if list_name == SUBSTANCES:
        return {code: one.labels for code, one in codes.substances().items()}
    return codes.labels(*codes.LABELLED[list_name])


def _label(labels: Mapping[str, str], language: str) -> str:
    """The label in a language; the English one, which is the international name, where there is none."""
    return labels.get(language, labels["en"])


def _facts(list_name: str, code: str) -> dict[str, Any]:
    if list_name != SUBSTANCES:
        return {}
    one = codes.substances()[code]
    return {
        "group": one.group,
        "effect": one.effect,
        "chemistry": one.chemistry,
        "cas": list(one.cas),
        "inchikey": one.inchikey,
        "hs": one.hs,
        "un": one.un,
    }
