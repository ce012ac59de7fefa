"""Law: which codes of the contract a word may mean, and why; never a guess that is taken as an answer.

`search` finds exact matches before aliases before related ones, each with its reason. It guarantees that
case, accents, hyphens and Greek letters do not matter, that a salt or a listed ester leads to its parent,
that a group of new psychoactive substances leads to what belongs to it, as `related`,
and that what merely resembles is never more than that: `substance_named` answers exact and alias
matches alone, and nothing where two substances would fit. Which list a field takes is left to the schema.
Sources: 1988 Convention, Tables I and II; `schemas/codes/substances.json`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache

from tocsin.core import codes
from tocsin.core.codes import Substance

MAX_QUERY_CHARACTERS = 200
MAX_MATCHES = 50
MIN_RELATED_CHARACTERS = 3
SUBSTANCES = "substances"
LISTS = tuple(codes.LABELLED)

_GREEK = str.maketrans({"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ω": "omega"})
_WORD = re.compile(r"[^\W_]+")
_SKELETON_CHARACTERS = 14


class Nearness(IntEnum):
    """How a match was found, the nearest first."""

    EXACT = 0
    ALIAS = 1
    RELATED = 2


@dataclass(frozen=True, slots=True)
class Match:
    """One code that a word may mean. `why` is a sentence in English."""

    list_name: str
    code: str
    nearness: Nearness
    why: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """A code with the folded texts that are it, that stand for it, and where those came from."""

    list_name: str
    code: str
    exact: frozenset[str]
    aliases: dict[str, str]
    skeleton: str | None = None
    has_salts: bool = False
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Query:
    """What was asked: folded, the same without words for salts, the first block of an InChIKey."""

    text: str
    parent: str | None
    skeleton: str | None


_Reason = tuple[Nearness, str]
_Judge = Callable[[_Entry, _Query], _Reason | None]


def search(query: str, list_name: str | None = None) -> tuple[Match, ...]:
    """What `query` (a name in any language of the labels, a code, CAS number or InChIKey) may mean.

    At most MAX_MATCHES, the nearest first, then in the order of the lists; nothing for an empty query or
    one over MAX_QUERY_CHARACTERS. `list_name`: only this one of LISTS or SUBSTANCES.
    """
    found = _matches(query, list_name, lambda one, asked: _near(one, asked) or _related(one, asked))
    return tuple(found[:MAX_MATCHES])


@lru_cache(maxsize=4_096)
def substance_named(name: str) -> str | None:
    """The code of the one substance that `name` is, exactly or by an alias; None for none or several."""
    near = _matches(name, SUBSTANCES, _near)
    nearest = [one.code for one in near if one.nearness == near[0].nearness]
    return nearest[0] if len(nearest) == 1 else None


def known_as(code: str) -> frozenset[str]:
    """Every text, folded, that is the substance of that code itself; none of a salt or ester of it.

    Raises KeyError for an unknown code.
    """
    one = codes.substances()[code]
    return frozenset(_folded((code, *one.labels.values(), *one.names, *one.cas)))


def folded(text: str) -> str:
    """`text` without case, accents, spaces, hyphens and other punctuation; Greek letters spelt out."""
    return "".join(_words(text))


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_GREEK))
    return _WORD.findall("".join(char for char in plain if not unicodedata.combining(char)))


def _matches(query: str, list_name: str | None, reason: _Judge) -> list[Match]:
    """What `reason` finds, the nearest first; nothing for a query that says nothing or too much."""
    asked = _Query(folded(query), _without_salt(query), _skeleton(query))
    if len(query) > MAX_QUERY_CHARACTERS or not asked.text:
        return []
    entries = (one for one in _entries() if list_name in {None, one.list_name})
    found = [Match(one.list_name, one.code, *why) for one in entries if (why := reason(one, asked))]
    return sorted(found, key=lambda match: match.nearness)


def _near(entry: _Entry, asked: _Query) -> _Reason | None:
    if asked.text in entry.exact:
        return Nearness.EXACT, "the same name, code or number"
    if asked.text in entry.aliases:
        return Nearness.ALIAS, entry.aliases[asked.text]
    if entry.has_salts and (asked.parent in entry.exact or asked.parent in entry.aliases):
        return Nearness.ALIAS, "a salt of it; control extends to salts"
    return None


def _related(entry: _Entry, asked: _Query) -> _Reason | None:
    if entry.skeleton is not None and asked.skeleton == entry.skeleton:
        return Nearness.RELATED, "the same skeleton (first block of the InChIKey)"
    if asked.text in entry.groups:
        return Nearness.RELATED, "belongs to that group"
    known = (*entry.exact, *entry.aliases)
    if len(asked.text) >= MIN_RELATED_CHARACTERS and any(asked.text in one for one in known):
        return Nearness.RELATED, "part of a name; look before you take it"
    return None


def _without_salt(query: str) -> str | None:
    """The folded query without its words for salts; None where there was none, or nothing else."""
    words = _words(query)
    kept = [word for word in words if word not in codes.salt_words()]
    return "".join(kept) if 0 < len(kept) < len(words) else None


def _skeleton(query: str) -> str | None:
    block, hyphen, _ = query.strip().upper().partition("-")
    return block if hyphen and len(block) == _SKELETON_CHARACTERS and block.isalpha() else None


@cache
def _entries() -> tuple[_Entry, ...]:
    return (*map(_of_substance, codes.substances().values()), *_of_lists())


def _of_substance(substance: Substance) -> _Entry:
    aliases = dict.fromkeys(_folded(substance.names), "another name of it")
    for form in substance.forms:
        why = f"{form.code.replace('-', ' ')}: controlled as its parent is"
        aliases |= dict.fromkeys(_folded((*form.names, *filter(None, [form.cas]))), why)
    key = substance.inchikey
    own = (substance.code, *substance.labels.values(), *substance.cas, *filter(None, [key]))
    return _Entry(
        list_name=SUBSTANCES,
        code=substance.code,
        exact=frozenset(_folded(own)),
        aliases=aliases,
        skeleton=None if key is None else key[:_SKELETON_CHARACTERS],
        has_salts=substance.has_salts,
        groups=frozenset(_folded(_groups(substance))),
    )


def _groups(substance: Substance) -> Iterator[str]:
    """The codes and labels of the groups of a substance; `other` is no group to look for."""
    for list_name, code in (("nps_effects", substance.effect), ("nps_chemistries", substance.chemistry)):
        if code is not None and code != "other":
            yield from (code, *codes.labels(*codes.LABELLED[list_name])[code].values())


def _of_lists() -> Iterator[_Entry]:
    for name in LISTS:
        for code, labels in codes.labels(*codes.LABELLED[name]).items():
            yield _Entry(name, code, frozenset(_folded((code, *labels.values()))), {})


def _folded(texts: Iterable[str]) -> Iterator[str]:
    return map(folded, texts)
