"""`tocsin codes`: a name leads to its code, with the reason."""

import json

from services.producer.commands_codes import CodeList
from tocsin.core import codes
from tocsin.core.vocabulary import LISTS, SUBSTANCES
from tocsin.main import main


def rows(capsys, *arguments):
    code = main(["codes", *arguments, "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_an_ester_leads_to_its_family_with_the_reason(capsys):
    code, found = rows(capsys, "search", "pmk ethyl glycidate")
    assert (0, "3-4-mdp-2-p-methyl-glycidic-acid", "alias") == (
        code,
        found[0]["code"],
        found[0]["nearness"],
    )
    assert ["2167189-50-4"] == found[0]["cas"]


def test_labels_are_in_the_language_asked_for_or_international(capsys):
    _, table_one = rows(capsys, "search", "acetone", "--lang", "fr")
    _, opioid = rows(capsys, "search", "isotonitazene", "--lang", "fr")
    _, named_once = rows(capsys, "search", "u-47700", "--lang", "fr")
    assert ("Acétone", "Isotonitazène", "U-47700") == (
        table_one[0]["label"],
        opioid[0]["label"],
        named_once[0]["label"],
    )


def test_one_list_alone_can_be_searched(capsys):
    _, found = rows(capsys, "search", "seizure", "--list", "kinds")
    assert {"kinds"} == {one["list"] for one in found}


def test_what_fits_nothing_ends_with_3(capsys):
    assert (3, []) == rows(capsys, "search", "qqqqqq")


def test_a_list_is_printed_whole(capsys):
    _, found = rows(capsys, "list", "substances")
    assert list(codes.substances()) == [one["code"] for one in found]
    _, kinds = rows(capsys, "list", "kinds", "--lang", "es")
    assert {"code": "seizure", "label": "Incautación"} == kinds[0]


def test_every_list_with_labels_can_be_asked_for(capsys):
    assert {*LISTS, SUBSTANCES} == {one.value for one in CodeList}
    for name in CodeList:
        assert 0 == rows(capsys, "list", name.value, "--lang", "ar")[0]


def test_a_substance_is_shown_with_its_groups(capsys):
    _, found = rows(capsys, "search", "isotonitazene")
    assert ("synthetic-opioids", "nitazenes") == (found[0]["effect"], found[0]["chemistry"])
