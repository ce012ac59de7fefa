"""The file of a watch-list: read as it is meant, or refused whole with every wrong row's number."""

import json
from pathlib import Path

import pytest

from services.producer import reading_lists
from services.producer.reading_lists import read_list
from tests.support.tables import workbook
from tocsin.core.errors import MalformedError
from tocsin.core.watch_lists import Entry

WHOLE = Entry("L", "Quarkozine", ("64-17-5", "67-64-1"), ("QK-7", "quark, base"), "north")


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", 'name,cas,synonyms,note,list\nQuarkozine,64-17-5|67-64-1,"QK-7; quark, base",north,L\n'),
        ("a.csv", "List;Name;CAS;Synonyms;Note\nL;Quarkozine;64-17-5|67-64-1;QK-7|quark, base;north\n"),
        ("a.csv", '\ufeffname,cas,synonyms,note\n Quarkozine ,64-17-5|67-64-1,"QK-7|quark, base|",north\n'),
    ],
)
def test_a_table_is_read_with_any_separator_order_and_case(tmp_path, name, text):
    assert [WHOLE] == read_list(write(tmp_path / name, text), "L")


ONE = {"name": "Quarkozine", "cas": ["64-17-5", "67-64-1"], "synonyms": ["QK-7", "quark, base"]}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"list": "L", "note": "north", "entries": [ONE]}),
        json.dumps({"list": "L", "note": "north", "entries": [ONE]}, indent=1),
        json.dumps([ONE | {"list": "L", "note": "north"}]),
        json.dumps(ONE | {"list": "L", "note": "north"}),
        json.dumps({"name": "Quarkozine", "cas": "64-17-5|67-64-1", "synonyms": "QK-7|quark, base",
                    "note": "north", "list": "L"}) + "\n\n",
    ],
)  # fmt: skip
def test_json_is_read_as_one_list_an_array_or_one_entry(tmp_path, text):
    assert [WHOLE] == read_list(write(tmp_path / "a.json", text), None)


def test_json_lines_are_a_table(tmp_path):
    lines = "".join(json.dumps({"name": name, "list": "L"}) + "\n" for name in ("a", "b"))
    assert [Entry("L", "a"), Entry("L", "b")] == read_list(write(tmp_path / "a.jsonl", lines), None)


def test_a_workbook_is_a_table(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["name", "cas"], ["Quarkozine", "64-17-5"]])
    assert [Entry("L", "Quarkozine", ("64-17-5",))] == read_list(path, "L")


def test_a_file_may_hold_several_lists(tmp_path):
    path = write(tmp_path / "a.csv", "name,list\na,L\nb,M\nc,\n")
    assert ["L", "M", "N"] == [one.list_name for one in read_list(path, "N")]


def test_every_wrong_row_is_named_by_its_number_and_none_is_quoted(tmp_path):
    rows = ["Goodine,64-17-5", ",64-17-5", "Zzyzx,64-17-6", "???,", f"{'Z' * 201},", "a,b,c"]
    path = write(tmp_path / "a.csv", "name,cas\n" + "\n".join(rows) + "\n")
    with pytest.raises(MalformedError) as caught:
        read_list(path, "L")
    told = str(caught.value)
    assert ["line 3", "line 4", "line 5", "line 6", "line 7"] == [
        line.strip().partition(":")[0] for line in told.splitlines()[1:]
    ]
    assert "nothing was changed" in told
    assert "Zz" not in told


def test_of_many_wrong_rows_the_first_are_named_and_the_rest_counted(tmp_path):
    path = write(tmp_path / "a.csv", "name,cas\n" + "a,1-2-3\n" * 25)
    with pytest.raises(MalformedError, match="and 5 more"):
        read_list(path, "L")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,cas\n", "holds no entry"),
        ("title,cas\na,\n", "only name must be there"),
        ("name,cas,colour\na,,red\n", "not known: columns 3"),
        ("name,Name\na,b\n", "each once"),
        ("name\na\n", "has no list"),
        ("[]", "holds no entry"),
        ("[1]", "entry 1: is no object"),
        ('[{"name": "a\\u202eb", "list": "L"}]', "entry 1: holds characters that nobody sees"),
        ('[{"name": "a", "list": "L\\u001b"}]', "entry 1: holds characters that nobody sees"),
        ('[{"name": "a", "list": "L", "hue": 1}]', "entry 1: has 1 fields"),
        ('[{"name": ["a"], "list": "L"}]', "entry 1: name is no text"),
        ('[{"name": "a", "list": "L", "cas": [1]}]', "entry 1: cas is no text"),
        ('{"list": "L", "hue": 1, "entries": []}', "not known: columns 2"),
        ('{"list": 7, "entries": [{"name": "a"}]}', "list is no text"),
        ('[{"name": "a", "name": "b"}]', "names a field twice"),
        ('{"list": "L",\n "entries": [', "is not JSON"),
        ("[" * 100_000, "nested deeper"),
        ("", "is empty"),
        ("\x89PNG\r\n", "a PNG picture"),
    ],
)
def test_what_is_no_watch_list_is_refused_with_the_reason(tmp_path, text, words):
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(MalformedError, match=words):
        read_list(path, None)


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        ("MAX_ENTRIES", "over 1 entries"),
        ("MAX_TEXTS", "over 1 names"),
        ("MAX_TEXTS_PER_ENTRY", "over 1 names"),
    ],
)
def test_bounds_hold(tmp_path, monkeypatch, bound, words):
    monkeypatch.setattr(reading_lists, bound, 1)
    path = write(tmp_path / "a.csv", "name,synonyms\na,b\nc,d\n")
    with pytest.raises(MalformedError, match=words):
        read_list(path, "L")


def test_the_example_of_the_documentation_is_a_watch_list():
    example = Path(__file__).parents[2] / "docs/examples/watch-list.csv"
    assert ["Benzaldehyde", "Nitroethane"] == [one.name for one in read_list(example, None)]
