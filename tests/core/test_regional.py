"""What the list of a regional registrar may say beside the top list."""

import pytest

from tests.support.parties import NOW_S, Party
from tests.support.world import targets
from tocsin.core.directory import Directory, read_directory
from tocsin.core.regional import RegionalList

ROLE, OTHER = "region.north.00000000", "region.south.00000000"
EUROPE = "western-and-central-europe"
FRANCE = Party("France", regions=(EUROPE,), country="FR")
SPAIN = Party("Spain", regions=(EUROPE,), country="ES")
CHILE = Party("Chile", country="CL")
TOP = Party("Peru", country="PE")


def regional(*parties: Party, name: str = ROLE, regions: tuple[str, ...] = (EUROPE,)) -> RegionalList:
    return RegionalList(name, frozenset(regions), dict(one.target() for one in parties))


def read(*lists: RegionalList, top: tuple[Party, ...] = (TOP,)) -> Directory:
    return read_directory(1, NOW_S, targets(*top), regional=lists)


def test_who_stands_in_a_regional_list_takes_part_beside_the_top_list() -> None:
    found = read(regional(FRANCE))
    assert {FRANCE.id, TOP.id} <= set(found.participants)
    assert {FRANCE.id: ROLE} == found.list_of


def test_an_audience_rule_takes_in_whom_a_region_admitted() -> None:
    found = read(regional(FRANCE))
    audience = found.audience_named("focal-points")
    assert audience is not None
    assert FRANCE.id in found.members(audience.id, TOP.id, NOW_S)


@pytest.mark.parametrize(
    ("party", "why"),
    [
        (CHILE, "region south-america is outside the registrar's"),
        (Party("Both", regions=(EUROPE, "south-america"), country="FR"), "region south-america is outside"),
        (Party("Abroad", regions=(EUROPE,), country="CL"), "country CL is outside"),
        (Party("Nowhere", regions=(EUROPE,), country="QQ"), "country QQ is outside"),
        (Party("Homeless", regions=(), country="FR"), "has a region"),
        (Party("Seat", regions=(EUROPE,), country="FR", roles=("secretariat",)), "top list's alone"),
        (Party("Elsewhere", regions=("atlantis",), country="FR"), "no region 'atlantis'"),
    ],
)
def test_h39_an_entry_of_a_region_outside_the_registrars_refuses_itself_alone(
    party: Party, why: str
) -> None:
    found = read(regional(FRANCE, party))
    assert why in found.refused[f"{ROLE}/{party.target()[0]}"]
    assert (True, False) == (FRANCE.id in found.participants, party.id in found.participants)


@pytest.mark.parametrize("name", ["streams", "audiences/focal-points", "schemas/00.avsc", "participants"])
def test_a_regional_list_brings_nothing_but_participants(name: str) -> None:
    one = RegionalList(ROLE, frozenset({EUROPE}), {name: b"{}"})
    assert "participants only" in read(one).refused[f"{ROLE}/{name}"]
    assert read().layout == read(one).layout


def test_an_entry_under_another_name_refuses_itself() -> None:
    one = RegionalList(ROLE, frozenset({EUROPE}), {SPAIN.target()[0]: FRANCE.target()[1]})
    assert "belongs to" in read(one).refused[f"{ROLE}/{SPAIN.target()[0]}"]


def test_the_top_list_wins_an_id_that_a_region_claims_too() -> None:
    thief = Party("Thief", regions=(EUROPE,), country="FR", changes={"id": TOP.id.hex()})
    claimed = RegionalList(ROLE, frozenset({EUROPE}), {TOP.target()[0]: thief.target()[1]})
    found = read(claimed)
    assert "top list has this participant" in found.refused[f"{ROLE}/{TOP.target()[0]}"]
    assert TOP.name == found.participants[TOP.id].name


def test_a_bad_entry_of_the_top_list_gives_its_id_to_no_region() -> None:
    bad = targets(TOP) | {FRANCE.target()[0]: b"{}"}
    assert FRANCE.id not in read_directory(1, NOW_S, bad, regional=[regional(FRANCE)]).participants


def test_the_top_list_wins_a_key_that_a_region_claims_too() -> None:
    thief = Party("Thief", regions=(EUROPE,), country="FR", changes={"keys": TOP.entry()["keys"]})
    found = read(regional(thief))
    assert "one of its keys" in found.refused[f"{ROLE}/{thief.target()[0]}"]
    assert all(key.id in found.keys for key in TOP.keys)


def test_of_an_id_that_two_regions_claim_neither_entry_counts() -> None:
    found = read(regional(FRANCE), regional(FRANCE, SPAIN, name=OTHER))
    assert (False, True) == (FRANCE.id in found.participants, SPAIN.id in found.participants)
    assert "two regional lists" in found.refused[f"{ROLE}/{FRANCE.target()[0]}"]


def test_what_was_not_read_of_a_list_is_named() -> None:
    one = RegionalList(ROLE, frozenset({EUROPE}), {}, {"": "it expired", "participants/x": "too long"})
    assert {ROLE: "it expired", f"{ROLE}/participants/x": "too long"} == dict(read(one).refused)
