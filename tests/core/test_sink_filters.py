"""Which alerts and reports a sink is meant to get."""

from pathlib import Path

import pytest

from tests.support.incidents import SEIZURE
from tocsin.core.errors import SettingsError
from tocsin.core.report_values import values
from tocsin.core.sink_filters import ACTIONS, FIELDS, MAX_TERMS, parse_filters

ALERT = {
    "kind": "seizure",
    "action": "hold-and-ask",
    "substances": [{"code": "metonitazene", "hs": "293399"}, {"code": "acetic anhydride", "hs": "291524"}],
    "origins": ["CN", "HK"],
    "transits": ["AE"],
    "destinations": ["NL"],
}


def passes(*texts, body=ALERT, **changes):
    return parse_filters(texts).passes({**body, **changes})


def test_without_filters_everything_passes():
    assert passes()


@pytest.mark.parametrize(
    "text",
    [
        *("kind=seizure", "kind=theft-or-loss,seizure", "kind = seizure", "kind!=theft-or-loss"),
        *("action=hold-and-ask", "action>=look-up", "action>=hold-and-ask", "action!=refuse"),
        *("origin=hk", "transit=AE", "destination=BE,NL", "country=AE", "departure=CN"),
        *("hs=29", "hs=2933", "hs=2933.99", "hs=29339999", "hs!=30"),
        *("substance=acetic anhydride", "substance=Acetic-Anhydride", "substance=*nitazene"),
        *("substance=meto*", "substance=*nitaz*", "family=table-1", "substance!=*fentanyl"),
    ],
)
def test_what_matches_passes(text):
    assert passes(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "kind=theft-or-loss",
            "kind!=seizure",
            "action>=refuse",
            "action=observe",
            "action!=hold-and-ask",
        ),
        *("origin=NL", "transit=NL", "destination!=NL", "country=CO", "hs=30", "hs!=2933"),
        *("substance=*fentanyl", "substance=nitazene*", "substance=*ergot*", "substance=ephedrine"),
    ],
)
def test_what_does_not_match_is_held_back(text):
    assert not passes(text)


def test_all_filters_must_hold():
    assert passes("kind=seizure", "hs=2933")
    assert not passes("kind=seizure", "hs=30")


@pytest.mark.parametrize("field", ["origins", "destinations", "substances"])
def test_what_an_alert_leaves_open_is_not_held_back(field):
    assert passes("origin=CN", "destination=NL", "substance=*nitazene", **{field: None})


def test_a_substance_that_no_list_knows_may_be_of_any_family_and_code():
    unknown = [{"code": "novel benzimidazole"}]
    assert passes("family=table-2", "hs=30", substances=unknown)
    assert not passes("family=table-2", substances=[{"code": "acetic anhydride"}])


def test_an_action_that_is_not_known_here_is_taken_for_grave():
    assert passes("action>=report", action="arrest-the-parcel")


def test_incident_reports_are_filtered_by_the_same_fields():
    assert passes("origin=NL", "transit=AT", "destination=CO", "country=CO", body=SEIZURE)
    assert passes("substance=*nitazene", body=SEIZURE)
    assert not passes("origin=CO", body=SEIZURE)


def test_the_order_of_actions_names_them_all():
    assert values("alert_actions") == set(ACTIONS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour=red", "no such field; there are kind"),
        ("kind", "write FIELD=VALUE"),
        ("kind=", "one value"),
        ("kind=seizure,,theft-or-loss", "one value"),
        ("kind=murder", "is none of"),
        ("kind>=seizure", "only action has an order"),
        ("action>=refuse,report", "one value"),
        ("origin=Netherlands", "no country code"),
        ("hs=2", "no HS prefix"),
        ("hs=chemicals", "no HS prefix"),
        ("substance=unobtainium", "codes search"),
        ("substance=*", "beginning or the end"),
        ("substance=a*b", "beginning or the end"),
        ("family=nitazene", "is none of"),
        ("hs=" + ",".join(["29"] * 101), "up to 100"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused_with_what_to_write(text, said):
    with pytest.raises(SettingsError, match=said):
        parse_filters([text])


def test_all_faults_are_said_at_once():
    with pytest.raises(SettingsError, match=r"colour.*murder"):
        parse_filters(["colour=red", "kind=murder"])


def test_there_are_at_most_twenty_filters():
    with pytest.raises(SettingsError, match="at most 20"):
        parse_filters(["kind=seizure"] * (MAX_TERMS + 1))


def test_every_field_is_described_in_the_documents():
    page = (Path(__file__).parents[2] / "docs" / "receiving.md").read_text()
    assert [] == [field for field in FIELDS if f"`{field}`" not in page]
