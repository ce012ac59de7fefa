"""Looks for places inside documents, which are sent as they are; the only file that knows pypdf.

A photograph in a workbook or PDF can name the place where it was taken. Every part is unpacked against
bounds and looked at; what cannot be looked into (encrypted, damaged, too much) is said, not passed.
"""

from __future__ import annotations

import logging
import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from pypdf import PdfReader
from pypdf.errors import DependencyError, DeprecationError, PyPdfError
from pypdf.generic import StreamObject

from tocsin.adapters.pictures import holds_location
from tocsin.core.errors import MalformedError
from tocsin.core.media_types import OFFICE, PDF, PICTURES, media_type_of

MAX_PARTS = 5_000
MAX_PART_BYTES = 33_554_432
MAX_UNPACKED_BYTES = 268_435_456
_PLACE = re.compile(rb"GPSL(?:at|ong)itude")
_FAULTS = (
    *(zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, TypeError, LookupError),
    *(PyPdfError, DependencyError, DeprecationError),  # the last two are none of the first
    *(AttributeError, NotImplementedError, RuntimeError, RecursionError, OverflowError, AssertionError),
)

# It logs what it finds amiss together with the bytes: content never goes to a log.
logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)


def names_a_place(content: bytes, media_type: str) -> bool:
    """Whether a picture or XMP inside a document names a place; text and tables are not read.

    Raises MalformedError where that cannot be seen.
    """
    if media_type not in {PDF, *OFFICE}:
        return False
    parts = _of_pdf(content) if media_type == PDF else _of_zip(content)
    try:
        return any(map(_names_a_place, _bounded(parts)))
    except MalformedError:
        raise
    except _FAULTS as error:
        raise MalformedError(
            f"the document is encrypted or damaged and cannot be looked into ({type(error).__name__})"
        ) from None


def _names_a_place(part: bytes) -> bool:
    if media_type_of(part[:64]) in PICTURES:
        return holds_location(part)
    return _PLACE.search(part) is not None


def _bounded(parts: Iterator[bytes]) -> Iterator[bytes]:
    unpacked_bytes = 0
    for number, part in enumerate(parts, 1):
        unpacked_bytes += len(part)
        if number > MAX_PARTS or len(part) > MAX_PART_BYTES or unpacked_bytes > MAX_UNPACKED_BYTES:
            raise MalformedError("the document unpacks to too much to be looked into")
        yield part


def _of_zip(content: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(BytesIO(content)) as file:
        for one in file.infolist():
            with file.open(one) as part:
                yield part.read(MAX_PART_BYTES + 1)


def _of_pdf(content: bytes) -> Iterator[bytes]:
    yield content  # XMP in clear
    reader = PdfReader(BytesIO(content))
    numbers = {number for table in reader.xref.values() for number in table} | set(reader.xref_objStm)
    for number in sorted(numbers):
        found = reader.get_object(number)
        if isinstance(found, StreamObject):
            yield bytes(found.get_data())
