"""The text of a letter, from the command line or a file."""

import pytest

from services.producer.letters.sending import MAX_TEXT_BYTES, text_of
from tocsin.core.errors import SettingsError


def test_a_text_is_taken_as_it_is():
    assert "Please." == text_of("Please.")
    assert text_of(None) is None


def test_a_file_is_read_also_with_a_mark_of_its_encoding(tmp_path):
    file = tmp_path / "ask.txt"
    file.write_bytes(b"\xef\xbb\xbf\xc2\xbfQui\xc3\xa9n?\n")
    assert "¿Quién?\n" == text_of(f"@{file}")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"caf\xe9", "is not UTF-8 at byte 3"), ("é".encode() * MAX_TEXT_BYTES, "is over 65536 bytes")],
    ids=["latin", "long"],
)
def test_a_file_that_is_no_text_or_too_long_is_refused_by_its_name(tmp_path, data, sentence):
    file = tmp_path / "ask.txt"
    file.write_bytes(data)
    with pytest.raises(SettingsError, match=rf"ask\.txt {sentence}"):
        text_of(f"@{file}")


def test_a_file_that_is_not_there_is_refused():
    with pytest.raises(SettingsError, match="is no file"):
        text_of("@/nowhere")
