"""What the code can say of keys and directory: the sentences in it, with … for what is filled in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.support.source import ROOT

RAISING = (
    "services/keys",
    "services/authority",
    "services/producer/participant.py",
    *(
        f"tocsin/adapters/{name}.py"
        for name in ("custodians", "home", "kdf_parameters", "key_files", "locks")
    ),
    *(
        f"tocsin/adapters/{name}.py"
        for name in ("own_keys", "passphrase", "pem_blocks", "private_files", "standby_home")
    ),
    *(f"tocsin/adapters/tuf_{name}.py" for name in ("client", "holders", "repository", "roots", "signing")),
    *(f"tocsin/adapters/tuf_{name}.py" for name in ("standby", "superseded", "topic")),
    *(f"tocsin/adapters/tuf_{name}.py" for name in ("entries", "regional", "regional_files")),
    "tocsin/adapters/tuf_regional_papers.py",
    "tocsin/core/regional.py",
    *(
        f"tocsin/core/{name}.py"
        for name in ("audiences", "challenge", "consents", "directory", "enrolment")
    ),
    *(f"tocsin/core/{name}.py" for name in ("key_changes", "manifests", "participants", "public_keys")),
    *(f"tocsin/core/{name}.py" for name in ("standing", "stated_heads", "streams")),
)
"""Where errors that are raised count."""
SAYING = (
    "services/authority/serving.py",
    "services/authority/standby_serving.py",
    "services/consumer/upkeep.py",
    "services/producer/gate.py",
    "services/producer/readiness.py",
    "tocsin/core/clock_skew.py",
    "tocsin/core/own_entry.py",
    "tocsin/core/standby.py",
)
"""Where every sentence counts: readiness, warnings, alarms."""
BUGS = ("ValueError", "TypeError", "LookupError", "DownloadHTTPError", "AssertionError")
WORDS_OF_A_SENTENCE = 4


def sentences() -> set[str]:
    """All of them."""
    raised = {one for name in RAISING for path in _files(name) for one in _raised(_tree(path))}
    return raised | {one for name in SAYING for one in _said(_tree(name))}


def _files(name: str) -> list[str]:
    if name.endswith(".py"):
        return [name]
    return [str(path.relative_to(ROOT)) for path in sorted((ROOT / name).glob("*.py"))]


def _tree(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text())


def _raised(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            name = node.exc.func.id if isinstance(node.exc.func, ast.Name) else ""
            text = _text(node.exc.args[0])
            if text is not None and name not in BUGS and text.strip("…: "):
                yield text


def _said(tree: ast.Module) -> Iterator[str]:
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)
    } - {id(node) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)}
    for node in ast.walk(tree):
        if id(node) in documentation or id(node) in inside:
            continue
        text = _text(node)
        if text is not None and len(text.split()) >= WORDS_OF_A_SENTENCE:
            yield text


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"\{\w+\}", "…", node.value).strip()
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
        return re.sub(r"…+", "…", re.sub(r"\{\w+\}", "…", "".join(map(str, parts)))).strip()
    return None
