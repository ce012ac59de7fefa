"""What a file is, by its bytes."""

import pytest

from tests.support.photographs import photograph
from tocsin.core import media_types
from tocsin.core.media_types import (
    DOCX,
    GIF,
    JPEG,
    PDF,
    PNG,
    TEXT,
    WEBP,
    XLSX,
    in_words,
    media_type_of,
    why_not,
)

ZIP = b"PK\x03\x04" + bytes(26)


@pytest.mark.parametrize(
    ("form", "media_type"), [("JPEG", JPEG), ("PNG", PNG), ("WEBP", WEBP), ("GIF", GIF)]
)
def test_a_picture_is_known_by_its_first_bytes(form: str, media_type: str) -> None:
    assert media_type == media_type_of(photograph(form))


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7\n", PDF),
        (ZIP + b"xl/workbook.xml", XLSX),
        (ZIP + b"word/document.xml", DOCX),
        (b"a;b\r\n1;2\r\n", TEXT),
        ("\u062a\u0642\u0631\u064a\u0631".encode(), TEXT),
        ("caf\u00e9".encode("cp1252"), TEXT),
        (b"a < b, says the <script> of the seller", TEXT),
    ],
)
def test_a_document_is_known_by_its_bytes(content: bytes, media_type: str) -> None:
    assert media_type == media_type_of(content)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is of no known type"),
        (b"<!DOCTYPE html><script>", "is a page or script"),
        (b"\xef\xbb\xbf <svg onload=x>", "is a page or script"),
        (b"<?xml version='1.0'?>", "is a page or script"),
        (b"RIFF\x00\x00\x00\x00WAVE", "is of no known type"),
        (b"\x7fELF", "is of no known type"),
        (ZIP, "is an archive: attach the files in it"),
        (b"\x00\x00\x00\x18ftypheic", "is a HEIC picture: export it as JPEG"),
        (b"\x00\x00\x00\x18ftypisom", "is a film: attach a frame of it as a picture"),
        ("text".encode("utf-16"), "is text in UTF-16: save it as UTF-8"),
    ],
)
def test_what_may_not_be_attached_has_no_type_and_a_reason(content: bytes, sentence: str) -> None:
    assert media_type_of(content) is None
    assert sentence == why_not(content)


def test_every_type_has_words_and_an_extension_of_its_own() -> None:
    extensions = [one for types in media_types.EXTENSIONS.values() for one in types]
    assert len(extensions) == len(set(extensions))
    assert all(in_words(one) for one in media_types.EXTENSIONS)
