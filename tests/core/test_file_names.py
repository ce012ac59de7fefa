"""Names of files from others: one file in one folder, everywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.file_names import safe_name
from tocsin.core.media_types import EXTENSIONS, JPEG, TEXT, XLSX


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("photo.jpg", "photo.jpg"),
        ("PHOTO.JPEG", "PHOTO.JPEG"),
        ("photo", "photo.jpg"),
        ("photo.html", "photo.html.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\evidence\\photo.jpg", "photo.jpg"),
        ("/", "file.jpg"),
        ("..", "file.jpg"),
        (".hidden.jpg", "hidden.jpg"),
        ("", "file.jpg"),
        ("???.jpg", "file.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "a__Set-Cookie_ x.jpg"),
        ("gpj\u202egpj.exe", "gpj_gpj.exe.jpg"),
        ("<b>\"'.jpg", "_b__'.jpg"),
        ("con.jpg", "_con.jpg"),
        ("com1", "_com1.jpg"),
        ("cafe\u0301.jpg", "caf\u00e9.jpg"),
        ("name . .jpg", "name.jpg"),
    ],
)
def test_a_name_is_made_safe(text: str, name: str) -> None:
    assert name == safe_name(text, JPEG)


def test_a_name_in_another_script_stays() -> None:
    for name in ("报告.xlsx", "می\u200cشود.xlsx", "تقرير.xlsx"):
        assert name == safe_name(name, XLSX)


def test_a_file_of_no_known_type_is_called_so() -> None:
    assert "photo.jpg.bin" == safe_name("photo.jpg", None)
    assert "data.csv" == safe_name("data.csv", TEXT)


def test_a_long_name_keeps_its_extension() -> None:
    assert "x" * 116 + ".jpg" == safe_name("x" * 300 + ".jpg", JPEG)
    assert "报" * 65 + ".jpg" == safe_name("报" * 100 + ".jpg", JPEG)


@given(st.text(), st.sampled_from([*EXTENSIONS, None]))
def test_whatever_the_name_it_is_one_file_that_is_not_hidden(text: str, media_type: str | None) -> None:
    name = safe_name(text, media_type)
    assert name == safe_name(name, media_type)
    assert not name.startswith(".")
    assert not set(name) & set('/\\:*?"<>|\0\r\n\u202e')
    assert len(name) <= 121
    assert len(name.encode()) <= 201
