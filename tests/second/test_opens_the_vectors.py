"""A reader written from docs/wire-format.md alone, on every vector that the project keeps."""

import ast
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.second import boxes, statements
from tests.second.book import Book, audience_id, key_id
from tests.second.page import PREFIXES, TYPES
from tests.second.reader import SecondReader
from tests.second.strict_avro import Refused, decode, encode, single_object

HERE = Path(__file__).parent
FOLDER = HERE.parent / "vectors"
ALONE = sorted(path for path in HERE.glob("*.py") if not path.name.startswith("test_each_"))
Given = dict[str, Any]


def raw(value: Any, schema: Any) -> Any:
    """JSON of a vector as a value of the wire: hex becomes bytes where the type says so."""
    match schema["type"]:
        case "record":
            return {name: raw(value[name], inner) for name, inner in schema["fields"]}
        case "array":
            return [raw(one, schema["items"]) for one in value]
        case "bytes" | "fixed":
            return bytes.fromhex(value)
    return value


def shown(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {name: shown(one) for name, one in value.items()}
    return [shown(one) for one in value] if isinstance(value, list | tuple) else value


def hexed(given: Given, name: str) -> bytes:
    return bytes.fromhex(given[name])


def of(given: Given) -> Given:
    return {**given, "originator": hexed(given, "originator"), "audience": hexed(given, "audience")}


def record(given: Given) -> Given:
    envelope = single_object("Envelope", hexed(given, "value"))
    header = decode(TYPES["Header"], envelope["header"])
    leaf = boxes.leaf(envelope["header"], envelope["ciphertext"])
    message = b"tocsin/1/record\0" + leaf
    assert boxes.verify_ed25519(hexed(given, "signing_public"), envelope["signature"], message)
    key = boxes.derived(hexed(given, "secret"), b"record", boxes.layout(header))
    padded = boxes.open_sealed(key, envelope["header"], envelope["ciphertext"])
    inner = boxes.unpad(padded)
    return {
        "header_bytes": envelope["header"],
        "signature": envelope["signature"],
        "header": header,
        "leaf": leaf,
        "padded_length": len(padded),
        "inner": inner,
        "items": decode(TYPES["Inner"], inner)["items"],
    }


def statement(given: Given) -> Given:
    name, says, body, signature = statements.read_statement(hexed(given, "value"))
    assert statements.verify(hexed(given, "public"), name, body, signature)
    return {"type": name, "body_bytes": body, "body": says}


def wrap(given: Given) -> Given:
    one, commitment = single_object("Wrap", hexed(given, "value")), hexed(given, "commitment")
    secret = statements.open_wrap(one, hexed(given, "seed"), commitment)
    return {"wrap": one, "info": statements.wrap_info(one, commitment), "secret": secret}


def approval(given: Given) -> Given:
    item = raw(given["item"], TYPES["Inner"]["fields"][0][1]["items"])
    message = statements.release_message(hexed(given, "audience"), item)
    key = boxes.Ed25519PrivateKey.from_private_bytes(hexed(given, "release_private"))
    return {"message": message, "signature": key.sign(message)}


def composite(given: Given) -> Given:
    signed = hexed(given, "signature"), given["context"].encode(), hexed(given, "message")
    return {"holds": boxes.verify_composite(hexed(given, "public"), *signed)}


def composite_key(given: Given) -> Given:
    lattice = boxes.MLDSA65PrivateKey.from_seed_bytes(hexed(given, "ml_dsa_seed"))
    curve = boxes.Ed25519PrivateKey.from_private_bytes(hexed(given, "ed25519_private"))
    halves = (one.public_key().public_bytes_raw() for one in (lattice, curve))
    return {"public": b"".join(halves)}


def key_schedule(given: Given) -> Given:
    layout, secret = boxes.layout(of(given)), hexed(given, "secret")
    key, commitment = (boxes.derived(secret, one, layout) for one in (b"record", b"commit"))
    return {"layout": layout, "record_key": key, "commitment": commitment}


def wrap_binding(given: Given) -> Given:
    assert given["suite"] == 1
    wrap_ = {**of(given), "recipient_key": hexed(given, "recipient_key")}
    return {"info": statements.wrap_info(wrap_, hexed(given, "commitment"))}


def report_id(given: Given) -> Given:
    """A UUIDv7: 48 bits of time, version, 12 bits, variant, 62 bits."""
    random = int.from_bytes(hexed(given, "random"), "big")
    number = given["unix_ms"] << 80 | 7 << 76 | (random >> 64 & 0xFFF) << 64
    return {"report_id": (number | 2 << 62 | random & (1 << 62) - 1).to_bytes(16, "big")}


def unpad(given: Given) -> Given:
    return {"plaintext": boxes.unpad(hexed(given, "padded") + bytes(given["zeros"]))}


def pad(given: Given) -> Given:
    padded = boxes.pad(bytes(index % 251 for index in range(given["length"])))
    return {"padded_length": len(padded), "sha256": boxes.sha256(padded)}


def own_audience(given: Given) -> Given:
    name = f"to.{given['participant']}"
    return {"name": name, "id": audience_id(name)}


def partition(given: Given) -> Given:
    book = Book({"streams": given["streams_target"]})
    place = given["stream"], given["region"], hexed(given, "originator")
    return {"partition": book.partition(*place)}


def climb(given: Given) -> Given:
    targets = given["directory"] | given.get("directory_changes", {})
    reader = SecondReader(Book(targets), hexed(given, "me"), hexed(given, "kem_seed"))
    for one in given["manifests"]:
        reader.take_manifest(bytes.fromhex(one))
    for one in given["wraps"]:
        reader.take_wrap(bytes.fromhex(one))
    for originator, report in given.get("withdrawn", []):
        reader.withdrawn.add((bytes.fromhex(originator), bytes.fromhex(report)))
    for one in [*given.get("before", []), given]:
        value = None if one["value"] is None else hexed(one, "value") + bytes(one.get("zeros", 0))
        fate = reader.read(value, one["topic"], one["partition"], given["now"])
    outcome, step, reason = fate.ending
    ends = {"outcome": outcome, "step": step, "reason": reason}
    whole = {**ends, "head_moves": fate.head_moves, "alarms": fate.alarms}
    return whole | ({"items": fate.items} if fate.items else {})


OPERATIONS = {
    **{one.__name__: one for one in (record, statement, wrap, approval, composite, composite_key)},
    **{one.__name__: one for one in (key_schedule, wrap_binding, report_id, pad, unpad)},
    **{one.__name__: one for one in (own_audience, partition, climb)},
    "key_id": lambda given: {"id": key_id(given["algorithm"], hexed(given, "public"))},
    "audience_id": lambda given: {"id": audience_id(given["name"])},
    "schema_id": lambda given: {"id": hashlib.sha256(given["file"].encode()).digest()},
    "leaf": lambda given: {"leaf": boxes.leaf(hexed(given, "header"), hexed(given, "ciphertext"))},
    "header": lambda given: {"header": encode(TYPES["Header"], raw(given, TYPES["Header"]))},
    "inner": lambda given: {"inner": encode(TYPES["Inner"], raw(given, TYPES["Inner"]))},
    "x_wing_key": lambda given: {"public": boxes.x_wing_public(hexed(given, "seed"))},
    "prefix": lambda given: {
        "prefix": PREFIXES["".join(word.capitalize() for word in given["type"].split("_"))]
    },
    "session": lambda given: {
        "session": max(given["last"] + 1, given["unix_ms"] * 2**20) + given["random_20_bits"]
    },
    "generation_number": lambda given: {
        "generation": max(given["last"] + 1, given["unix_ms"]) + given["random_16_bits"]
    },
    "expiry": lambda given: {"expires_at": -(-(given["time"] + given["max_age_s"]) // 3_600) * 3_600},
}


def vectors() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.json")):
        document = json.loads(path.read_bytes())
        for one in document["vectors"]:
            given = document["common"] | one["given"]
            yield pytest.param(path.stem, given, one["gives"], id=f"{path.stem}: {one['name']}")


@pytest.mark.parametrize(("operation", "given", "gives"), list(vectors()))
def test_a_vector_gives_the_same_to_a_reader_that_was_written_from_the_page(
    operation: str, given: Given, gives: Given
) -> None:
    try:
        made = shown(OPERATIONS[operation](given))
    except Refused:
        made = {"refused": True}
    assert gives == made


def test_no_operation_of_the_vectors_is_left_out() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(OPERATIONS)


@pytest.mark.parametrize("path", ALONE, ids=lambda path: path.name)
def test_the_second_reader_imports_nothing_of_the_first(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {one.module or "" for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)}
    named |= {name.name for one in ast.walk(tree) if isinstance(one, ast.Import) for name in one.names}
    ours = ("tocsin", "services", "scripts", "bench", "tests.support", "tests.vectors")
    assert [] == [name for name in named if name.startswith(ours)]
