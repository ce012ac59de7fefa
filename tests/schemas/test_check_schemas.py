"""`make check` refuses a contract that readers of older versions could not read, and says where.

Java runs in a process of its own: a process has one Java virtual machine, once.
"""

import json
import os
import shutil
import subprocess
import sys

import pytest

from scripts import check_codes
from scripts.check_schemas import CONTRACT
from tests.support.source import ROOT
from tocsin.runtime.exits import Exit


def check(folder):
    """The check of `folder` in an environment whose PATH has no Java."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.check_schemas", str(folder)],
        cwd=ROOT,
        env=os.environ | {"PATH": "/nonexistent", "JAVA_HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == Exit.UNREACHABLE:
        pytest.skip(done.stderr.strip())
    return done


@pytest.fixture
def contract(tmp_path):
    """A copy of the contract to spoil."""
    folder = tmp_path / "schemas"
    shutil.copytree(CONTRACT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def change(path, edit):
    """Let `edit` change the JSON in `path`."""
    data = json.loads(path.read_bytes())
    edit(data)
    path.write_text(json.dumps(data), encoding="utf-8")


def test_the_contract_is_whole_and_the_check_says_what_it_checked():
    done = check(CONTRACT)
    assert (0, "") == (done.returncode, done.stderr)
    assert "reports/incident_report.avsc: reads and is read by 1.0, 1.1\n" in done.stdout


def test_a_new_optional_field_passes(contract):
    new = {"name": "weather", "type": ["null", "string"], "default": None}
    change(contract / "reports" / "alert.avsc", lambda schema: schema["fields"].append(new))
    done = check(contract)
    assert (0, "") == (done.returncode, done.stderr)
    assert "reports/alert.avsc: reads and is read by 1.0, 1.1, 1.2 (changed since)\n" in done.stdout


def with_another_type(schema):
    schema["fields"][2]["type"] = ["null", "int"]


def with_an_obligatory_field(schema):
    schema["fields"].append({"name": "weather", "type": "string"})


def with_another_name(schema):
    schema["name"] = "Warning"


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (with_another_type, "older readers cannot read: MISSING_UNION_BRANCH at status"),
        (with_an_obligatory_field, "cannot read older reports: READER_FIELD_MISSING_DEFAULT_VALUE"),
        (with_another_name, "NAME_MISMATCH"),
    ],
    ids=["another type", "an obligatory field", "another name"],
)
def test_an_incompatible_change_is_refused(contract, edit, fault):
    change(contract / "reports" / "alert.avsc", edit)
    done = check(contract)
    assert (1, "schemas: 1 faults\n") == (done.returncode, done.stdout)
    assert done.stderr.startswith("reports/alert.avsc: breaks with a released version: ")
    assert fault in done.stderr


def test_a_removed_field_that_older_readers_need_is_refused(contract):
    """Every version counts, not the last alone: 1.0 demands what 1.1 no longer has."""
    released = contract / "released" / "reports" / "alert"
    change(released / "1.0.avsc", lambda schema: schema["fields"].append({"name": "old", "type": "int"}))
    shutil.copy(contract / "reports" / "alert.avsc", released / "1.1.avsc")
    done = check(contract)
    assert 1 == done.returncode
    assert "older readers cannot read: READER_FIELD_MISSING_DEFAULT_VALUE at old" in done.stderr


def test_a_report_schema_is_neither_unreleased_nor_gone_unnoticed(contract):
    (contract / "reports" / "alert.avsc").rename(contract / "reports" / "notice.avsc")
    done = check(contract)
    assert 1 == done.returncode
    assert "reports/alert.avsc: was released and is gone\n" in done.stderr
    assert "reports/notice.avsc: no released version" in done.stderr


def test_a_schema_that_the_lint_refuses_is_named_with_its_place(contract):
    new = {"name": "tags", "type": {"type": "map", "values": "string"}}
    change(contract / "wire" / "inner.avsc", lambda schema: schema["fields"].append(new))
    done = check(contract)
    assert 1 == done.returncode
    assert done.stderr.startswith("wire/inner.avsc: schema.tags: maps are not allowed")


def test_the_codes_are_whole():
    assert [] == list(check_codes.faults(CONTRACT))


def swapped(data):
    rows = data["regions"]
    rows[0], rows[1] = rows[1], rows[0]


def appended(data):
    words = dict.fromkeys(check_codes.LANGUAGES, "Moon")
    data["regions"].append({"code": "moon", "label": words})


def without_arabic(data):
    del data["regions"][3]["label"]["ar"]


def twice(data):
    data["regions"].append(data["regions"][0])


@pytest.mark.parametrize(
    ("edit", "faults"),
    [
        (appended, []),
        (swapped, ["no longer stand first and in their order"]),
        (lambda data: data["regions"].pop(16), ["AQ is in", "XZ is in", "ZZ is in", "in their order"]),
        (without_arabic, ["west-and-central-africa has no label in ar"]),
        (twice, ["east-africa stands twice"]),
        (lambda data: data.pop("version"), ["regions.json: no version"]),
    ],
    ids=["append", "swap", "remove", "no label", "twice", "no version"],
)
def test_regions_only_grow_and_have_every_label(contract, edit, faults):
    change(contract / "codes" / "regions.json", edit)
    found = sorted(check_codes.faults(contract))
    assert len(faults) == len(found)
    assert all(any(fault in one for one in found) for fault in faults)


def elsewhere(data):
    data["countries"]["FR"]["region"] = "gaul"


def ambiguous(data):
    data["aliases"]["Gaul"] = ["FR", "QQ"]


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (lambda data: data["countries"].pop("FR"), "FR has no region"),
        (lambda data: data["countries"].update(QQ={"region": "oceania"}), "QQ is no code of ISO 3166-1"),
        (elsewhere, "FR is in gaul, which is no region"),
        (ambiguous, "the alias Gaul means no country"),
    ],
    ids=["missing", "no such code", "no such region", "alias"],
)
def test_every_country_of_iso_has_one_region(contract, edit, fault):
    change(contract / "codes" / "countries.json", edit)
    assert [f"codes/countries.json: {fault}"] == list(check_codes.faults(contract))


def test_a_country_that_stands_twice_is_seen(contract):
    path = contract / "codes" / "countries.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"countries": {', '"countries": {"FR": {"region": "oceania"},', 1))
    (fault,) = check_codes.faults(contract)
    assert "a key stands twice" in fault


@pytest.mark.parametrize(
    ("file", "edit", "fault"),
    [
        ("kinds", lambda data: data["kinds"][0].update(family="war"), "of the family war"),
        ("units", lambda data: data["units"][0].update(factor="0"), "KGM has no dimension or no size"),
        ("units", lambda data: data["units"][0].update(factor="much"), "cannot be read whole"),
    ],
    ids=["family", "size", "no number"],
)
def test_kinds_have_a_family_and_units_a_size(contract, file, edit, fault):
    change(contract / "codes" / f"{file}.json", edit)
    assert fault in next(check_codes.faults(contract))


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (lambda data: data["rows"][0]["weights"].update(order=21), "the weights of order sum to 101"),
        (lambda data: data["rows"][1]["hint"].update(es=" "), "quantity has no hint in es"),
    ],
    ids=["sum", "hint"],
)
def test_the_weights_of_the_score_sum_to_a_hundred_and_every_row_has_its_hints(contract, edit, fault):
    change(contract / "codes" / "completeness.json", edit)
    assert fault in next(check_codes.faults(contract))


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (lambda row: row.update(cas=["1609-66-5"]), "4-ap: 1609-66-5 is no CAS number"),
        (lambda row: row.update(cas=["108-24-7"]), "108-24-7 stands twice"),
        (lambda row: row.update(group="secret"), "4-ap has no known group"),
        (lambda row: row["label"].pop("ar"), "4-ap of the Tables lacks a label"),
        (lambda row: row.update(effect="sleep"), "4-ap has no effect of nps_groups.json"),
    ],
    ids=["check digit", "twice", "group", "label", "effect"],
)
def test_a_substance_has_sound_numbers_of_its_own(contract, edit, fault):
    change(contract / "codes" / "substances.json", lambda data: edit(data["substances"][2]))
    assert fault in next(check_codes.faults(contract))
