"""The `tocsin …` lines that people are shown, tried against the real command line: nothing runs.

A line in a block of code must parse whole: commands, options, what is needed. Between backticks in a
sentence arguments may be left out. Placeholders (FILE, …) are words like any other.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

from tocsin.main import root

_BLOCK = re.compile(r"^```[a-z]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"(?<!`)`tocsin ([^`]+)`(?!`)")
_LINE = re.compile(r"(?:^|\$\(|[|&;] )\s*tocsin (.+)")
_ENDS = re.compile(r"(\s+#\s.*|\s+(?:\||&&|>|<|;)\s.*|\)\s*)+$")
_OPEN = re.compile(r"…|\.\.\.|\\\||\||\[|/")  # what no shell takes: a form, not a line


def command_tree() -> Any:
    """The whole command line. Typer brings a click of its own: asked by name."""
    return root()


def lines_of(text: str) -> Iterator[tuple[str, bool]]:
    """The command lines of a page without `tocsin`, and whether each must be whole."""
    for block in _BLOCK.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            if found := _LINE.search(line):
                yield _cut(found[1]), True
    for span in _SPAN.findall(_BLOCK.sub("", text)):
        yield _cut(" ".join(span.split())), False


def examples(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(command, example of its help) of `command` and all below it."""
    # A group lists its commands, each with an example of its own.
    if command.epilog or not hasattr(command, "commands"):
        yield " ".join(path), _cut((command.epilog or "").removeprefix("Example: tocsin "))
    for name, below in getattr(command, "commands", {}).items():
        yield from examples(below, (*path, name))


def problem(tree: Any, line: str, *, whole: bool) -> str | None:
    """What is wrong with a command line; None where it parses."""
    words = shlex.split(line)
    command, rest = _walk(tree, words)
    if hasattr(command, "commands"):
        if rest and not rest[0].startswith("-") and not _OPEN.search(rest[0]):
            return f"there is no command {rest[0]}"
        return "it ends before the command" if whole and not rest else None
    if not whole and any(_OPEN.search(word) for word in rest):
        return None if (bad := _unknown_option(command, rest)) is None else bad
    return _parse(command, rest, whole=whole)


def _walk(command: Any, words: list[str]) -> tuple[Any, list[str]]:
    """The command that `words` lead to, and what is left of them."""
    while hasattr(command, "commands"):
        if words and words[0] in command.commands:
            command, words = command.commands[words[0]], words[1:]
        elif words and words[0] != "--help" and (usual := getattr(command, "usual", None)):
            command = command.commands[usual]
        else:
            break
    return command, words


def _parse(command: Any, words: list[str], *, whole: bool) -> str | None:
    if "--help" in words:
        return None
    try:
        given, surplus, _order = command.make_parser(command.context_class(command)).parse_args(list(words))
    except Exception as error:  # noqa: BLE001  click's own, which typer hides
        return str(getattr(error, "message", error)) if whole else _unknown_option(command, words)
    if surplus:
        return f"nothing takes {surplus[0]}"
    missing = [
        one.opts[0] for one in command.params if one.required and given.get(one.name) in (None, (), [])
    ]
    return f"{missing[0]} is missing" if whole and missing else None


def _unknown_option(command: Any, words: list[str]) -> str | None:
    known = {one for each in command.params for one in (*each.opts, *each.secondary_opts)}
    named = (word.strip("[]").partition("=")[0] for word in words if word.strip("[]").startswith("--"))
    return next((f"there is no option {one}" for one in named if one not in known | {"--help"}), None)


def _cut(line: str) -> str:
    """`line` without a comment and what a shell does with its output."""
    return _ENDS.sub("", line).strip()
