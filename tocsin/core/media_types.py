"""Law: what a file is, is judged by its first bytes, never by its name or by what somebody says of it.

`media_type_of` knows the types that may be attached and nothing else; what looks like a page that a browser
would run is none of them. It guarantees no more than the look of a file: that a picture can be shown is
left to `adapters.pictures`, what a document holds inside to `adapters.documents_inside`.
"""

from __future__ import annotations

import re

JPEG, PNG, GIF, WEBP = "image/jpeg", "image/png", "image/gif", "image/webp"
PDF, TEXT = "application/pdf", "text/plain"
_OFFICE = "application/vnd.openxmlformats-officedocument."
XLSX, DOCX = f"{_OFFICE}spreadsheetml.sheet", f"{_OFFICE}wordprocessingml.document"
PICTURES = frozenset({JPEG, PNG, GIF, WEBP})
OFFICE = frozenset({XLSX, DOCX})

# The first is what a file of the type is called where its name says nothing.
EXTENSIONS: dict[str, tuple[str, ...]] = {
    JPEG: (".jpg", ".jpeg", ".jpe"),
    PNG: (".png",),
    GIF: (".gif",),
    WEBP: (".webp",),
    PDF: (".pdf",),
    XLSX: (".xlsx",),
    DOCX: (".docx",),
    TEXT: (".txt", ".csv", ".tsv", ".log"),
}
_WORDS = {
    JPEG: "a JPEG picture",
    PNG: "a PNG picture",
    GIF: "a GIF picture",
    WEBP: "a WebP picture",
    PDF: "a PDF document",
    XLSX: "an Excel workbook",
    DOCX: "a Word document",
    TEXT: "plain text",
}
_STARTS = ((b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"GIF87a", GIF), (b"GIF89a", GIF))
# (offset, bytes, what it is and what to do), for what people try most.
_NOT_TAKEN = (
    (4, b"ftyphei", "is a HEIC picture: export it as JPEG"),
    (4, b"ftyphev", "is a HEIC picture: export it as JPEG"),
    (4, b"ftypmif1", "is a HEIC picture: export it as JPEG"),
    (4, b"ftypavif", "is an AVIF picture: export it as JPEG"),
    (4, b"ftyp", "is a film: attach a frame of it as a picture"),
    (0, b"II*\0", "is a TIFF or raw picture: export it as JPEG"),
    (0, b"MM\0*", "is a TIFF or raw picture: export it as JPEG"),
    (
        0,
        b"\xd0\xcf\x11\xe0",
        "is an old or encrypted Office file: save it as .xlsx or .docx, without a password",
    ),
    (0, b"PK", "is an archive: attach the files in it"),
    (0, b"\xff\xfe", "is text in UTF-16: save it as UTF-8"),
    (0, b"\xfe\xff", "is text in UTF-16: save it as UTF-8"),
)
_NOT_IN_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!|\?|/?[a-z])", re.IGNORECASE)


def media_type_of(content: bytes) -> str | None:
    """The media type of a whole file; None for what may not be attached."""
    for start, media_type in _STARTS:
        if content.startswith(start):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return TEXT if content and _is_text(content) else None


def why_not(content: bytes) -> str:
    """What a file is that has no media type here, and what to do with it."""
    for offset, start, sentence in _NOT_TAKEN:
        if content.startswith(start, offset):
            return sentence
    return "is a page or script" if _MARKUP.match(content) else "is of no known type"


def in_words(media_type: str) -> str:
    """What people call the type, for messages."""
    return _WORDS[media_type]


def _office(content: bytes) -> str | None:
    # The names of a zip file's parts stand in it as they are.
    if b"xl/workbook.xml" in content:
        return XLSX
    return DOCX if b"word/document.xml" in content else None


def _is_text(content: bytes) -> bool:
    return _NOT_IN_TEXT.search(content) is None and _MARKUP.match(content) is None
