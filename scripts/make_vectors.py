"""Test vectors: `python -m scripts.make_vectors --check`, or without it to make them all anew.

Each file of tests/vectors holds one operation: what is `given`, and what it must give. Random parts
(salts, HPKE encapsulations, ML-DSA) stand in `given`: they were made once. `--check` computes every
vector from what is given; making anew changes all random parts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from scripts.vectors import given_bytes, given_climbs
from scripts.vectors.operations import OPERATIONS

FOLDER = Path(__file__).parents[1] / "tests" / "vectors"
Document = dict[str, Any]


def cases() -> Iterator[given_bytes.Case]:
    """Everything that is given."""
    simple = (given_bytes.ids, given_bytes.numbers, given_bytes.bytes_and_padding, given_bytes.records)
    keys = (given_bytes.composites, given_bytes.statements, given_bytes.wraps, given_bytes.approvals)
    ladder = (
        given_climbs.first_rungs,
        given_climbs.logs,
        given_climbs.late_rungs,
        given_climbs.items,
        given_climbs.inbox,
    )
    return chain.from_iterable(part() for part in (*simple, *keys, *ladder))


def make() -> dict[str, Document]:
    """Operation -> its document, with every vector computed."""
    made: dict[str, Document] = {}
    for operation, name, given in cases():
        document = made.setdefault(operation, {"operation": operation, "common": {}, "vectors": []})
        if operation == "climb" and not document["vectors"]:
            document["common"] = given_climbs.common()
        gives = OPERATIONS[operation](document["common"] | given)
        document["vectors"].append({"name": name, "given": given, "gives": gives})
    return made


def differing() -> Iterator[str]:
    """Every stored vector that does not give what it says."""
    for path in sorted(FOLDER.glob("*.json")):
        document = json.loads(path.read_bytes())
        operation = OPERATIONS[document["operation"]]
        for vector in document["vectors"]:
            gives = json.loads(json.dumps(operation(document["common"] | vector["given"])))
            if gives != vector["gives"]:
                yield f"{path.name}: {vector['name']}: gives {gives}"


def write(documents: dict[str, Document]) -> None:
    """Put every operation in its file."""
    for operation, document in documents.items():
        text = json.dumps(document, indent=1, ensure_ascii=False)
        (FOLDER / f"{operation}.json").write_text(text + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """0, or 1 where a stored vector does not hold."""
    if arguments != ["--check"]:
        write(make())
    wrong = list(differing())
    for line in wrong:
        sys.stderr.write(f"{line}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
