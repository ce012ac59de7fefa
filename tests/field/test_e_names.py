"""Trouble that people met with names, each by its source; what it must lead to here.

Row 28: OasisLMF/OasisLMF#307, pandas-dev/pandas#11839: NA becomes missing.
Row 30: vincentarelbundock/countrycode#105, #74, IndEcol/country_converter#38: one
Congo, one Korea for the other.
Row 31: mikelodder7/celes#4 and the spellings of seizure data: Kosovo, countries that are no
more, "Unknown".
Row 32: michaelwittig/node-i18n-iso-countries#331, bendrucker/snakecase-keys#175: case and accents
decide; the Turkish i breaks names of fields.
Row 33: psychonautwiki/bifrost#14, MotWakorb/enhancedchannelmanager#180: aliases miss; Cyrillic look-alikes.
The names one by one: tests/adapters/test_country_names.py, tests/core/test_vocabulary.py.
"""

import unicodedata

import pytest

from services.consumer.exporting import _WRITERS, FileFormat
from tests.support.reports import NOW_S, smallest_report
from tests.support.tables import HEADER, imported, seizure, workbook
from tocsin.core import flat_columns
from tocsin.core.report import check_incident
from tocsin.core.report_doubts import doubts
from tocsin.core.vocabulary import search


def written(folder, suffix, *rows):
    path = folder / f"a.{suffix}"
    if suffix == "xlsx":
        return workbook(path, [HEADER, *rows])
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in (HEADER, *rows)))
    return path


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_row28_namibia_is_a_country_and_its_neighbour_cell_is_missing_out_and_in_again(
    tmp_path, suffix
) -> None:
    cells = seizure(country="NA", amount="NA", kind="exposure")
    (body,), outcome = imported(written(tmp_path, suffix, cells))
    assert ("NA", {}) == (body["place"]["country"], dict(outcome.reasons))
    own = dict.fromkeys(
        ("originator", "originator_name", "stream", "region", "report_id", "version", "time")
    )
    out = tmp_path / f"out.{suffix}"
    rendered = {**own, "schema": "tocsin.report.v1.IncidentReport", "report": body}
    _WRITERS[FileFormat(suffix)](out, iter([rendered]))
    assert [body] == imported(out)[0]


NAMES = {
    "D.R. Congo": "CD",
    "Congo, Dem. Rep.": "CD",
    "Congo, Rep.": "CG",
    "Korea DPR": "KP",
    "XK": "XK",
    "XKX": "XK",
    "Kosovo under UNSCR 1244": "XK",
    "Swaziland": "SZ",
    "Unknown": "ZZ",
    "cote d\u2019ivoire": "CI",
    unicodedata.normalize("NFD", "CÔTE D'IVOIRE"): "CI",
}


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_row30_row31_row32_names_as_people_write_them_are_read_from_a_table(tmp_path, suffix) -> None:
    rows = [seizure(country=f'"{name}"' if suffix == "csv" else name) for name in NAMES]
    bodies, _ = imported(written(tmp_path, suffix, *rows))
    assert list(NAMES.values()) == [one["place"]["country"] for one in bodies]


@pytest.mark.parametrize("name", ["Korea", "Netherlands Antilles", "Other", "Multiple Countries"])
def test_row30_row31_a_name_of_several_countries_or_none_is_asked_about_at_its_cell(tmp_path, name) -> None:
    bodies, outcome = imported(written(tmp_path, "xlsx", seizure(country=name)))
    assert ([], ["D2"]) == (bodies, list(outcome.reasons.first.values()))


@pytest.mark.parametrize("header", ["IDENTIFIER", "identifier", "İDENTİFİER", "Identifier"])
def test_row32_a_turkish_i_does_not_hide_the_name_of_a_column(header) -> None:
    assert "identifier" == flat_columns.named(header)


@pytest.mark.parametrize(("word", "code"), [("KETAMİN", "ketamine"), ("KETAMINE", "ketamine")])
def test_row32_a_turkish_i_does_not_hide_a_substance(word, code) -> None:
    assert code in {one.code for one in search(word)}


def test_row32_a_place_in_turkish_capitals_is_kept_as_it_is() -> None:
    report = check_incident(smallest_report(place={"country": "TR", "locality": "İZMİR"}), now_s=NOW_S)
    assert "İZMİR" == report.body["place"]["locality"]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("U-47700", "u-47700"),
        ("u47700", "u-47700"),
        ("fenethylline", "fenethylline"),
        ("Captagon", "fenethylline"),
    ],
)
def test_row33_an_alias_leads_to_its_substance_with_a_reason(word, code) -> None:
    first = search(word)[0]
    assert (code, True) == (first.code, bool(first.why))


def test_row33_ghb_and_gbl_lead_to_themselves() -> None:
    assert ["ghb", "gbl"] == [search(word)[0].code for word in ("GHB", "GBL")]


def test_row33_a_cyrillic_letter_in_a_number_is_doubted_and_a_russian_note_is_not_touched() -> None:
    note = "Посылка из Вены, номер RВ473124829CH на ярлыке"
    report = check_incident(
        smallest_report(
            narrative={"government": note, "language": "ru"},
            transport={"identifiers": [{"type": "s10", "value": "RВ473124829CH"}]},
        ),
        now_s=NOW_S,
    )
    found = doubts(report, lambda _: None)
    assert ["transport.identifiers[0].value"] == [place for place, _ in found]
    assert "two alphabets" in found[0][1]
    assert note in str(report.body)
