"""Hostile inputs 30 to 32: schemas that would fill memory or kill the reader. They never get that far.

The directory refuses the entry and keeps the others; a library that is given such a schema dies of it,
which one test shows in a process of its own.
"""

import json
import signal
import subprocess
import sys
from typing import Any

import pytest

from tests.support.little_memory import said
from tests.support.schemas import nested, record, schema_of
from tests.support.source import ROOT
from tests.support.starved import field, varint
from tests.support.world import (
    DAY_S,
    NEIGHBOUR,
    NOTE,
    NOW_S,
    ORIGINATOR,
    MemoryReader,
    Sender,
    audience_target,
    directory_of,
    give_keys,
    note,
    targets,
)
from tocsin.core.directory import read_directory, schema_target
from tocsin.core.errors import MalformedError
from tocsin.core.ids import schema_id
from tocsin.core.outcomes import Outcome, Reason, Step
from tocsin.core.schema_lint import lint

DECIMAL = {"type": "bytes", "logicalType": "decimal"}


def linted_away(schema: bytes) -> None:
    """`schema` is refused, by the lint and as an entry of the directory, which keeps the others."""
    with pytest.raises(MalformedError):
        lint(schema)
    directory = read_directory(7, NOW_S + DAY_S, targets() | {schema_target(schema): schema})
    assert schema_id(schema) not in directory.schemas
    assert schema_id(NOTE) in directory.schemas
    assert [schema_target(schema)] == list(directory.refused)


@pytest.mark.parametrize(
    "items",
    ["null", record("Nothing"), {"type": "fixed", "name": "F", "size": 0}, record("Hidden", "null")],
    ids=["nulls", "empty records", "fixed of 0", "records of nulls"],
)
def test_h30_an_array_whose_items_have_no_width_is_linted_away(items: Any) -> None:
    linted_away(schema_of({"type": "array", "items": items}))


def test_h30_what_the_library_would_do_with_five_bytes_of_nulls() -> None:
    """It makes a list of five million: the reason why the lint must have passed first."""
    script = (
        "schema = fastavro.parse_schema({'type': 'array', 'items': 'null'}); "
        "data = bytes.fromhex('80ade20400'); "
        "print(len(data), len(fastavro.schemaless_reader(io.BytesIO(data), schema, None)))"
    )
    assert "5 5000000\n" == said("import io, fastavro", script, room_mib=512)


