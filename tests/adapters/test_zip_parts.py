"""Parts of a zip file: only what office documents use is unpacked."""

import io
import zipfile

import pytest

from tocsin.adapters.zip_parts import parts_of


def packed(*methods):
    """A zip file with a part for each method."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for number, method in enumerate(methods):
            file.writestr(f"{number}.xml", b"<a/>" * 99, compress_type=method)
    return zipfile.ZipFile(held)


def test_stored_and_deflated_parts_are_given_in_their_order():
    parts = parts_of(packed(zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))
    assert ["0.xml", "1.xml"] == [one.filename for one in parts]


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_part_that_is_packed_in_another_way_is_refused(method):
    with pytest.raises(zipfile.BadZipFile, match="as in no office document"):
        parts_of(packed(zipfile.ZIP_DEFLATED, method))


def test_a_part_that_is_said_to_be_larger_than_the_file_is_refused():
    file = packed(zipfile.ZIP_DEFLATED)
    file.infolist()[0].compress_size = 1 << 29
    with pytest.raises(zipfile.BadZipFile, match="behind the others' end"):
        parts_of(file)
