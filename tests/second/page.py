"""What the second reader takes from docs/wire-format.md by machine: the types and their prefixes."""

import json
import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "wire-format.md"
_TYPE = re.compile(r"\*\*(\w+)\*\* · prefix `([0-9a-f]{20})`\n\n```json\n(.+)\n```")

TYPES: dict[str, Any] = {}
"""Name of a type -> its Avro schema, named types put in where they are used again."""
PREFIXES: dict[str, bytes] = {}
"""Name of a type -> the ten bytes before its single-object encoding."""


def put_in(schema: Any, known: dict[str, Any]) -> Any:
    """The schema with each name replaced by what it names; names stand for what came before."""
    if isinstance(schema, str):
        return put_in(known[schema], {}) if schema in known else {"type": schema}
    if isinstance(schema, list):
        return [put_in(one, known) for one in schema]
    if isinstance(schema["type"], dict | list) or schema["type"] in known:
        return put_in(schema["type"], known)
    whole = dict(schema)
    if schema["type"] == "record":
        whole["fields"] = [(one["name"], put_in(one["type"], known)) for one in schema["fields"]]
    if schema["type"] == "array":
        whole["items"] = put_in(schema["items"], known)
    if "name" in schema:
        space = schema.get("namespace")
        known[f"{space}.{schema['name']}" if space else schema["name"]] = whole
    return whole


for _name, _prefix, _schema in _TYPE.findall(PAGE.read_text(encoding="utf-8")):
    TYPES[_name] = put_in(json.loads(_schema), {})
    PREFIXES[_name] = bytes.fromhex(_prefix)
