"""`tocsin codes`: a name leads to its code, with the reason."""

import json

from tocsin.core import codes
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
    assert ("Acétone", "Isotonitazene") == (table_one[0]["label"], opioid[0]["label"])


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
