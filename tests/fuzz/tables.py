"""Files that officers and firms import: text tables, workbooks and the XML inside, JSON Lines, parcels.

A changed file is refused in a sentence, or every row of it is counted as taken or refused: none is lost.
"""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from services.consumer.screening.parcel_files import ParcelFormat, open_parcels
from services.producer.importing_file import Source
from tests.fuzz.dice import mutated, with_value
from tests.fuzz.target import Target, Verdict
from tests.support.tables import HEADER, imported, seizure, workbook
from tocsin.core.errors import TocsinError
from tocsin.runtime import console

ROWS = [
    seizure(),
    seizure(event_date="2026-04-15", country="Namibia", amount="2.25", identifier="RB473124850CN"),
    seizure(kind="diversion", substance="GBL", unit="LTR", tlp="GREEN"),
    seizure(substance="acetic anhydride", country="CO", amount="unknown"),
]
PARCELS = (
    b"item_id,sender_country,addressee_phone,description,gross_g\n"
    b"RB473124850CN,CN,+31 20 123 4567,tile glue,1200\nLX123456785NL,NL,,books,800\n"
)


def _told(_text: str) -> None:
    """Sentences about an imported file are not shown."""


def _judging(folder: Path, name: str, source: Source) -> Callable[[bytes], Verdict]:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    console.say = console.warn = console.fault = _told  # type: ignore[assignment]

    def judge(data: bytes) -> Verdict:
        path.write_bytes(data)
        try:
            bodies, outcome = imported(path, source)
        except TocsinError:
            return Verdict.REFUSED
        count = outcome.count
        assert count.read == count.accepted + count.refused, "a row is neither taken nor refused"
        assert count.accepted == len(bodies)
        return Verdict.ALLOWED if bodies else Verdict.REFUSED

    return judge


def _csv() -> list[bytes]:
    text = "\n".join(",".join(map(str, row)) for row in [HEADER, *ROWS]) + "\n"
    other = text.replace(",", ";")
    return [text.encode(), b"\xef\xbb\xbf" + text.encode(), other.encode(), text.encode("utf-16")]


def open_csv(folder: Path) -> Target:
    """The target `csv`."""
    files = _csv()

    def make(dice: random.Random) -> bytes:
        data = mutated(dice.choice(files), dice)
        if dice.random() < 0.3:
            at, piece = dice.randrange(len(data) + 1), dice.choice((b'"', b"\r", b"\n", b",", b"\0", b"\t"))
            data = data[:at] + piece + data[at:]
        return data

    return Target(make, _judging(folder, "a.csv", Source()), 256, tuple(files))


def open_json_lines(folder: Path) -> Target:
    """The target `jsonl`."""
    reports = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    lines = b"".join(json.dumps(one).encode() + b"\n" for one in reports)

    def make(dice: random.Random) -> bytes:
        if dice.random() < 0.5:
            return mutated(lines, dice)
        changed = [with_value(one, dice) for one in reports]
        ascii_only = dice.random() < 0.5  # half a surrogate is an escape, or bytes that are no UTF-8
        texts = [json.dumps(one, ensure_ascii=ascii_only) for one in changed]
        return b"".join(one.encode("utf-8", "surrogatepass") + b"\n" for one in texts)

    return Target(make, _judging(folder, "a.jsonl", Source()), 256, (lines,))


def open_workbook(folder: Path) -> Target:
    """The target `xlsx`: bytes of the zip, or of one part inside before it is packed again."""
    folder.mkdir(parents=True, exist_ok=True)
    data = workbook(folder / "good.xlsx", [HEADER, *ROWS]).read_bytes()
    with zipfile.ZipFile(BytesIO(data)) as book:
        parts = {name: book.read(name) for name in book.namelist()}

    def make(dice: random.Random) -> bytes:
        if dice.random() < 0.4:
            return mutated(data, dice)
        name = dice.choice(list(parts))
        return packed(parts | {name: mutated(parts[name], dice)})

    return Target(make, _judging(folder, "a.xlsx", Source()), 512, (data,))


def packed(parts: dict[str, bytes]) -> bytes:
    """A zip file of these parts."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return out.getvalue()


def open_parcel_file(folder: Path) -> Target:
    """The target `parcels`: what a firm screens, as text table or JSON Lines."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "parcels"
    line = {
        "item_id": "RB473124850CN",
        "sender": {"country": "CN"},
        "contents": [{"description": "tile glue", "hs": "3506.10", "net_g": 1_200}],
    }
    lines = json.dumps(line).encode() + b"\n"

    def make(dice: random.Random) -> bytes:
        if dice.random() < 0.3:
            return json.dumps(with_value(line, dice)).encode() + b"\n"
        return mutated(dice.choice((PARCELS, lines)), dice)

    def judge(data: bytes) -> Verdict:
        path.write_bytes(data)
        try:
            with open_parcels(path, ParcelFormat()) as file:
                taken = sum(1 for _one in file.parcels)
        except TocsinError:
            return Verdict.REFUSED
        return Verdict.ALLOWED if taken else Verdict.REFUSED

    return Target(make, judge, 256, (PARCELS, lines))
