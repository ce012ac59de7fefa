"""Places inside documents are found, and what cannot be looked into is not passed."""

import zipfile
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from tests.support.photographs import photograph
from tocsin.adapters import documents_inside
from tocsin.adapters.documents_inside import names_a_place
from tocsin.core.errors import MalformedError
from tocsin.core.media_types import DOCX, PDF, TEXT, XLSX, media_type_of


def office(media_type, **parts):
    """A zip file of this type with `parts` beside what makes it one."""
    out = BytesIO()
    main = "xl/workbook.xml" if media_type == XLSX else "word/document.xml"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in {main: b"<x/>", **parts}.items():
            file.writestr(name, content)
    assert media_type == media_type_of(out.getvalue())
    return out.getvalue()


def pdf(content=None, *, compress=False, password=None, xmp=None):
    """A page, with a stream of bytes that may be a photograph."""
    writer = PdfWriter()
    writer.add_blank_page(72, 72)
    for one in (content, xmp):
        if one is not None:
            stream = DecodedStreamObject()
            stream.set_data(one)
            if one is content and not compress:
                stream[NameObject("/Filter")] = NameObject("/DCTDecode")
            writer._add_object(stream.flate_encode() if compress else stream)
    if password:
        writer.encrypt(password)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("media_type", [XLSX, DOCX])
def test_a_photograph_with_a_place_inside_an_office_file_is_found(media_type):
    assert names_a_place(office(media_type, media=photograph()), media_type)
    assert not names_a_place(office(media_type, media=photograph(gps=None)), media_type)


def test_a_photograph_with_a_place_inside_a_pdf_is_found():
    assert names_a_place(pdf(photograph()), PDF)
    assert not names_a_place(pdf(photograph(gps=None)), PDF)


def test_one_that_is_packed_inside_a_pdf_is_found_too():
    content = pdf(photograph(), compress=True)
    assert photograph()[:200] not in content
    assert names_a_place(content, PDF)


def test_a_place_in_the_xmp_of_a_pdf_is_found():
    assert names_a_place(pdf(xmp=b"<exif:GPSLatitude>3,27.0N</exif:GPSLatitude>"), PDF)


def test_text_is_not_looked_into():
    assert not names_a_place(b"GPSLatitude", TEXT)


@pytest.mark.parametrize(
    ("content", "media_type", "told"),
    [
        (pdf(password="secret"), PDF, "encrypted"),
        (b"%PDF-1.7 and nothing else", PDF, "encrypted or damaged"),
        (pdf(photograph())[:600], PDF, "encrypted or damaged"),
        (office(XLSX)[:-30], XLSX, "encrypted or damaged"),
        (office(XLSX, media=photograph()[:3_000]), XLSX, "damaged or was cut off"),
    ],
)
def test_what_cannot_be_looked_into_is_refused(content, media_type, told):
    with pytest.raises(MalformedError, match=told):
        names_a_place(content, media_type)


def test_what_unpacks_to_too_much_is_refused():
    bomb = office(XLSX, zeros=bytes(documents_inside.MAX_PART_BYTES + 1))
    assert len(bomb) < 100_000
    with pytest.raises(MalformedError, match="unpacks to too much"):
        names_a_place(bomb, XLSX)


def test_more_parts_than_a_document_has_are_refused():
    parts = {f"p{number}": b"" for number in range(documents_inside.MAX_PARTS)}
    with pytest.raises(MalformedError, match="unpacks to too much"):
        names_a_place(office(XLSX, **parts), XLSX)


def test_the_pdf_of_these_tests_is_one():
    assert 1 == len(PdfReader(BytesIO(pdf(photograph()))).pages)
