"""A focal point's alert: one person writes it, another one releases it, and a courier sees it."""

import json
from base64 import b64decode
from hashlib import sha256

import pytest

from tests.support.photographs import CANARY, photograph
from tests.support.stage import AUTHORITY, COLOMBIA, COURIER, NETHERLANDS

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
ANA, BEN = "ana", "ben"
PICTURE = "picture:images[0]:0"
TEXT = {
    "kind": "suspicious-shipment",
    "sectors": ["courier"],
    "title": "Powder declared as tile glue",
    "advice": "Hold it and call 2247 8000 before delivery.",
    "language": "en",
    "origins": ["IN"],
    "destinations": ["CO"],
    "selectors": [
        {
            "tests": [
                {"field": "origin_country", "operator": "equals", "values": ["IN"]},
                {"field": "declared_text", "operator": "phrase", "values": ["tile glue"]},
            ]
        }
    ],
    "action": "hold-and-ask",
    "exercise": True,
}


def private(stage, name, text):
    file = stage.folder / name
    file.touch(mode=0o600)
    file.write_text(text + "\n")
    return file


@pytest.fixture(scope="module")
def unit(stage):
    """Two people of Colombia with keys of their own that the authority took up; two must sign."""
    words = ("--sector", "courier", "--schema", "alert", "--approvals", 2, "--safety-approvals", 1)
    stage.tocsin(AUTHORITY, "authority", "audience", "set", "couriers", *words)
    stage.tocsin(AUTHORITY, "authority", "publish")
    stage.tocsin(COLOMBIA, "send")
    roles = {ANA: ("administrator", "officer", "release-officer"), BEN: ("release-officer",)}
    for handle, of in roles.items():
        file = private(stage, f"{handle}.words", f"the very own words of {handle}")
        wanted = [word for role in of for word in ("--role", role)]
        by = () if handle == ANA else ("--as", ANA, "--person-passphrase-file", stage.folder / "ana.words")
        change = stage.folder / f"{handle}.change"
        more = (*by, "--new-passphrase-file", file, "--out", change)
        stage.tocsin(COLOMBIA, "people", "add", handle, "--name", handle.title(), *wanted, *more)
    # The newest change holds whatever the directory does not have yet.
    stage.tocsin(AUTHORITY, "authority", "participant", "change-keys", change)
    stage.tocsin(AUTHORITY, "authority", "publish")
    stage.tocsin(COLOMBIA, "send")
    return stage


def alert(stage, handle, *words, expect=0):
    """`tocsin alert …` by a person, with that person's passphrase."""
    file = stage.folder / f"{handle}.words"
    return stage.tocsin(
        COLOMBIA, "alert", *words, "--as", handle, "--person-passphrase-file", file, expect=expect
    )


def test_the_people_of_a_unit_have_release_keys_that_are_in_force(unit):
    shown = {one["handle"]: one for one in unit.tocsin(COLOMBIA, "people", "list").lines()}
    assert {ANA: "in force", BEN: "in force"} == {one: shown[one]["release_key"] for one in shown}


def test_the_home_alone_releases_nothing_any_more(unit):
    file = unit.write("alone.json", TEXT | {"alert_id": "1" * 32, "version": 1, "status": "active"})
    said = unit.tocsin(COLOMBIA, "publish", file, "--kind", "alert", "--approve", expect=3)
    assert "people release here" in said.err


@pytest.fixture(scope="module")
def proposed(unit):
    file, photo = unit.write("tile-glue.json", TEXT), unit.folder / "box.jpg"
    photo.write_bytes(photograph() + CANARY)
    said = alert(unit, ANA, "new", file, "--audience", "couriers", "--image", f"{photo}=White carton")
    assert "box.jpg: made anew; location removed" in said.err
    (row,) = said.lines()
    return row


def test_the_author_signs_first_and_may_not_release(unit, proposed):
    assert [ANA] == proposed["approved_by"]
    said = alert(unit, ANA, "approve", proposed["name"], "--reason", "it is urgent", expect=4)
    assert "the author may not release" in said.err