def test_h31_what_the_library_would_do_with_a_deep_value_of_a_recursive_schema() -> None:
    """It dies, or gives up, and takes the process with it: the lint must have passed first."""
    script = (
        "import io, fastavro; "
        "schema = fastavro.parse_schema({'type': 'record', 'name': 'R', 'fields': "
        "[{'name': 'next', 'type': ['null', 'R']}]}); "
        "fastavro.schemaless_reader(io.BytesIO(b'\\x02' * 1_000_000 + b'\\x00'), schema, None)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGSEGV or "RecursionError" in done.stderr


def test_h32_schemas_beyond_their_bounds_are_linted_away_in_little_memory() -> None:
    """Names that double at each level, a nesting of 200, and one of 5,000."""
    imports = "from tocsin.core.schema_lint import lint; from tocsin.core.errors import MalformedError"
    doubling = [record("S0", "int", "int")]
    doubling += [record(f"S{level}", f"S{level - 1}", f"S{level - 1}") for level in range(1, 41)]
    script = "".join(
        f"\ntry: lint({one!r})\nexcept MalformedError: print('refused')"
        for one in (schema_of(*doubling), schema_of(nested(200)), b'{"type":' * 5_000)
    )
    assert "refused\n" * 3 == said(imports, script)


@pytest.mark.parametrize(
    "one",
    ["R", ["null", "R"], {"type": "array", "items": "R"}, record("S", ["null", "R"])],
    ids=["itself", "optional", "array", "through another"],
)
def test_h31_a_recursive_schema_is_linted_away(one: Any) -> None:
    linted_away(schema_of("int", one))


def test_h31_a_schema_5000_deep_is_linted_away_without_dying() -> None:
    deep = b'{"type": "array", "items": ' * 5_000 + b'"int"' + b"}" * 5_000
    linted_away(schema_of("int")[:-2] + b', {"name": "deep", "type": ' + deep + b"}]}")


def test_h31_the_lint_is_done_with_it_in_little_memory_and_stack() -> None:
    script = (
        "import resource, sys; from tocsin.core.schema_lint import lint; "
        "from tocsin.core.errors import MalformedError\n"
        "resource.setrlimit(resource.RLIMIT_STACK, (2**20, 2**20))\n"
        "for data in (b'[' * 262144, b'{\"a\":' * 52000):\n"
        "    try: lint(data)\n"
        "    except MalformedError: print('refused')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (0, "refused\nrefused\n") == (done.returncode, done.stdout), done.stderr


@pytest.mark.parametrize(
    "one",
    [
        nested(33),
        record("S", *["int"] * 501),
        ["null", *[{"type": "fixed", "name": f"F{size}", "size": size} for size in range(1, 17)]],
        record("x" * 10_000, "int"),
        DECIMAL | {"precision": 100_000},
        DECIMAL | {"precision": 39},
        {"type": "map", "values": "int"},
    ],
    ids=["nesting", "fields", "union", "name", "decimal of 100,000", "decimal of 39", "map"],
)
def test_h32_a_schema_beyond_its_bounds_is_linted_away(one: Any) -> None:
    linted_away(schema_of(one))


def test_h32_a_default_of_a_megabyte_is_linted_away() -> None:
    linted_away(schema_of(fields=[{"name": "a", "type": "string", "default": "x" * 2**20}]))
    linted_away(schema_of(fields=[{"name": "a", "type": "string", "default": "x" * 5_000}]))


def test_h32_names_that_double_at_each_level_are_linted_away() -> None:
    """A few hundred bytes whose records would unfold to 2^40 fields."""
    types: list[Any] = [record("S0", "int", "int")]
    types += [record(f"S{level}", f"S{level - 1}", f"S{level - 1}") for level in range(1, 41)]
    linted_away(schema_of(*types))


@pytest.mark.parametrize("millis", [2**63 - 1, -(2**63)])
def test_h32_a_timestamp_beyond_every_calendar_is_refused_and_no_crash(millis: int) -> None:
    codec = field({"type": "long", "logicalType": "timestamp-millis"})
    lint(json.dumps(codec.schema).encode())
    with pytest.raises(MalformedError):
        codec.decode(codec.encode({"x": millis}))


LONG_DECIMAL = (DECIMAL | {"precision": 38, "scale": 2}, varint(100_000) + b"\x7f" * 100_000)
NO_CALENDAR = ({"type": "long", "logicalType": "timestamp-millis"}, varint(2**62))


@pytest.mark.parametrize(
    ("kind", "data"),
    [LONG_DECIMAL, NO_CALENDAR],
    ids=["a decimal of 100 KB", "a time beyond every calendar"],
)
def test_h32_a_value_that_no_library_can_hold_is_quarantined_though_its_schema_is_sound(
    kind: dict[str, Any], data: bytes
) -> None:
    schema = schema_of(kind)
    audience = dict([audience_target("focal-points", schema, roles=["focal-point", "analyst"])])
    directory = directory_of(targets() | audience | {schema_target(schema): schema})
    sender, reader = Sender(ORIGINATOR, directory), MemoryReader(NEIGHBOUR, directory)
    give_keys(sender, reader)
    sent = sender.send(note(schema=schema_id(schema), body=data))
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.QUARANTINED, Step.BODY, Reason.MALFORMED) == (
        fate.outcome,
        fate.items[0].step,
        fate.items[0].reason,
    )
