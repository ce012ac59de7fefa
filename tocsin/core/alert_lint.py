"""Law: what in an alert looks like something that firms must not be told, each with its place.

It guarantees that every text that somebody typed is looked at: title, advice, bulletin, captions, names of
substances, values of selectors and targets; and that every picture is a doubt, since no program sees
whether a name can be read in it. A finding is a doubt for people, never a verdict: names and exact amounts
cannot be told from harmless words for certain. What is certain (nine digits in a row, an at
sign) is refused by `alert_fields` before. Source: report and alert, "Leaks that tests try".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from tocsin.core.alert_images import in_words
from tocsin.core.identifiers import doubt
from tocsin.core.narrative_overlap import shared_places
from tocsin.core.phone_numbers import phone_places

MAX_FINDINGS = 200
MAX_EXCERPT_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """`text[start:end]` of the field at `place` is what `sentence` says; `excerpt` is for the officer's
    own screen. `key` names it, to acknowledge it.
    """

    code: str
    place: str
    start: int
    end: int
    sentence: str
    excerpt: str = field(repr=False)

    @property
    def key(self) -> str:
        """As `phone:advice:14`."""
        return f"{self.code}:{self.place}:{self.start}"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the lint knows beside the alert. `countries`: whose telephone numbers are looked for; `firms`:
    names of firms in the directory; `source`: texts of the report that it was written after.
    """

    countries: Collection[str] = ()
    firms: Collection[str] = ()
    source: Collection[str] = field(default=(), repr=False)


def lint(body: dict[str, Any], around: Surroundings) -> list[Finding]:
    """The findings in a checked alert, by place; at most 200."""
    found: list[Finding] = [*_pictures(body)]
    for place, value in texts(body):
        for code, (sentence, places) in _LOOKS.items():
            found += [_finding(code, place, value, where, sentence) for where in places(value, around)]
        found += [
            _finding("narrative", place, value, where, _NARRATIVE)
            for where in shared_places(value, around.source)
        ]
    found += _targets(body)
    return found[:MAX_FINDINGS]


