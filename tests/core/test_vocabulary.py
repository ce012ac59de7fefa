"""Exact before alias before related, each with its reason; nothing fuzzy is taken for an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.core import codes, vocabulary
from tocsin.core.vocabulary import (
    MAX_MATCHES,
    MAX_QUERY_CHARACTERS,
    SUBSTANCES,
    Nearness,
    folded,
    known_as,
    search,
    substance_named,
)

EXACT, ALIAS, RELATED = Nearness


def found(query: str, list_name: str | None = None) -> list[tuple[Nearness, str]]:
    return [(match.nearness, match.code) for match in search(query, list_name)]


@pytest.mark.parametrize(
    ("query", "nearness", "code"),
    [
        ("norfentanyl", EXACT, "norfentanyl"),
        ("fentanyl", EXACT, "fentanyl"),
        ("1609-66-1", EXACT, "norfentanyl"),
        ("Anhydride acétique", EXACT, "acetic-anhydride"),
        ("anhydride acetique", EXACT, "acetic-anhydride"),
        ("برمنغنات البوتاسيوم", EXACT, "potassium-permanganate"),
        ("PJMPHNIQZUBGLI-UHFFFAOYSA-N", EXACT, "fentanyl"),
        ("4-ANPP", ALIAS, "anpp"),
        ("P2P", EXACT, "p-2-p"),
        ("α-phenylacetoacetonitrile", ALIAS, "apaan"),
        ("PMK ethyl glycidate", ALIAS, "3-4-mdp-2-p-methyl-glycidic-acid"),
        ("3,4-MDP-2-P tert-butyl glycidate", ALIAS, "3-4-mdp-2-p-methyl-glycidic-acid"),
        ("41232-97-7", ALIAS, "p-2-p-methyl-glycidic-acid"),
        ("ephedrine HCl", ALIAS, "ephedrine"),
        ("Ephedrine sulphate", ALIAS, "ephedrine"),
        ("1443-54-5", ALIAS, "fentanyl"),
        ("PJMPHNIQZUBGLI-AAAAAAAAAA-N", RELATED, "fentanyl"),
    ],
)
def test_the_nearest_match_comes_first(query, nearness, code) -> None:
    assert (nearness, code) == found(query)[0]


def test_exact_comes_before_alias_before_related() -> None:
    order = [nearness for nearness, _ in found("PMK")]
    assert sorted(order) == order
    assert {ALIAS, RELATED} == set(order)


def test_a_salt_of_an_acid_of_table_ii_is_not_that_acid() -> None:
    assert ALIAS not in {nearness for nearness, _ in found("sulphuric acid salt")}
    assert substance_named("sulfuric acid sulfate") is None


def test_fentanyl_finds_no_solvent() -> None:
    groups = {codes.substances()[code].group for _, code in found("fentanyl", SUBSTANCES)}
    assert {"opioid", "table-1"} == groups


@pytest.mark.parametrize("query", ["nitazenes", "Nitazènes", "Nitacenos"])
def test_a_group_leads_to_itself_and_then_to_what_belongs_to_it(query) -> None:
    matches = found(query)
    members = {code for code, one in codes.substances().items() if one.chemistry == "nitazenes"}
    assert (EXACT, "nitazenes") == matches[0]
    assert {(RELATED, code) for code in members} == set(matches[1:])


@pytest.mark.parametrize(
    ("query", "nearness", "code"),
    [
        ("u47700", EXACT, "u-47700"),
        ("U-47,700", EXACT, "u-47700"),
        ("GHB", EXACT, "ghb"),
        ("GBL", EXACT, "gbl"),
        ("Captagon", ALIAS, "fenethylline"),
        ("fenethylline", EXACT, "fenethylline"),
        ("KETAMİN", RELATED, "ketamine"),  # a capital dotted I
        ("PJMPHNIQZUBGLI-UHFFFAOYSA-", RELATED, "fentanyl"),  # cut off: the skeleton alone
    ],
)
def test_names_that_people_have_missed_elsewhere_are_found(query, nearness, code) -> None:
    assert (nearness, code) == found(query, SUBSTANCES)[0]


def test_ghb_and_gbl_are_never_one() -> None:
    assert ("ghb", "gbl") == tuple(map(substance_named, ("gamma-hydroxybutyric acid", "γ-butyrolactone")))


def test_a_group_is_no_name_of_a_substance() -> None:
    assert substance_named("nitazenes") is None
    assert RELATED not in {nearness for nearness, _ in found("other", SUBSTANCES)}


def test_what_a_substance_is_known_as_leaves_its_salts_out() -> None:
    known = known_as("ephedrine")
    assert {"ephedrine", "efedrina", "299423"} <= known
    assert not known & {"ephedrinehydrochloride", "50986"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("Fentanilo", "fentanyl"),
        ("فنتانيل", "fentanyl"),
        ("kétamine", "ketamine"),
        ("Butanodiol-1,4", None),
        ("1,4-butanodiol", "1-4-butanediol"),
        ("acide iodhydrique", "hydriodic-acid"),
    ],
)
def test_substances_outside_the_tables_are_known_in_every_language_too(query, code) -> None:
    assert code == substance_named(query)


def test_every_salt_and_ester_of_a_list_leads_to_its_parent_by_name_and_number() -> None:
    forms = {
        text: code
        for code, one in codes.substances().items()
        for form in one.forms
        for text in filter(None, (*form.names, form.cas))
    }
    assert len(forms) > 20
    assert forms == {text: substance_named(text) for text in forms}


def test_no_search_for_a_substance_of_table_i_raises_a_solvent() -> None:
    solvents = {code for code, one in codes.substances().items() if one.group == "table-2"}
    raised = {
        (code, found_code)
        for code, one in codes.substances().items()
        if one.group == "table-1"
        for name in (code, *one.labels.values(), *one.names, *one.cas)
        for nearness, found_code in found(name, SUBSTANCES)
        if found_code in solvents and nearness is not RELATED
    }
    assert set() == raised


def test_every_match_says_why() -> None:
    assert {"the same name, code or number", "part of a name; look before you take it"} == {
        match.why for match in search("safrole") if match.code in {"safrole", "isosafrole"}
    }
    assert "ethyl ester: controlled as its parent is" == search("bmk ethyl glycidate")[0].why


def test_the_other_lists_are_searched_in_every_language() -> None:
    assert [(EXACT, "seizure")] == found("Saisie", "kinds")[:1]
    assert (EXACT, "GRM") in found("gram")
    assert [] == found("gram", SUBSTANCES)


@pytest.mark.parametrize("query", ["", " - ", "?", "x" * (MAX_QUERY_CHARACTERS + 1), "qqqqqq"])
def test_nothing_is_found_for_nothing(query) -> None:
    assert () == search(query)


def test_a_part_of_fewer_than_three_characters_is_no_relation() -> None:
    assert RELATED not in {nearness for nearness, _ in found("ap")}


@pytest.mark.parametrize(
    ("name", "code"),
    [("safrole", "safrole"), ("PMK ethyl glycidate", "3-4-mdp-2-p-methyl-glycidic-acid"), ("safr", None)],
)
def test_a_substance_is_named_exactly_or_by_an_alias_or_not_at_all(name, code) -> None:
    assert code == substance_named(name)


def test_a_name_that_two_substances_share_is_none(monkeypatch) -> None:
    both = [vocabulary._Entry(SUBSTANCES, code, frozenset({code}), {"shared": "a name"}) for code in "ab"]
    monkeypatch.setattr(vocabulary, "_entries", lambda: tuple(both))
    assert ["a", "b"] == [match.code for match in search("shared")]
    assert substance_named("shared") is None


def test_no_alias_belongs_to_two_substances() -> None:
    names = {
        name: code
        for code, one in codes.substances().items()
        for name in (code, *one.labels.values(), *one.names, *one.cas)
    }
    assert names == {name: substance_named(name) for name in names}


def test_folding_drops_case_accents_and_hyphens() -> None:
    assert "alphaethyle" == folded("Α-Éthyle")


@given(st.text(max_size=60))
def test_no_query_fails_or_finds_too_much(query) -> None:
    assert len(search(query)) <= MAX_MATCHES
