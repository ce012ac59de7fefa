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
