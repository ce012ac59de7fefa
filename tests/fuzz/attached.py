"""Files that people attach: pictures that are made anew, documents that are looked into.

A changed picture is refused, or made into one that names no place; a document is looked into or refused.
"""

from __future__ import annotations

import random
from io import BytesIO
from pathlib import Path

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject

from tests.fuzz.dice import mutated
from tests.fuzz.tables import packed
from tests.fuzz.target import Target, Verdict
from tests.support.photographs import photograph
from tocsin.adapters.documents_inside import names_a_place
from tocsin.adapters.pictures import clean_picture, holds_location
from tocsin.core.errors import TocsinError
from tocsin.core.media_types import DOCX, PDF

FORMS = ("JPEG", "PNG", "WEBP", "GIF")


def open_picture(_folder: Path) -> Target:
    """The target `picture`."""
    pictures = [photograph(form, (64, 48)) for form in FORMS[:3]]
    pictures += [photograph("JPEG", (32, 24), orientation=6), photograph("GIF", (16, 16), gps=None)]

    def make(dice: random.Random) -> bytes:
        data = dice.choice(pictures)
        # Chunks and markers stand in front: half of all changes go there.
        cut = 200 if dice.random() < 0.5 else len(data)
        return mutated(data[:cut], dice) + data[cut:]

    def judge(data: bytes) -> Verdict:
        try:
            clean = clean_picture(data)
        except TocsinError:
            return Verdict.REFUSED
        assert not holds_location(clean.content), "a place is left"
        return Verdict.ALLOWED

    return Target(make, judge, 512, tuple(pictures))


def open_document(_folder: Path) -> Target:
    """The target `document`. An input's first byte says whether it is a PDF or an office file."""
    picture = photograph(size=(16, 16), gps=None)
    office = packed({"word/document.xml": b"<x/>", "word/media/1.jpg": picture})
    files = {0: _pdf(picture), 1: office}

    def make(dice: random.Random) -> bytes:
        kind = dice.randrange(2)
        return bytes([kind]) + mutated(files[kind], dice)

    def judge(data: bytes) -> Verdict:
        try:
            found = names_a_place(data[1:], DOCX if data[:1] == b"\x01" else PDF)
        except TocsinError:
            return Verdict.REFUSED
        return Verdict.REFUSED if found else Verdict.ALLOWED

    examples = tuple(bytes([kind]) + data for kind, data in files.items())
    return Target(make, judge, 512, examples)


def _pdf(picture: bytes) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(72, 72)
    stream = DecodedStreamObject()
    stream.set_data(picture)
    writer._add_object(stream.flate_encode())
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