def texts(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(place, text) of everything in an alert that was typed freely."""
    for name in ("title", "advice", "bulletin"):
        if body.get(name):
            yield name, body[name]
    for number, image in enumerate(body.get("images") or ()):
        if image["caption"]:
            yield f"images[{number}].caption", image["caption"]
    for number, substance in enumerate(body.get("substances") or ()):
        yield f"substances[{number}].code", substance["code"]
    for number, chosen in enumerate(body.get("selectors") or ()):
        for at, test in enumerate(chosen["tests"]):
            for one, value in enumerate(test["values"]):
                yield f"selectors[{number}].tests[{at}].values[{one}]", value


def _finding(code: str, place: str, value: str, where: tuple[int, int], sentence: str) -> Finding:
    start, end = where
    return Finding(code, place, start, end, sentence, value[start:end][:MAX_EXCERPT_CHARACTERS])


def _matches(*patterns: str, flags: int = 0) -> Callable[[str, Surroundings], list[tuple[int, int]]]:
    compiled = [re.compile(pattern, flags) for pattern in patterns]

    def places(value: str, _around: Surroundings) -> list[tuple[int, int]]:
        spans = sorted(match.span() for one in compiled for match in one.finditer(value))
        return [one for at, one in enumerate(spans) if at == 0 or one[0] >= spans[at - 1][1]]

    return places


def _phones(value: str, around: Surroundings) -> list[tuple[int, int]]:
    return phone_places(value, around.countries)


def _persons(value: str, around: Surroundings) -> list[tuple[int, int]]:
    # Where everything is in capitals, they say nothing.
    return (_IN_A_TEXT if _HAS_LOWER.search(value) else _IN_A_SHOUT)(value, around)


def _firms(value: str, around: Surroundings) -> list[tuple[int, int]]:
    return [
        match.span()
        for firm in around.firms
        if len(firm) > 2
        for match in re.finditer(rf"(?<!\w){re.escape(firm)}(?!\w)", value, re.IGNORECASE)
    ]


_UNIT = (
    r"(?:kg|kilograms?|g|grams?|mg|t|tons?|tonnes?|l|litres?|liters?|ml|pieces?|tablets?|pills?|parcels?|"
    r"comprimés|colis|comprimidos|tabletas|pastillas|paquetes|litros|кг|г|л|كغ|كيلوغرام|لتر|قرص|公斤|千克)"
)
_MONEY = r"(?:USD|EUR|GBP|CHF|CNY|INR|US\$|\$|€|£)"
# Three digits that mean something: 14.3 kg, 1,237 tablets. 20 kg and 1,500 boxes are rounded.
_EXACT = r"(?<![\d.,])(?:\d{1,3}(?:[ ,]\d{3})*|\d+)"
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|"
    r"janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|"
    r"enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|"
    r"يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر)"
)
_TITLED = (
    r"\b(?:Mr|Mrs|Ms|Mx|Dr|Sr|Sra|Srta|Mme|Mlle|Hr|Fr|Herr|Frau|Señor|Señora|Monsieur|Madame|Insp|Inspector|"
    r"Det|Detective|Sgt|Sergeant|Lt|Capt|Captain|Col|Cpt|Agent|Officer|Prof|г-н|г-жа)\b\.?"
    r"[ \t]+[^\W\d_][\w'’-]+"
)
# Latin, Greek, Cyrillic, Armenian; re has no class for capitals.
_LETTERS = [chr(one) for one in (*range(0x41, 0x590), *range(0x1E00, 0x2000))]
_UPPER, _LOWER = ("".join(filter(case, _LETTERS)) for case in (str.isupper, str.islower))
_CAPITALISED = rf"[{_UPPER}][{_LOWER}'’-]{{1,}}"
_SHOUTED = rf"[{_UPPER}][{_UPPER}'’-]{{2,}}"
_PARTICLE = r"(?:(?:de|da|dos|van|von|bin|al|el|la|del|der) )?"
_NAMES = rf"(?<![.!?:\n] )(?<!^)\b{_CAPITALISED}(?: {_PARTICLE}{_CAPITALISED})+"
_NAME_AT_START = rf"(?:^|(?<=[.!?:\n] )){_CAPITALISED} {_CAPITALISED}(?: {_CAPITALISED})*"
_IN_CAPITALS = rf"\b{_SHOUTED}(?: {_PARTICLE.upper()}{_SHOUTED})+\b"
# Scripts without capitals: what stands before or behind a name says that it is one.
_UNCASED = (
    r"(?:السيدة?|الأستاذة?|المدعوة?|المرسل إليه|المرسل)[ :]+\w{2,}(?: \w{2,})?",
    r"(?:收件人|寄件人|发件人|收货人|发货人|姓名)[是为：: ]*(?![的须应不请必未])[\u4e00-\u9fff]{2,3}",
    r"[\u4e00-\u9fff]{1,3}(?:先生|女士|小姐)",
)
_HAS_LOWER = re.compile(f"[{_LOWER}]")
_IN_A_SHOUT = _matches(_TITLED, *_UNCASED)
_IN_A_TEXT = _matches(_TITLED, _NAMES, _NAME_AT_START, _IN_CAPITALS, *_UNCASED)

_LOOKS: dict[str, tuple[str, Callable[[str, Surroundings], list[tuple[int, int]]]]] = {
    "phone": ("looks like a telephone number", _phones),
    "address": (
        "looks like an e-mail address, web address or account name",
        _matches(
            r"(?i)[\w.+-]+\s*(?:\(at\)|\[at\]|\{at\}|\sat\s)\s*[\w-]+\s*(?:\.|\(dot\)|\[dot\]|\sdot\s)\s*\w{2,}",
            r"(?i)\b(?:https?://|www\.|t\.me/|wa\.me/)\S+",
            r"(?i)\b[a-z0-9-]{2,}\.(?:com|org|net|onion|info|shop|gov|io|me|ru|cn|in|co|eu)\b",
            r"(?<!\w)@\w{3,}",
        ),
    ),
    "person": ("looks like the name of a person", _persons),
    "identifier": (
        "looks like the number of a consignment, container, vehicle or case",
        _matches(
            r"\b1Z[0-9A-Z]{6,16}\b",
            r"\b[A-Z]{3}[UJZ] ?\d{6} ?\d\b",
            r"\b(?=[A-Z0-9/-]*\d[A-Z0-9/-]*\d[A-Z0-9/-]*\d[A-Z0-9/-]*\d)(?=[A-Z0-9/-]*[A-Z])[A-Z0-9]{2,}[A-Z0-9/-]{4,}\b",
        ),
    ),
    "exact-quantity": (
        "is an exact amount: whoever sent it knows it again; round it",
        _matches(
            rf"(?i){_EXACT}[.,]\d+ ?{_UNIT}\b",
            rf"(?i)(?<![\d.,])(?:\d{{1,3}}[ ,])?\d*[1-9]\d?[1-9] ?{_UNIT}\b",
            rf"{_MONEY} ?\d[\d.,]*[1-9]\d?\b",
            rf"\b\d[\d.,]*\d ?{_MONEY}",
        ),
    ),
    "exact-date": (
        "is a day: an alert says the month",
        _matches(
            r"\b(?:19|20)\d{2}-\d{2}-\d{2}\b",
            r"\b\d{1,2}[./]\d{1,2}[./](?:19|20)?\d{2}\b",
            rf"(?i)\b\d{{1,2}}(?:st|nd|rd|th|er)?(?: de)? {_MONTH}\b|\b{_MONTH} \d{{1,2}}\b(?! ?\d)",
            r"\d{1,2} ?月 ?\d{1,2} ?[日号]",
        ),
    ),
    "other-firm": ("is the name of a firm in the directory: firms learn nothing of each other", _firms),
}
_PICTURE = "is a picture: look whether a label, name, number or face can be seen in it"
_NARRATIVE = "stands in the report too: an alert is written anew"


def _targets(body: dict[str, Any]) -> Iterator[Finding]:
    """Numbers whose check digit does not fit."""
    for number, target in enumerate(body.get("targets") or ()):
        kind, value, place = target["type"], target["value"], f"targets[{number}].value"
        if (why := doubt(kind, value)) is not None:
            yield _finding("check-digit", place, value, (0, len(value)), why)


def _pictures(body: dict[str, Any]) -> Iterator[Finding]:
    for number, words in enumerate(in_words(body.get("images") or ())):
        yield _finding("picture", f"images[{number}]", words, (0, len(words)), _PICTURE)
