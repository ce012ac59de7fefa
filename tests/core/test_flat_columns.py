"""Columns are known by code or label in any language; a word means one code or none."""

import pytest

from tocsin.core import codes, flat_columns
from tocsin.core.report_fields import incident_check


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("event_date", "event_date"),
        ("Date of the\u00a0incident", "event_date"),
        ("DATE DE L’INCIDENT ", "event_date"),
        ("Referencia nacional\u200f", "reference"),
        ("البلد", "country"),
        ("Quantite", "amount"),
        ("Quantities", None),
        ("", None),
    ],
)
def test_a_header_is_known_by_code_or_label_in_any_language(header: str, code: str | None) -> None:
    assert code == flat_columns.named(header)


def test_no_two_columns_share_a_name() -> None:
    names = [
        (flat_columns.folded(name), one.code)
        for one in flat_columns.columns()
        for name in one.label.values()
    ]
    assert len({name for name, _ in names}) == len(set(names))


def test_every_column_has_a_label_and_a_note_in_every_language() -> None:
    for one in flat_columns.columns():
        for language in flat_columns.LANGUAGES:
            assert one.label[language]
            assert flat_columns.note(one, language)


def test_every_column_leads_to_a_field_of_the_report() -> None:
    empty = incident_check(strict=False)(
        {
            "kind": "seizure", "system": "ion", "event_date": {"precision": "unknown"},
            "place": {"country": "ZZ"}, "substances": [{"name_as_declared": "x"}],
            "handling": {"tlp": "RED"},
        }
    )  # fmt: skip
    assert {one.path[0] for one in flat_columns.columns()} <= set(empty)


@pytest.mark.parametrize(
    ("list_name", "word", "code"),
    [
        ("kinds", "Saisie", "seizure"),
        ("units", "kilogramo", "KGM"),
        ("tlp", "amber+strict", "AMBER+STRICT"),
        ("tlp", "TLP:AMBER+STRICT", "AMBER+STRICT"),
        ("tlp", "tlp:white", "CLEAR"),  # as version 1 of the protocol called it
        ("tlp", "TLP:BLUE", None),
        ("forms", "powder", "powder"),
        ("forms", "Comprimido", "tablet"),
        ("identification_statuses", "confirmée", "confirmed"),
        ("identification_statuses", "مؤكدة", "confirmed"),
        ("concealments", "Emballage", "packaging"),
        ("equipment_types", "Presse à comprimés", "tablet-press"),
        ("site_types", "aeropuerto", "airport"),
        ("site_types", "Customs-Facility", "customs-facility"),
        ("units", "Kilos", "KGM"),
        ("units", "g", "GRM"),
        ("units", "kilogr", None),
    ],
)
def test_a_word_means_the_code_that_it_is_or_labels(list_name: str, word: str, code: str | None) -> None:
    assert code == flat_columns.code_meant(list_name, word)


def test_a_template_leaves_out_what_its_kind_has_no_use_for() -> None:
    offered = {kind: {one.code for one in flat_columns.columns_of(kind)} for kind in codes.kinds()}
    assert "serial" not in offered["seizure"]
    assert "serial" in offered["equipment-seizure"]
    assert all({"kind", "event_date", "country", "tlp"} <= one for one in offered.values())


def test_words_for_yes_no_unknown_and_missing() -> None:
    assert flat_columns.is_word("true", "OUI")
    assert flat_columns.is_word("false", "لا")
    assert flat_columns.is_word("unknown", "Desconocido")
    assert flat_columns.is_word("missing", "NA")
    assert not flat_columns.is_word("missing", "na")


def test_a_column_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        flat_columns.column("colour")


@pytest.mark.parametrize("text", ["Peru", "Pe\u200bru", "\u200fPeru\u200e", "\ufeffPeru"])
def test_what_nobody_sees_is_no_part_of_a_text(text: str) -> None:
    assert "Peru" == flat_columns.unmarked(text)
