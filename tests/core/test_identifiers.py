"""An identifier is doubted for its form and check digit alone, and never quoted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.identifiers import account_doubt, cas_doubt, detected, doubt, lei_doubt
from tocsin.core.report_values import values

KINDS = sorted(values("identifier_types"))
SOUND = [
    ("s10", "RA473124829CH"),
    ("s10", "ra 473 124 829 ch"),
    ("s10", "UA000000005GB"),  # a rest of 11
    ("s10", "RB473124850CN"),  # a rest of 10
    ("s10", "RB473124885CN"),
    ("awb", "001-12345675"),
    ("awb", "020 7654 3213"),
    ("container", "TSCU4102030"),  # a rest of 10
    ("awb", "020-81140743"),
    ("awb", "176 1234 5675"),
    ("container", "CSQU3054383"),
    ("container", "CSQU 305438-3"),
    ("imo", "9074729"),
    ("imo", "IMO 9074729"),
    ("sscc", "(00) 0 0614141 123456789 0"),
    ("receptacle", "DEFRAACHZRHAAUN60123001110045"),
]
MISTYPED = [
    ("s10", "RA473124828CH"),
    ("s10", "RB473124851CN"),
    ("awb", "020-81140744"),
    ("awb", "001-12345676"),
    ("container", "CSQU3054384"),
    ("imo", "9074728"),
    ("sscc", "006141411234567891"),
]


@pytest.mark.parametrize(("kind", "value"), SOUND)
def test_a_sound_identifier_is_not_doubted_however_it_is_spaced(kind, value) -> None:
    assert doubt(kind, value) is None


@pytest.mark.parametrize(("kind", "value"), MISTYPED)
def test_a_check_digit_that_does_not_fit_is_doubted(kind, value) -> None:
    assert "check digit" in (doubt(kind, value) or "")


@pytest.mark.parametrize("kind", ["s10", "awb", "container", "imo", "sscc", "receptacle"])
@pytest.mark.parametrize(
    "value", ["", "12", "ÄÖÜU3054383", "٠٢٠٨١١٤٠٧٤٣", "RA473124829CHX", "TSCU4102030HELLO"]
)
def test_another_form_is_doubted_with_the_form_that_is_right(kind, value) -> None:
    assert " is " in (doubt(kind, value) or "")


@pytest.mark.parametrize(("serial", "digit"), [("00000008", 0), ("00000000", 5), ("47312482", 9)])
def test_an_s10_has_one_check_digit_also_where_the_sum_leaves_ten_or_eleven(serial, digit) -> None:
    assert [digit] == [one for one in range(10) if doubt("s10", f"RA{serial}{one}CH") is None]


@pytest.mark.parametrize(
    ("kind", "value"),
    [("house-awb", "HAWB-7Q/12"), ("courier", "0012345678901234"), (None, "0012345678901234")],
)
def test_a_number_of_an_operator_s_own_is_not_doubted(kind, value) -> None:
    assert doubt(kind, value) is None


@pytest.mark.parametrize("kind", ["s10", "courier", "other", None])
@pytest.mark.parametrize("value", ["RВ473124829CH", "Αbc-123"])  # a Cyrillic Ve, a Greek Alpha
def test_letters_of_two_alphabets_in_one_number_are_doubted(kind, value) -> None:
    assert "two alphabets" in (doubt(kind, value) or "")


@pytest.mark.parametrize("value", ["А123ВС77", "ΑΒΓ-1234", "京A12345"])
def test_a_number_in_another_alphabet_is_not_doubted_for_it(value) -> None:
    assert doubt("vehicle-plate", value) is None


def test_a_sound_s10_of_no_issuer_is_told_apart_from_a_mistyped_one() -> None:
    assert ["country", "check digit"] == [
        next(word for word in ("country", "check digit") if word in (doubt("s10", one) or ""))
        for one in ("RB123456785XX", "RB123456784XX")
    ]


def test_an_s10_of_no_country_is_doubted() -> None:
    assert "country" in (doubt("s10", "RA473124829QQ") or "")


@pytest.mark.parametrize("value", ["1.23E+11", "1,23e11", "2E+10"])
def test_a_number_that_a_spreadsheet_shortened_is_doubted_for_every_type(value) -> None:
    assert {True} == {"spreadsheet" in (doubt(kind, value) or "") for kind in [*KINDS, None]}


def test_types_without_a_public_rule_are_not_doubted() -> None:
    assert doubt("courier", "anything at all") is None
    assert doubt(None, "02081140744") is None
    assert doubt("a-later-type", "RA473124828CH") is None


@pytest.mark.parametrize("value", ["RA473124828CH", "CSQU3054384"])
def test_without_a_type_what_looks_like_nothing_else_is_doubted(value) -> None:
    assert "check digit" in (doubt(None, value) or "")


@pytest.mark.parametrize(("cas", "sound"), [("1609-66-1", True), ("1609-66-5", False), ("7732-18-5", True)])
def test_a_cas_number_is_judged_by_its_check_digit(cas, sound) -> None:
    assert sound is (cas_doubt(cas) is None)


@pytest.mark.parametrize(
    ("kind", "value"), [pair for pair in SOUND if pair[0] != "receptacle"] + [(None, "1234"), (None, "")]
)
def test_a_type_is_detected_where_only_one_fits(kind, value) -> None:
    assert kind == detected(value)


@given(kind=st.sampled_from(KINDS), value=st.text(max_size=40))
def test_no_text_makes_a_check_fail_or_is_quoted(kind, value) -> None:
    detected(value)
    cas_doubt(value)
    sentence = doubt(kind, value)
    assert sentence is None or len(value) < 5 or value not in sentence


SOUND_ACCOUNTS = [
    ("iban", "GB82 WEST 1234 5698 7654 32"),
    ("iban", "be31435411161155"),
    ("card", "4111 1111 1111 1111"),
    ("card", "last four 1111"),
    ("wallet", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"),
    ("wallet", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
    ("wallet", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"),
    ("wallet", "0x" + "aB" * 20),
    ("wallet", "TQn9Y2khEsLJW1ChVWFMSMeRDow5KcbLSE"),
    ("account", "anything"),
    (None, "GB82WEST12345698765433"),
]


@pytest.mark.parametrize(("kind", "value"), SOUND_ACCOUNTS)
def test_a_sound_or_unknown_account_is_not_doubted(kind, value) -> None:
    assert account_doubt(kind, value) is None


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("iban", "GB82WEST12345698765433", "check digit"),
        ("iban", "GB82", "an IBAN is"),
        ("card", "4111111111111112", "check digit"),
        ("wallet", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", "check digit"),
        ("wallet", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "check digit"),
        ("wallet", "0xab", "40 hex digits"),
        ("account", "1.23E+11", "a spreadsheet has shortened"),
    ],
)
def test_a_mistyped_account_is_doubted(kind, value, words) -> None:
    assert words in (account_doubt(kind, value) or "")


def test_a_firm_s_number_is_judged_by_its_check_digits() -> None:
    assert lei_doubt("213800KUD8LAJWSQ9D15") is None
    assert "check digit" in (lei_doubt("213800KUD8LAJWSQ9D16") or "")


@given(kind=st.sampled_from(sorted(values("account_types"))), value=st.text(max_size=100))
def test_no_text_makes_the_check_of_an_account_fail_or_is_quoted(kind, value) -> None:
    sentence = account_doubt(kind, value)
    assert sentence is None or len(value) < 5 or value not in sentence
