"""Doubts name the place and change nothing."""

from copy import deepcopy

import pytest

from tests.support.reports import NOW_S, smallest_alert, smallest_report
from tocsin.core import codes
from tocsin.core.report import check_alert, check_incident
from tocsin.core.report_doubts import doubts

AIRPORTS = {"BOG": "CO", "LEJ": "DE"}


def places(**changes) -> list[str]:
    report = check_incident(smallest_report(**changes), now_s=NOW_S)
    before = deepcopy(report.body)
    found = [place for place, _ in doubts(report, AIRPORTS.get)]
    assert before == report.body
    return found


def test_the_smallest_report_is_not_doubted() -> None:
    assert [] == places()


def test_an_identifier_is_doubted_at_its_place() -> None:
    identifiers = [{"type": "awb", "value": "020-81140743"}, {"type": "s10", "value": "RA473124828CH"}]
    assert ["transport.identifiers[1].value"] == places(transport={"identifiers": identifiers})


def test_an_identifier_without_a_type_gets_the_one_that_fits() -> None:
    report = smallest_report(transport={"identifiers": [{"value": "CSQU3054383"}, {"value": "?"}]})
    found = doubts(check_incident(report, now_s=NOW_S), AIRPORTS.get)
    assert (("transport.identifiers[0].type", "is missing: it looks like container"),) == found


def test_a_cas_number_whose_check_digit_fails_is_doubted() -> None:
    good, bad = ({"name_as_declared": "norfentanyl", "cas": cas} for cas in ("1609-66-1", "1609-66-5"))
    assert ["substances[1].cas"] == places(substances=[good, bad])


def test_a_cas_number_of_another_substance_than_the_name_is_doubted() -> None:
    mixed = {"name_as_declared": "safrole", "cas": "120-58-1"}
    salt = {"name_as_declared": "fentanyl", "cas": "1443-54-5"}
    unknown = {"name_as_declared": "brown liquid", "cas": "120-58-1"}
    assert ["substances[0].cas"] == places(substances=[mixed, salt, unknown])


def test_an_hs_code_that_is_not_the_substance_s_is_doubted_in_the_edition_that_we_know() -> None:
    right = {"name_as_declared": "NPP", "hs": "29333700", "hs_edition": 2022}
    short = {"name_as_declared": "NPP", "hs": "2933", "hs_edition": 2022}
    older = {"name_as_declared": "NPP", "hs": "293339", "hs_edition": 2017}
    wrong = {"name_as_declared": "NPP", "hs": "293339", "hs_edition": 2022}
    assert ["substances[3].hs"] == places(substances=[right, short, older, wrong])


def test_an_hs_code_without_its_edition_is_doubted() -> None:
    with_edition = {"name_as_declared": "NPP", "hs": "293337", "hs_edition": 2022}
    without = {"name_as_declared": "NPP", "hs": "293337"}
    found = places(substances=[with_edition, without], declared={"text": "paint", "hs": "3208"})
    assert ["substances[1].hs_edition", "declared.hs_edition"] == found


def test_a_place_code_of_no_country_is_doubted() -> None:
    place = {"country": "DE", "unlocode": "QQBRV"}
    route = [{"country": "DE", "unlocode": "DEBRV"}, {"country": "ZZ", "unlocode": "QQABC"}]
    assert ["place.unlocode", "route[1].unlocode"] == places(place=place, route=route)


def test_an_airport_is_doubted_that_is_none_or_lies_in_another_country() -> None:
    route = [
        {"country": "DE", "iata": "BOG"},
        {"country": "ZZ", "iata": "BOG"},
        {"country": "DE", "iata": "QQQ"},
    ]
    assert ["route[0].iata", "route[2].iata"] == places(place={"country": "DE", "iata": "LEJ"}, route=route)


def test_a_cas_number_on_a_label_is_doubted_like_any_other() -> None:
    assert ["declared.label_cas"] == places(declared={"label_cas": "1609-66-5"})
    assert [] == places(declared={"label_cas": "1609-66-1"})


def test_a_firm_s_number_and_an_account_are_doubted_at_their_place() -> None:
    parties = [{"lei": "213800KUD8LAJWSQ9D15"}, {"lei": "213800KUD8LAJWSQ9D16"}]
    payments = [{"account": "anything"}, {"account_type": "iban", "account": "GB82WEST12345698765433"}]
    assert ["parties[1].lei", "payments[1].account"] == places(parties=parties, payments=payments)


def test_an_alert_has_nothing_that_could_be_doubted() -> None:
    assert () == doubts(check_alert(smallest_alert(), now_s=NOW_S), AIRPORTS.get)


SOLVENTS = [one for one in codes.substances().values() if one.group == "table-2"]


@pytest.mark.parametrize("solvent", SOLVENTS, ids=lambda one: one.code)
def test_a_bare_solvent_of_table_ii_raises_nothing(solvent) -> None:
    names = [*solvent.labels.values(), *solvent.names]
    goods = {"cas": solvent.cas[0], "hs": solvent.hs, "hs_edition": 2022}
    assert [] == places(substances=[{"name_as_declared": name, **goods} for name in names])


@pytest.mark.parametrize(
    ("name", "cas"),
    [
        ("ephedrine", "50-98-6"),
        ("ephedrine sulfate", "299-42-3"),
        ("PMK ethyl glycidate", "2167189-50-4"),
        ("PMK glycidic acid", "28578-16-7"),
        ("BMK methyl glycidate", "41232-97-7"),
        ("Fentanilo", "990-73-8"),
    ],
)
def test_a_salt_or_ester_fits_the_number_of_its_parent_and_of_its_sisters(name, cas) -> None:
    assert [] == places(substances=[{"name_as_declared": name, "cas": cas}])


def test_an_ester_of_one_family_does_not_fit_the_other() -> None:
    mixed = {"name_as_declared": "PMK ethyl glycidate", "cas": "41232-97-7"}
    assert ["substances[0].cas"] == places(substances=[mixed])


def test_an_inchikey_of_another_substance_than_the_name_is_doubted() -> None:
    mixed = {"name_as_declared": "safrole", "inchikey": "PJMPHNIQZUBGLI-UHFFFAOYSA-N"}
    salt = {"name_as_declared": "fentanyl citrate", "inchikey": "PJMPHNIQZUBGLI-UHFFFAOYSA-N"}
    assert ["substances[0].inchikey"] == places(substances=[mixed, salt])


def test_a_note_in_russian_is_no_doubtful_number() -> None:
    identifiers = [{"type": "s10", "value": "RВ473124829CH"}]
    note = {"government": "Посылка RВ473124829CH из Москвы", "language": "ru"}
    assert ["transport.identifiers[0].value"] == places(
        transport={"identifiers": identifiers}, narrative=note
    )
