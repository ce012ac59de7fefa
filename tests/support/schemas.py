"""Schemas for tests of the lint: a record around a type, as JSON of an `.avsc` file."""

import json
from typing import Any


def schema_of(*types: Any, **attributes: Any) -> bytes:
    """A record R with fields f0, f1, ... of `types`; `attributes` join those of the record."""
    fields = [{"name": f"f{place}", "type": one} for place, one in enumerate(types)]
    return as_bytes({"type": "record", "name": "R", "fields": fields} | attributes)


def as_bytes(schema: Any) -> bytes:
    """`schema` as a file."""
    return json.dumps(schema).encode()


def record(name: str, *types: Any) -> dict[str, Any]:
    """A named record to nest."""
    fields = [{"name": f"g{place}", "type": one} for place, one in enumerate(types)]
    return {"type": "record", "name": name, "fields": fields}


def nested(levels: int, innermost: Any = "int") -> Any:
    """Arrays in arrays, `levels` types deep with the innermost."""
    inside = innermost
    for _ in range(levels - 1):
        inside = {"type": "array", "items": inside}
    return inside