def test_another_person_sees_it_as_the_courier_will(unit, proposed):
    said = alert(unit, BEN, "preview", proposed["name"], "--sector", "courier")
    assert "DO NOT TELL THE CUSTOMER" in said.out
    assert "origin country equals IN and declared text phrase tile glue" in said.out
    page = unit.tocsin(
        COLOMBIA, "alert", "preview", proposed["name"], "--sector", "courier", "--format", "html"
    )
    assert page.out.startswith("<!doctype html>")
    assert 'alt="White carton"' in page.out


def test_a_telephone_number_is_found_with_its_place_and_stops_the_approval(unit, proposed):
    picture, found = unit.tocsin(COLOMBIA, "alert", "lint", proposed["name"], expect=3).lines()
    assert PICTURE == picture["key"]
    assert ("advice", "18-26", "2247 8000") == (found["place"], found["characters"], found["excerpt"])
    said = alert(unit, BEN, "approve", proposed["name"], "--reason", "seen", expect=3)
    assert "2 doubts not acknowledged" in said.err


def test_edited_it_loses_its_signatures_and_another_person_releases_it(unit, proposed):
    file = unit.write("edited.json", TEXT | {"advice": "Hold it and ask your national authority."})
    (row,) = alert(unit, ANA, "edit", proposed["name"], file).lines()
    assert [ANA] == row["approved_by"]
    words = ("--reason", "checked", "--despite", PICTURE)
    (receipt,) = alert(unit, BEN, "approve", proposed["name"], *words).lines()
    assert "published" == receipt["state"]
    (read,) = unit.read(COURIER, "alerts")
    assert TEXT["title"] == read["report"]["title"]
    assert "active" == read["report"]["status"]
    (image,) = read["report"]["images"]
    content = b64decode(image["content"])
    assert ("White carton", image["sha256"]) == (image["caption"], sha256(content).hexdigest())
    assert not [one for one in (CANARY, b"Exif", b"Camera of the tests") if one in content]
    assert [] == unit.read(NETHERLANDS, "ion,pics")


def test_cleared_it_reaches_who_had_it_also_where_that_firm_left_the_audience(unit, proposed):
    words = ("--sector", "courier", "--schema", "alert", "--approvals", 2)
    unit.tocsin(
        AUTHORITY, "authority", "audience", "set", "couriers", *words, "--exclude", unit.ids[COURIER]
    )
    unit.tocsin(AUTHORITY, "authority", "publish")
    unit.tocsin(COLOMBIA, "send")
    said = alert(
        unit, ANA, "clear", proposed["name"], "--reason", "found harmless", "--text", "It is glue."
    )
    (row,) = said.lines()
    assert ["couriers", f"to.{unit.ids[COURIER]}"] == row["audiences"]
    alert(unit, ANA, "approve", row["name"], "--reason", "mine", expect=4)
    alert(unit, BEN, "approve", row["name"], "--reason", "agreed", expect=5)
    read = unit.read(COURIER, "alerts")
    assert "cleared" in {one["report"]["status"] for one in read}


def test_the_log_says_who_did_what_and_nothing_of_the_alert(unit, proposed):
    unit.tocsin(COLOMBIA, "audit", "verify")
    lines = unit.tocsin(COLOMBIA, "audit", "show").lines()
    of = [(one["who"], one["did"]) for one in lines if one["what"] == proposed["name"]]
    wanted = [
        (ANA, "proposed"),
        (BEN, "previewed"),
        ("home", "previewed"),
        (ANA, "edited"),
        (BEN, "approved"),
        ("tocsin", "entered the outbox"),
    ]
    assert wanted == of
    assert "glue" not in json.dumps(lines)


def test_a_log_that_was_cut_is_noticed_and_stops_every_deed(unit):
    log = unit.home(COLOMBIA) / "desk" / "audit.jsonl"
    whole = log.read_bytes()
    log.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    try:
        assert "the last 1 lines are missing" in unit.tocsin(COLOMBIA, "audit", "verify", expect=3).err
        file = unit.write("later.json", TEXT)
        assert "cut off or changed" in alert(unit, ANA, "new", file, "--audience", "couriers", expect=3).err
    finally:
        log.write_bytes(whole)
    unit.tocsin(COLOMBIA, "audit", "verify")
