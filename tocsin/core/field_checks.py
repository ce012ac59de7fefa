"""Law: the small checks from which the rules of reports and alerts are put together.

A check takes a value as JSON or Avro gave it and returns it in canonical form, or raises
InvalidReportError with every problem below it and its place. It guarantees that no sentence repeats a
value: reports are secret even from our own logs. Which fields exist is left to `report_fields` and
`alert_fields`.

Checks come in two strengths. *Strict* is the publisher's: unknown fields and codes are refused.
*Lenient* is the reader's: a later minor version may have fields and codes that this reader does not
know, so they pass, while shapes and bounds are held.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from tocsin.core.errors import InvalidReportError

Check = Callable[[Any], Any]
Problems = list[tuple[str, str]]
Fields = dict[str, Any]

MAX_PROBLEMS = 100
MAX_CODE_CHARACTERS = 64
MAX_NAME_SHOWN_CHARACTERS = 40

# Control characters, lone surrogates, noncharacters; Arabic and Persian need their format characters.
_NOT_TEXT = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
_NOT_IN_A_LINE = re.compile(f"[\t\n\r\u2028\u2029{_NOT_TEXT}]")
_NOT_IN_A_TEXT = re.compile(f"[{_NOT_TEXT}]")
# Nine digits in a row, however grouped, an S10 number, an at sign: a person or somebody's parcel.
_IDENTIFIES = re.compile(
    r"(?:\d[ ()./\u2010-\u2015\u2212-]{0,2}){9,}|[A-Z]{2}\s?(?:\d\s?){9}[A-Z]{2}|\S@\S", re.IGNORECASE
)


def names_somebody(value: str) -> bool:
    """Whether a text holds what looks like a telephone, parcel or account number or an e-mail address,
    also in full width, in circles, or with spaces that do not break.
    """
    plain = value if value.isascii() else unicodedata.normalize("NFKC", value)
    return _IDENTIFIES.search(plain) is not None


def refuse(sentence: str) -> InvalidReportError:
    """The error of a check that found one thing wrong with the value in its hand."""
    return InvalidReportError([("", sentence)])


def text(max_characters: int, *, lines: bool = False) -> Check:
    """Text of 1 to `max_characters`, outer white space removed; line breaks only with `lines`."""
    forbidden = _NOT_IN_A_TEXT if lines else _NOT_IN_A_LINE

    def check(value: Any) -> str:
        if type(value) is not str:
            raise refuse("must be text")
        kept: str = value.strip()
        if not kept:
            raise refuse("is empty; leave the field out instead")
        if len(kept) > max_characters:
            raise refuse(f"has {len(kept)} characters; at most {max_characters} are allowed")
        if not (kept.isascii() and kept.isprintable()) and forbidden.search(kept):
            raise refuse("holds a control character or line break; remove it")
        return kept

    return check


def shaped(pattern: str, sentence: str) -> Check:
    """Text that `pattern` matches whole; `sentence` says what it must be."""
    matches = re.compile(pattern).fullmatch

    def check(value: Any) -> str:
        if type(value) is not str or not matches(value):
            raise refuse(sentence)
        return value

    return check


def code(values: frozenset[str], *, strict: bool) -> Check:
    """One of a list of codes; lenient: any text of the size of a code."""

    def check(value: Any) -> str:
        if type(value) is str and value in values:
            return value
        if type(value) is str and not strict and 0 < len(value) <= MAX_CODE_CHARACTERS:
            return value
        raise refuse(f"is none of the {len(values)} known codes: {_some(values)}")

    return check


def _some(values: frozenset[str]) -> str:
    shown = sorted(values)
    return ", ".join(shown if len(shown) <= 30 else [*shown[:10], "..."])


def whole(low: int, high: int) -> Check:
    """A whole number from `low` to `high`."""

    def check(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise refuse(f"must be a whole number from {low} to {high}")
        return value

    return check


def flag(value: Any) -> bool:
    """True or false, and nothing that only looks like it."""
    if type(value) is not bool:
        raise refuse("must be true or false")
    return value


def array(item: Check, max_items: int) -> Check:
    """A list of at most `max_items`, each passed by `item`."""

    def check(value: Any) -> list[Any]:
        if type(value) is not list:
            raise refuse("must be a list")
        if len(value) > max_items:
            raise refuse(f"has {len(value)} entries; at most {max_items} are allowed")
        try:
            return [item(entry) for entry in value]
        except InvalidReportError:
            raise InvalidReportError(_each(item, value)) from None

    return check


def _each(item: Check, entries: list[Any]) -> Problems:
    """Every entry's problems: the slow way, taken only once something is known to be wrong."""
    problems: Problems = []
    for index, entry in enumerate(entries):
        try:
            item(entry)
        except InvalidReportError as error:
            problems += _below(f"[{index}]", error)
    return problems[:MAX_PROBLEMS]


def record(
    fields: Mapping[str, Check],
    *,
    arrays: tuple[str, ...] = (),
    then: Callable[[Fields], None] | None = None,
    strict: bool,
) -> Check:
    """An object of `fields`; absent ones become null, or an empty list for `arrays`.

    `then` sees the canonical object, may complete it, and raises InvalidReportError for what only
    several fields together show.
    """
    empty: Fields = dict.fromkeys(fields)

    def check(value: Any) -> Fields:
        if type(value) is not dict:
            raise refuse("must be an object")
        out = empty.copy()
        problems: Problems = []
        for name, content in value.items():
            if content is None:
                continue
            known = fields.get(name)
            if known is not None:
                try:
                    out[name] = known(content)
                except InvalidReportError as error:
                    problems += _below(name, error)
            elif strict and len(problems) < MAX_PROBLEMS:
                problems.append(_unknown(name, fields))
        for name in arrays:
            if out[name] is None:
                out[name] = []
        _conclude(out, problems, then)
        return out

    return check


def _conclude(out: Fields, problems: Problems, then: Callable[[Fields], None] | None) -> None:
    if then is not None:
        try:
            then(out)
        except InvalidReportError as error:
            # A field that was refused is not also missing.
            refused = {_field(place) for place, _ in problems}
            problems += [problem for problem in error.problems if _field(problem[0]) not in refused]
    if problems:
        raise InvalidReportError(problems[:MAX_PROBLEMS])


def _field(place: str) -> str:
    return place.split(".", maxsplit=1)[0].split("[", maxsplit=1)[0]


def _below(name: str, error: InvalidReportError) -> Problems:
    return [
        (f"{name}{place}" if not place or place[0] == "[" else f"{name}.{place}", sentence)
        for place, sentence in error.problems
    ]


def _unknown(name: object, fields: Mapping[str, Check]) -> tuple[str, str]:
    shown = str(name).encode("ascii", "replace").decode()[:MAX_NAME_SHOWN_CHARACTERS]
    near = get_close_matches(shown, fields, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known are: {', '.join(fields)}"
    return shown, f"is no field here; {hint}"
