"""What a person or a pipe sees: data on stdout, everything else on stderr.

Data are a table on a terminal and JSON Lines when piped or asked for. Text that came from others is
made harmless: no control characters, no direction overrides, no markup.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from tocsin.runtime.standard_streams import write_out

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

# Cc control, Cf format (direction overrides, zero-width), Zl and Zp line separators, Cs surrogates.
_HIDDEN = {"Cc", "Cf", "Zl", "Zp", "Cs"}
UNBOUNDED_COLUMNS = 10_000


def harmless(text: str) -> str:
    """`text` in which each control or direction character is a visible U+FFFD; newlines stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        "\ufffd" if unicodedata.category(char) in _HIDDEN and char != "\n" else char for char in text
    )


def data(text: str) -> None:
    """One line of data on stdout."""
    write_out(text + "\n")


def say(text: str) -> None:
    """A message on stderr."""
    _stderr().print(harmless(text), markup=False, highlight=False, soft_wrap=True)


def warn(text: str) -> None:
    """A warning on stderr."""
    _labelled("warning:", "bold yellow", text)


def fault(text: str) -> None:
    """An error on stderr: what happened, where, what to do."""
    _labelled("error:", "bold red", text)


def _labelled(label: str, style: str, text: str) -> None:
    from rich.text import Text

    line = Text.assemble((label, style), " ", harmless(text))
    _stderr().print(line, highlight=False, soft_wrap=True)


def wants_json(asked: bool, stream: TextIO | None = None) -> bool:
    """Whether data go out as JSON Lines: asked for, or stdout is no terminal."""
    return asked or not (stream or sys.stdout).isatty()


def rows(records: Iterable[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool = False) -> None:
    """Print `records` on stdout: whole as JSON Lines, or their `columns` as a table on a terminal; as a
    block of lines each where the table would be too wide for it.

    JSON Lines are written one by one as they come, so `records` may be endless; a table is not.
    """
    if wants_json(as_json):
        for record in records:
            json_line(record)
        return
    shown = [[_cell(record.get(column)) for column in columns] for record in records]
    _print_table([column.replace("_", " ") for column in columns], shown)


def _print_table(header: Sequence[str], shown: Sequence[Sequence[str]]) -> None:
    """A table whose sentences are broken at their spaces; where words would have to be broken too, such as
    ids and times, a block of lines for each row.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, name in enumerate(header):
        table.add_column(name, overflow="fold", no_wrap=not any(" " in cells[place] for cells in shown))
    for cells in shown:
        table.add_row(*(Text(cell) for cell in cells))
    console = _console(sys.stdout)
    needs = console.measure(table, options=console.options.update_width(UNBOUNDED_COLUMNS))
    if (needs.maximum if len(shown) == 1 else needs.minimum) <= console.width:
        console.print(table)
        return
    for number, cells in enumerate(shown):
        block = Table.grid(padding=(0, 2))
        for name, cell in zip(header, cells, strict=True):
            block.add_row(name, Text(cell, overflow="fold"))
        if number:
            console.print()
        console.print(block)


def json_line(record: Mapping[str, Any]) -> None:
    """One JSON object and a newline on stdout, flushed, so that a reader of the pipe has it now."""
    write_out(json.dumps(record, ensure_ascii=False, separators=(",", ":"), default=str) + "\n")


def progress() -> Progress:
    """A progress bar on stderr, to be used with `with`; silent where stderr is no terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=_stderr(),
        disable=not sys.stderr.isatty(),
        transient=True,
    )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "\n".join(_cell(one) for one in value)
    return harmless(str(value))


def _stderr() -> Console:
    return _console(sys.stderr)


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    return Console(file=stream)
