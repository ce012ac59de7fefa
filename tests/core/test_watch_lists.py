"""Own watch-lists: met by name, synonym and number; through salts and other names; never by resemblance."""

import pytest

from tests.support.reports import NOW_S, smallest_alert, smallest_report
from tocsin.core.report import check_alert, check_incident
from tocsin.core.vocabulary import Nearness
from tocsin.core.watch_lists import NO_LISTS, Entry, WatchLists

EXACT, ALIAS, _ = Nearness
QUARK = Entry("National list", "Quarkozine", ("64-17-5",), ("QK-7", "Quark base"), "seen in the north")
EPHEDRINE = Entry("National list", "Ephedrine")
BMK = Entry("Other list", "BMK")
LISTS = WatchLists([QUARK, EPHEDRINE, BMK])


def doubts(*substances, lists=LISTS):
    report = check_incident(smallest_report(substances=list(substances)), now_s=NOW_S)
    return lists.doubts(report)


def named(name, **more):
    return {"name_as_declared": name, **more}


@pytest.mark.parametrize(
    ("text", "nearness"),
    [
        ("quarkozine", EXACT),
        ("QUARKO-ZINE", EXACT),
        ("64-17-5", EXACT),
        ("qk7", ALIAS),
        ("quark base", ALIAS),
    ],
)
def test_an_entry_is_met_by_its_name_a_number_and_a_synonym(text, nearness):
    assert [(QUARK, nearness)] == [(hit.entry, hit.nearness) for hit in LISTS.hits(text)]


@pytest.mark.parametrize("text", ["", "-", "quark", "quarkozin", "quarkozine base", "64-17-6", "x" * 500])
def test_what_merely_resembles_meets_nothing(text):
    assert () == LISTS.hits(text)


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("ephedrine HCl", EPHEDRINE),
        ("Ephedrine sulphate", EPHEDRINE),
        ("50-98-6", EPHEDRINE),
        ("Efedrina", EPHEDRINE),
        ("299-42-3", EPHEDRINE),
        ("phenylacetone", BMK),
        ("QCCDLTOVEPVEJK-UHFFFAOYSA-N", BMK),
    ],
)
def test_another_name_and_a_salt_of_the_same_substance_lead_to_the_entry(text, entry):
    assert [(entry, ALIAS)] == [(hit.entry, hit.nearness) for hit in LISTS.hits(text)]


def test_an_entry_for_a_salt_does_not_stand_for_its_parent():
    assert () == WatchLists([Entry("x", "ephedrine hydrochloride")]).hits("ephedrine")


def test_one_text_may_meet_entries_of_several_lists():
    lists = WatchLists([QUARK, Entry("Other list", "Other name", synonyms=("quarkozine",))])
    assert [EXACT, ALIAS] == [hit.nearness for hit in lists.hits("quarkozine")]


def test_a_substance_on_a_list_is_doubted_once_for_each_list():
    found = doubts(named("unidentified"), named("QK-7", identified_as="quarkozine", cas="64-17-5"))
    assert (("substances[1].name_as_declared", 'is on your list "National list"'),) == found


@pytest.mark.parametrize(
    "field", [{"identified_as": "BMK"}, {"cas": "103-79-7"}, {"inchikey": "QCCDLTOVEPVEJK-UHFFFAOYSA-N"}]
)
def test_each_field_that_names_a_substance_is_looked_at(field):
    (name,) = field
    assert [f"substances[0].{name}"] == [place for place, _ in doubts(named("powder", **field))]


def test_a_report_without_listed_substances_is_not_doubted():
    assert () == doubts(named("acetone"), named("a quark"))


def test_an_alert_is_not_looked_at():
    assert () == LISTS.doubts(check_alert(smallest_alert(), now_s=NOW_S))


def test_without_lists_nothing_is_found():
    assert ((), ()) == (NO_LISTS.hits("quarkozine"), doubts(named("quarkozine"), lists=NO_LISTS))


def test_a_doubt_need_not_say_on_which_list():
    found = doubts(named("quarkozine"), lists=LISTS.unnamed())
    assert (("substances[0].name_as_declared", "is on a watch-list of yours"),) == found


def test_repr_shows_nothing_of_a_list():
    (hit,) = LISTS.hits("quarkozine")
    shown = f"{LISTS!r} {QUARK!r} {hit!r}".lower()
    assert not any(word in shown for word in ("quark", "64-17-5", "qk", "national", "north"))
