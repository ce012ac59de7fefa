import pytest

from tocsin.core.thousands import ungrouped


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009"])
@pytest.mark.parametrize(
    ("text", "plain"),
    [("1_234", "1234"), ("-1_234,5", "-1234,5"), ("12_345_678.90", "12345678.90"), ("100_000", "100000")],
)
def test_spaces_that_programs_write_between_thousands_are_left_out(space, text, plain) -> None:
    assert plain == ungrouped(text.replace("_", space))


@pytest.mark.parametrize(
    "text",
    [
        "2 500",
        "1\u00a023",
        "1234\u00a0567",
        "1\u00a02345",
        "1\u00a0234\u202f567",
        "1\u00a0234,567\u00a0890",
        "1'234.5",
        "\u00a0123",
        "12",
        "",
        "5\u00a0kg",
        "\u0661\u00a0\u0662\u0663\u0664",
    ],
)
def test_anything_else_stays_as_it_is(text) -> None:
    assert text == ungrouped(text)
